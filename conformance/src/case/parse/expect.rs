//! What must come back: the line behind `<`.

use super::frame;
use super::line::{Fault, Line, Result, number};
use crate::case::{Expect, StepKind, Wanted};
use crate::diagnostic::Span;

/// Reads the messages that may come; with `frames`, frames.
pub(super) fn read(mut line: Line<'_>, frames: bool) -> Result<(Span, StepKind)> {
    let optional = line.eat("?");
    let span = line.rest_span();
    let (mut any_of, mut to_head, mut begins) = (Vec::new(), false, false);
    loop {
        line.skip_spaces();
        let start = line.rest_span();
        let wanted = if frames { frame::read_in(&mut line) } else { read_status(&mut line) };
        let wanted = wanted?;
        if optional && matches!(wanted, Wanted::End | Wanted::Cut) {
            let message = "an end of the connection cannot be optional".to_owned();
            return Err(Fault { span: start, message, hint: "write `! open` or `! close`".into() });
        }
        any_of.push(wanted);
        line.skip_spaces();
        if line.eat("|") {
            continue;
        }
        if !frames && line.first_unread() == "to" {
            to_head = read_to_head(&mut line)?;
        } else if !frames && !optional && line.first_unread() == "begins" {
            line.word(&[]);
            begins = true;
        }
        line.end("the expectation")?;
        break;
    }
    if begins && !any_of.iter().all(is_status) {
        let message = "an end of the connection does not begin".to_owned();
        return Err(Fault {
            span,
            message,
            hint: "only an answer `begins`: `< 200 begins`".into(),
        });
    }
    let details = Vec::new();
    Ok((span, StepKind::Expect(Expect { optional, any_of, to_head, begins, details })))
}

/// Whether an expectation is about the content of an answer that has begun.
pub(super) fn goes_on(line: &Line<'_>) -> bool {
    matches!(line.first_unread(), "more" | "end")
}

/// Reads `more "text"` or `end`.
pub(super) fn read_content(mut line: Line<'_>) -> Result<StepKind> {
    let is_end = line.word(&['"']).value == "end";
    let kind = if is_end { StepKind::End } else { StepKind::More(line.string()?) };
    line.end(if is_end { "`end`" } else { "the content" })?;
    if let StepKind::More(text) = &kind
        && text.is_empty()
    {
        return Err(line.fault("content of no bytes", "write `! open` if nothing more came"));
    }
    Ok(kind)
}

/// Reads `400`, `4xx`, `close` or `cut`.
fn read_status(line: &mut Line<'_>) -> Result<Wanted> {
    let word = line.word(&['|']);
    let fault = |message, hint: &str| Err(Fault { span: word.span, message, hint: hint.into() });
    match word.value.as_bytes() {
        b"close" => return Ok(Wanted::End),
        b"cut" => return Ok(Wanted::Cut),
        [class @ b'1'..=b'5', b'x', b'x'] => return Ok(Wanted::Class(class - b'0')),
        [b'1'..=b'5', _, _] => {
            if let Some(status) = number(word.value) {
                return Ok(Wanted::Status(status as u16));
            }
        }
        b"" => {
            return fault(
                "an expectation is missing".into(),
                "write `< 400`, `< 4xx` or `< close`",
            );
        }
        _ => {}
    }
    if frame::KINDS.contains(&word.value) {
        let message = format!("the frame `{}` before the handshake", word.value);
        return fault(message, "perform it above: `ws /ws`, or `>`, `< 101` and `frames`");
    }
    let message = format!("unknown expectation `{}`", word.value);
    fault(
        message,
        "there are statuses `400`, classes `4xx`, `close` and `cut`, joined by ` | `, and `more`, `end`",
    )
}

fn read_to_head(line: &mut Line<'_>) -> Result<bool> {
    line.word(&[]);
    let method = line.word(&[]);
    if method.value == "HEAD" {
        return Ok(true);
    }
    let message = format!("`to {}`", method.value);
    let hint = "only `to HEAD` says anything: that the answer has no content".to_owned();
    Err(Fault { span: method.span, message, hint })
}

/// Whether it is an answer, whole or not.
pub(super) fn is_status(wanted: &Wanted) -> bool {
    matches!(wanted, Wanted::Status(_) | Wanted::Class(_))
}
