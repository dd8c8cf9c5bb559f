//! The lines of what happens: `>`, `<`, `!`, `@`, a few words, and the indented lines below them.

use std::collections::HashSet;
use std::time::Duration;

use super::directive::{WORDS as DIRECTIVES, meant};
use super::frame;
use super::line::{Fault, Line, Result, number};
use super::{detail, expect};
use crate::case::text::Part;
use crate::case::{Detail, DetailKind, Field, Step, StepKind};
use crate::diagnostic::{Spanned, nearest};

/// The steps that are words.
pub(super) const WORDS: [&str; 7] = ["as", "ws", "frames", "shut", "reset", "stall", "resume"];

const SIGNS: [char; 4] = ['>', '<', '!', '@'];

/// Whether the line can only be a step.
pub(super) fn has_sign(line: &Line<'_>) -> bool {
    line.text.starts_with(SIGNS)
}

/// Whether the line is a step or belongs to one.
pub(super) fn is_step(line: &Line<'_>) -> bool {
    has_sign(line) || WORDS.contains(&line.first_word()) || line.is_indented()
}

/// The steps of one case, as far as they have been read.
#[derive(Default)]
pub(super) struct Steps {
    steps: Vec<Step>,
    begun: bool,
    /// Frames are sent and expected, no longer bytes and statuses.
    frames: bool,
    /// The connections on which that is so; those without a name are one.
    framed: HashSet<String>,
    /// Who acts.
    name: String,
    /// The last step had an error: what is indented below it cannot be judged.
    broken: bool,
}

impl Steps {
    pub(super) fn begun(&self) -> bool {
        self.begun
    }

    pub(super) fn finish(self) -> Vec<Step> {
        self.steps
    }

    pub(super) fn read(&mut self, line: Line<'_>) -> Result<()> {
        self.begun = true;
        if line.is_indented() {
            return if self.broken { Ok(()) } else { self.read_indented(line) };
        }
        let read = self.read_step(line);
        self.broken = read.is_err();
        read
    }

    fn read_step(&mut self, mut line: Line<'_>) -> Result<()> {
        let start = line.clone();
        let sign = SIGNS.into_iter().find(|&sign| line.eat(sign.encode_utf8(&mut [0; 4])));
        let (span, kind) = match sign {
            Some('>') => return self.read_send(line),
            Some('<') if !self.frames && expect::goes_on(&line) => {
                (line.rest_span(), expect::read_content(line)?)
            }
            Some('<') => expect::read(line, self.frames)?,
            Some('!') => (line.rest_span(), read_state(line)?),
            Some(_) => (line.rest_span(), StepKind::Pass(read_duration(line)?)),
            None => (start.rest_span(), self.read_word(line)?),
        };
        self.steps.push(Step { span, kind });
        Ok(())
    }

    fn read_send(&mut self, mut line: Line<'_>) -> Result<()> {
        let span = line.rest_span();
        if line.rest().trim().is_empty() {
            let hint = "write it after `> `; spaces that end a line are `\\x20`";
            return Err(Line::new(line.number, line.text).fault("nothing is sent", hint));
        }
        if !line.eat(" ") {
            return Err(line.fault("`>` within a word", "put a space after it"));
        }
        if self.frames {
            let kind = StepKind::SendFrame(frame::read_out(line)?);
            self.steps.push(Step { span, kind });
            return Ok(());
        }
        let text = line.bytes()?;
        match self.steps.last_mut() {
            Some(Step { kind: StepKind::Send(lines), .. }) => lines.push(text),
            _ => self.steps.push(Step { span, kind: StepKind::Send(vec![text]) }),
        }
        Ok(())
    }

    fn read_word(&mut self, mut line: Line<'_>) -> Result<StepKind> {
        let word = line.word(&[]);
        match word.value {
            "shut" | "reset" | "resume" => {
                line.end(&format!("`{}`", word.value))?;
                Ok(match word.value {
                    "shut" => StepKind::Shut,
                    "reset" => StepKind::Reset,
                    _ => StepKind::Resume,
                })
            }
            "stall" => read_stall(line).map(StepKind::Stall),
            "ws" | "frames" if self.frames => {
                let message = "frames are already sent and expected".to_owned();
                let hint = "one case has one handshake: remove this line".to_owned();
                Err(Fault { span: word.span, message, hint })
            }
            "as" => {
                let name = read_connection(line)?;
                self.name.clone_from(&name);
                self.frames = self.framed.contains(&name);
                Ok(StepKind::As(name))
            }
            "frames" => {
                self.speak_frames();
                line.end("`frames`")?;
                Ok(StepKind::Frames)
            }
            "ws" => {
                self.speak_frames();
                line.skip_spaces();
                let span = line.rest_span();
                let path = line.bytes()?;
                let graphic = |part: &Part| match part {
                    Part::Bytes(bytes) | Part::Repeat(bytes, _) => {
                        bytes.iter().all(u8::is_ascii_graphic)
                    }
                    Part::Var(_) => true,
                };
                if path.is_empty() || !path.parts().iter().all(graphic) {
                    let message = "`ws` performs a correct handshake, of one path".to_owned();
                    let hint = "as in `ws /ws`; spell any other out with `>`, `< 101`, `frames`";
                    return Err(Fault { span, message, hint: hint.into() });
                }
                Ok(StepKind::WebSocket { path, fields: Vec::new() })
            }
            _ => Err(unknown(word)),
        }
    }

