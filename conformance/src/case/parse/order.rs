//! Steps that come too late, or too early, for the connection that they happen on.

use std::collections::HashMap;

use super::line::Fault;
use crate::case::{Step, StepKind, Wanted};

/// What has happened on a connection.
#[derive(Clone, Copy, Default)]
struct Line {
    reset: bool,
    shut: bool,
    /// The server has ended its stream.
    closed: bool,
    stalled: bool,
    /// An answer goes on.
    begun: bool,
    /// The last step may have changed the protocol.
    switched: bool,
}

/// The first step that cannot be where it is.
pub(super) fn first_fault(steps: &[Step]) -> Option<Fault> {
    let name = |step: &Step| match &step.kind {
        StepKind::As(name) => Some(name.clone()),
        _ => None,
    };
    let fault = |step: &Step, message: &str, hint: &str| {
        let (span, message) = (step.span, format!("this comes {message}"));
        Some(Fault { span, message, hint: hint.to_owned() })
    };
    let mut lines = HashMap::<String, Line>::new();
    let mut current = String::new();
    for (index, step) in steps.iter().enumerate() {
        if let Some(name) = name(step) {
            if index > 0 && lines.contains_key("") {
                let hint = "who has several connections names the first one, too: put `as` on top";
                return fault(step, "behind steps of a connection without a name", hint);
            }
            if index > 0 && name == current {
                return fault(step, "while this connection acts", "remove it");
            }
            current = name;
            lines.entry(current.clone()).or_default();
            continue;
        }
        let line = lines.entry(current.clone()).or_default();
        if let Some((message, hint)) = line.problem(step) {
            return fault(step, message, hint);
        }
        line.take(step);
    }
    let named = steps.iter().find(|step| name(step).is_some()).filter(|_| lines.len() < 2)?;
    fault(named, "where there is one connection only", "it needs no name: remove it")
}

impl Line {
    /// Why a step cannot come now, and what to do.
    fn problem(&self, step: &Step) -> Option<(&'static str, &'static str)> {
        let kind = &step.kind;
        let sends = matches!(
            kind,
            StepKind::Send(_)
                | StepKind::SendFrame(_)
                | StepKind::WebSocket { .. }
                | StepKind::Shut
        );
        let continues = matches!(kind, StepKind::More(_) | StepKind::End);
        let answers = matches!(kind, StepKind::Expect(_) | StepKind::WebSocket { .. });
        let receives = answers || continues;
        let stays = matches!(kind, StepKind::Open);
        let looks = receives || stays || matches!(kind, StepKind::Close);
        if self.reset && !matches!(kind, StepKind::Pass(_)) {
            Some(("after `reset`", "only time can pass on a connection that is gone"))
        } else if self.shut && sends {
            Some(("after `shut`", "the client has ended its sending half: move it up"))
        } else if self.stalled && looks {
            Some(("while the client does not read", "it sees nothing: put `resume` above"))
        } else if !self.stalled && matches!(kind, StepKind::Resume) {
            Some(("without `stall`", "the client reads anyway: remove it"))
        } else if self.begun && answers {
            Some(("while an answer goes on", "put `< end` above"))
        } else if !self.begun && continues {
            Some(("without an answer that goes on", "let one begin above: `< 200 begins`"))
        } else if self.closed && (receives || stays) {
            Some(("after the server's end", "nothing more can come: remove it"))
        } else if matches!(kind, StepKind::Frames) && !self.switched {
            Some(("without a handshake", "put it below `< 101`, or use `ws /path`"))
        } else {
            None
        }
    }

    /// The step happens.
    fn take(&mut self, step: &Step) {
        self.switched = false;
        match &step.kind {
            StepKind::Stall(_) => self.stalled = true,
            StepKind::Resume => self.stalled = false,
            StepKind::End => self.begun = false,
            StepKind::Reset => self.reset = true,
            StepKind::Shut => self.shut = true,
            StepKind::Close => self.closed = true,
            StepKind::Expect(expect) => {
                let is_end = |wanted: &Wanted| matches!(wanted, Wanted::End | Wanted::Cut);
                self.begun = expect.begins;
                self.closed |= expect.any_of.iter().all(is_end);
                self.switched = expect.any_of.contains(&Wanted::Status(101));
            }
            _ => {}
        }
    }
}
