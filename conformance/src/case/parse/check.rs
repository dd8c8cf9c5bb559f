//! What each line allows and the whole case does not: it could never pass, or proves nothing.

use super::line::Fault;
use crate::case::frame::{FrameIn, FrameOut};
use crate::case::{Case, Detail, DetailKind, Step, StepKind, Text, Wanted};

pub(super) fn case(case: &Case, faults: &mut Vec<Fault>) {
    let before = faults.len();
    order(&case.steps, faults);
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

/// Steps that come too late.
fn order(steps: &[Step], faults: &mut Vec<Fault>) {
    let (mut reset, mut shut, mut closed, mut stalled) = (false, false, false, false);
    let mut before: Option<&Step> = None;
    for step in steps {
        let sends = matches!(
            step.kind,
            StepKind::Send(_)
                | StepKind::SendFrame(_)
                | StepKind::WebSocket { .. }
                | StepKind::Shut
        );
        let receives = matches!(step.kind, StepKind::Expect(_) | StepKind::WebSocket { .. });
        let stays = matches!(step.kind, StepKind::Open);
        let looks = receives || stays || matches!(step.kind, StepKind::Close);
        let problem = if reset && !matches!(step.kind, StepKind::Pass(_)) {
            Some(("after `reset`", "only time can pass on a connection that is gone"))
        } else if shut && sends {
            Some(("after `shut`", "the client has ended its sending half: move it up"))
        } else if stalled && looks {
            Some(("while the client does not read", "it sees nothing: put `resume` above"))
        } else if !stalled && matches!(step.kind, StepKind::Resume) {
            Some(("without `stall`", "the client reads anyway: remove it"))
        } else if closed && (receives || stays) {
            Some(("after the server's end", "nothing more can come: remove it"))
        } else if matches!(step.kind, StepKind::Frames) && !before.is_some_and(switches) {
            Some(("without a handshake", "put it below `< 101`, or use `ws /path`"))
        } else {
            None
        };
        if let Some((message, hint)) = problem {
            let message = format!("this comes {message}");
            faults.push(Fault { span: step.span, message, hint: hint.to_owned() });
            return;
        }
        stalled = match step.kind {
            StepKind::Stall(_) => true,
            StepKind::Resume => false,
            _ => stalled,
        };
        reset |= matches!(step.kind, StepKind::Reset);
        shut |= matches!(step.kind, StepKind::Shut);
        closed |= match &step.kind {
            StepKind::Close => true,
            StepKind::Expect(expect) => {
                expect.any_of.iter().all(|wanted| matches!(wanted, Wanted::End | Wanted::Cut))
            }
            _ => false,
        };
        before = Some(step);
    }
}

/// Whether the protocol may be WebSocket after this step.
fn switches(step: &Step) -> bool {
    let StepKind::Expect(expect) = &step.kind else { return false };
    expect.any_of.contains(&Wanted::Status(101))
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