    fn speak_frames(&mut self) {
        self.frames = true;
        self.framed.insert(self.name.clone());
    }

    fn read_indented(&mut self, line: Line<'_>) -> Result<()> {
        let span = line.rest_span();
        match self.steps.last_mut().map(|step| &mut step.kind) {
            Some(StepKind::Expect(wanted)) => {
                if !wanted.any_of.iter().any(expect::is_status) {
                    let hint = "only a status has fields and content: remove it";
                    return Err(line.fault("this expectation has no status", hint));
                }
                let kind = detail::read(line.clone())?;
                if wanted.begins
                    && !matches!(kind, DetailKind::With { .. } | DetailKind::Without(_))
                {
                    let hint = "say what comes of it by `< more \"text\"`, and `< end`";
                    return Err(line.fault("only the head of this answer has come", hint));
                }
                wanted.details.push(Detail { span, kind });
                Ok(())
            }
            Some(StepKind::WebSocket { fields, .. }) => match detail::read(line.clone())? {
                DetailKind::With { name, value: Some(value) } => {
                    fields.push(Field { span, name, value });
                    Ok(())
                }
                _ => Err(line.fault(
                    "below `ws` stands what its request has besides",
                    "write `  with Name: value`",
                )),
            },
            _ => Err(line.fault(
                format!("`{}` outside an expectation", line.first_word()),
                "an indented line belongs to the `<` or `ws` line above it",
            )),
        }
    }
}

/// Reads the name of a connection.
fn read_connection(mut line: Line<'_>) -> Result<String> {
    let word = line.word(&[]);
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if word.value.is_empty() || !word.value.chars().all(is_plain) {
        let message = format!("`{}` cannot be the name of a connection", word.value);
        let hint = "small letters, digits and `-` make one: `as bob`".to_owned();
        return Err(Fault { span: word.span, message, hint });
    }
    line.end("the name")?;
    Ok(word.value.to_owned())
}

/// Reads the bytes after `stall`: none, or how many the client still takes.
fn read_stall(mut line: Line<'_>) -> Result<u32> {
    line.skip_spaces();
    if line.rest().is_empty() {
        return Ok(0);
    }
    let word = line.word(&[]);
    let bytes = number(word.value).and_then(|bytes| u32::try_from(bytes).ok());
    let bytes = bytes.filter(|&bytes| bytes > 0).ok_or_else(|| {
        let message = format!("`{}` is no number of bytes", word.value);
        let hint = "write `stall`, or how many bytes are still read: `stall 7`".to_owned();
        Fault { span: word.span, message, hint }
    })?;
    line.end("the bytes")?;
    Ok(bytes)
}

/// Reads `close` or `open` after `!`.
fn read_state(mut line: Line<'_>) -> Result<StepKind> {
    let word = line.word(&[]);
    let kind = match word.value {
        "close" => StepKind::Close,
        "open" => StepKind::Open,
        other => {
            let message = format!("unknown state `{other}` of the connection");
            let hint = meant(other, ["close", "open"].into_iter());
            return Err(Fault { span: word.span, message, hint });
        }
    };
    line.end("the state")?;
    Ok(kind)
}

/// Reads `+5s` or `+999ms`.
fn read_duration(mut line: Line<'_>) -> Result<Duration> {
    let word = line.word(&[]);
    let duration = word.value.strip_prefix('+').and_then(|time| {
        let digits = time.trim_end_matches(|c: char| !c.is_ascii_digit());
        let count = number(digits).filter(|&count| count > 0)?;
        match &time[digits.len()..] {
            "s" => Some(Duration::from_secs(count)),
            "ms" => Some(Duration::from_millis(count)),
            _ => None,
        }
    });
    let duration = duration.ok_or_else(|| {
        let message = format!("`{}` is no time that passes", word.value);
        Fault { span: word.span, message, hint: "write `@ +5s` or `@ +999ms`".into() }
    })?;
    line.end("the time")?;
    Ok(duration)
}

fn unknown(word: Spanned<&str>) -> Fault {
    let Spanned { value, span } = word;
    let fault = |message, hint| Fault { span, message, hint };
    if DIRECTIVES.contains(&value) {
        return fault(format!("`{value}` after the first step"), "move it above the steps".into());
    }
    if detail::WORDS.contains(&value) {
        let hint = "indent it by two spaces, below a `<` line".to_owned();
        return fault(format!("`{value}` outside an expectation"), hint);
    }
    let hint = match nearest(value, WORDS) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "steps begin with `>`, `<`, `!`, `@`, as, ws, frames, shut, reset, stall or resume"
            .to_owned(),
    };
    fault(format!("unknown step `{value}`"), hint)
}
