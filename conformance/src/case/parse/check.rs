//! What each line allows and the whole case does not: it could never pass, or proves nothing.

use super::line::Fault;
use super::order;
use crate::case::frame::{FrameIn, FrameOut};
use crate::case::{Case, Detail, DetailKind, Step, StepKind, Text, Wanted};

pub(super) fn case(case: &Case, faults: &mut Vec<Fault>) {
    let before = faults.len();
    faults.extend(order::first_fault(&case.steps));
    if let Some(each) = &case.each
        && !case.steps.iter().any(|step| texts(step).any(|text| text.names().next().is_some()))
    {
        let message = format!("no step uses `\\{{{}}}`", each.name);
        let hint = "every row would be the same: use it, or remove `each`".to_owned();
        faults.push(Fault { span: each.span, message, hint });
    }
    let judges = |step: &Step| {
        matches!(
            step.kind,
            StepKind::Expect(_)
                | StepKind::More(_)
                | StepKind::End
                | StepKind::Close
                | StepKind::Open
                | StepKind::Reset
                | StepKind::WebSocket { .. }
        )
    };
    if faults.len() == before && !case.steps.iter().any(judges) {
        let message = format!("the case `{}` expects nothing", case.slug());
        let hint = "say what must come back (`< …`), or what the connection does (`! …`)";
        faults.push(Fault { span: case.span, message, hint: hint.to_owned() });
    }
}

/// Every text in a step.
fn texts(step: &Step) -> Box<dyn Iterator<Item = &Text> + '_> {
    match &step.kind {
        StepKind::Send(lines) => Box::new(lines.iter()),
        StepKind::SendFrame(FrameOut::Frame(frame)) => Box::new([&frame.payload].into_iter()),
        StepKind::SendFrame(FrameOut::Bytes(text)) => Box::new([text].into_iter()),
        StepKind::Expect(expect) => {
            let frames = expect.any_of.iter().filter_map(payload);
            Box::new(frames.chain(expect.details.iter().filter_map(detail)))
        }
        StepKind::More(text) => Box::new([text].into_iter()),
        StepKind::WebSocket { path, fields } => {
            Box::new([path].into_iter().chain(fields.iter().map(|field| &field.value)))
        }
        _ => Box::new(std::iter::empty()),
    }
}

fn payload(wanted: &Wanted) -> Option<&Text> {
    match wanted {
        Wanted::Frame(
            FrameIn::Text(text)
            | FrameIn::Binary(text)
            | FrameIn::Ping(text)
            | FrameIn::Pong(text)
            | FrameIn::Close { reason: text, .. },
        ) => text.as_ref(),
        _ => None,
    }
}

fn detail(detail: &Detail) -> Option<&Text> {
    match &detail.kind {
        DetailKind::With { value, .. } => value.as_ref(),
        DetailKind::BodyIs(text) | DetailKind::BodyContains(text) => Some(text),
        DetailKind::Without(_) | DetailKind::BodyEmpty => None,
    }
}
