//! A case to text, in canonical form: one blank line between its parts, single spaces, and no
//! escape that could be left out.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use super::each::{Each, Item};
use super::frame::{ClientFrame, FrameIn, FrameKind, FrameOut, MASK, Width};
use super::parse::parse;
use super::{Case, CaseFile, DetailKind, Expect, StepKind, Text, Wanted};
use crate::diagnostic::Diagnostic;

/// The canonical form of a file's text. Reading it again gives the same cases.
///
/// # Errors
///
/// The text is no case file: all that is wrong with it, as [`parse`] says it.
pub fn format(path: &str, shown: &str, source: &str) -> Result<String, Vec<Diagnostic>> {
    parse(path, shown, source).map(|file| file.to_string())
}

impl Display for CaseFile {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for line in &self.header {
            writeln!(out, "{}", format!("# {line}").trim_end())?;
        }
        let mut before = !self.header.is_empty();
        for case in &self.cases {
            if before {
                writeln!(out)?;
            }
            write!(out, "{case}")?;
            before = true;
        }
        Ok(())
    }
}

impl Display for Case {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "### {}", self.slug())?;
        for line in &self.prose {
            writeln!(out, "{line}")?;
        }
        self.fmt_directives(out)?;
        writeln!(out)?;
        self.steps.iter().try_for_each(|step| step.kind.fmt(out))
    }
}

impl Case {
    fn fmt_directives(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let mut line = 0;
        for (index, rule) in self.rules.iter().enumerate() {
            // Ids stay in the lines in which they were written.
            let first = index == 0 || rule.span.line != line;
            let start = if index == 0 { "rule" } else { "\nrule" };
            write!(out, "{} {}", if first { start } else { "" }, rule.value)?;
            line = rule.span.line;
        }
        if !self.rules.is_empty() {
            writeln!(out)?;
        }
        if !self.needs.is_empty() {
            let names: Vec<&str> = self.needs.iter().map(|need| need.value.name()).collect();
            writeln!(out, "needs {}", names.join(" "))?;
        }
        if !self.limits.is_empty() {
            let limits: Vec<String> = self
                .limits
                .iter()
                .map(|limit| format!("{}={}", limit.name(), limit.value()))
                .collect();
            writeln!(out, "limits {}", limits.join(" "))?;
        }
        self.each.iter().try_for_each(|each| writeln!(out, "{each}"))
    }
}

impl Display for Each {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "each {} =", self.name)?;
        self.items.iter().try_for_each(|item| write!(out, " {item}"))
    }
}

impl Display for Item {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => out.write_str(&text.quoted()),
            Self::Byte(byte) => write!(out, "{byte:02x}"),
            Self::Range(first, last) => write!(out, "{first:02x}..{last:02x}"),
        }
    }
}

/// Whole lines, each with its line end.
impl Display for StepKind {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::As(name) => writeln!(out, "as {name}"),
            Self::Send(lines) => {
                lines.iter().try_for_each(|line| writeln!(out, "> {}", line.unquoted()))
            }
            Self::SendFrame(frame) => writeln!(out, "> {frame}"),
            Self::Expect(expect) => expect.fmt(out),
            Self::More(text) => writeln!(out, "< more {}", text.quoted()),
            Self::End => writeln!(out, "< end"),
            Self::Pass(time) => writeln!(out, "@ +{}", duration(*time)),
            Self::Shut => writeln!(out, "shut"),
            Self::Reset => writeln!(out, "reset"),
            Self::Stall(0) => writeln!(out, "stall"),
            Self::Stall(bytes) => writeln!(out, "stall {bytes}"),
            Self::Resume => writeln!(out, "resume"),
            Self::Close => writeln!(out, "! close"),
            Self::Open => writeln!(out, "! open"),
            Self::WebSocket { path, fields } => {
                writeln!(out, "ws {}", path.unquoted())?;
                fields.iter().try_for_each(|field| {
                    writeln!(out, "  with {}", line(&field.name, &field.value))
                })
            }
            Self::Frames => writeln!(out, "frames"),
        }
    }
}

fn duration(time: Duration) -> String {
    match time.subsec_millis() {
        0 => format!("{}s", time.as_secs()),
        _ => format!("{}ms", time.as_millis()),
    }
}

/// A field line; one without a value has no space at its end.
fn line(name: &str, value: &Text) -> String {
    format!("{name}: {}", value.unquoted()).trim_end().to_owned()
}

impl Display for Expect {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let any_of: Vec<String> = self.any_of.iter().map(Wanted::to_string).collect();
        let sign = if self.optional { "<?" } else { "<" };
        let to_head = if self.to_head { " to HEAD" } else { "" };
        let begins = if self.begins { " begins" } else { "" };
        writeln!(out, "{sign} {}{to_head}{begins}", any_of.join(" | "))?;
        self.details.iter().try_for_each(|detail| writeln!(out, "  {}", detail.kind))
    }
}

impl Display for Wanted {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(out, "{status}"),
            Self::Class(class) => write!(out, "{class}xx"),
            Self::End => write!(out, "close"),
            Self::Cut => write!(out, "cut"),
            Self::Frame(frame) => frame.fmt(out),
        }
    }
}

impl Display for DetailKind {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::With { name, value: None } => write!(out, "with {name}"),
            Self::With { name, value: Some(value) } => write!(out, "with {}", line(name, value)),
            Self::Without(name) => write!(out, "without {name}"),
            Self::BodyIs(text) => write!(out, "body {}", text.quoted()),
            Self::BodyContains(text) => write!(out, "body contains {}", text.quoted()),
            Self::BodyEmpty => write!(out, "body empty"),
        }
    }
}

impl Display for FrameIn {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (kind, payload) = match self {
            Self::Text(text) => ("text", text),
            Self::Binary(text) => ("binary", text),
            Self::Ping(text) => ("ping", text),
            Self::Pong(text) => ("pong", text),
            Self::Close { code, reason } => (&*format!("close {code}"), reason),
            Self::CloseEmpty => ("close empty", &None),
        };
        out.write_str(kind)?;
        payload.iter().try_for_each(|text| write!(out, " {}", text.quoted()))
    }
}

impl Display for FrameOut {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(frame) => frame.fmt(out),
            Self::Bytes(text) => write!(out, "bytes {}", text.quoted()),
        }
    }
}

impl Display for ClientFrame {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.kind.fmt(out)?;
        let [rsv1, rsv2, rsv3] = self.rsv;
        let (sixteen, sixty_four) = (self.width == Width::Sixteen, self.width == Width::SixtyFour);
        let flags = [
            (!self.fin, " !fin"),
            (rsv1, " rsv1"),
            (rsv2, " rsv2"),
            (rsv3, " rsv3"),
            (self.mask.is_none(), " !mask"),
        ];
        flags.iter().filter(|(set, _)| *set).try_for_each(|(_, flag)| out.write_str(flag))?;
        if let Some(key) = self.mask.filter(|&key| key != MASK) {
            write!(out, " mask={:08x}", u32::from_be_bytes(key))?;
        }
        let widths = [(sixteen, " length16"), (sixty_four, " length64")];
        widths.iter().filter(|(set, _)| *set).try_for_each(|(_, flag)| out.write_str(flag))?;
        self.length.iter().try_for_each(|length| write!(out, " length={length}"))?;
        self.code.iter().try_for_each(|code| write!(out, " {code}"))?;
        let control = matches!(self.kind, FrameKind::Ping | FrameKind::Pong | FrameKind::Close);
        if self.payload.is_empty() && control {
            return Ok(());
        }
        write!(out, " {}", self.payload.quoted())
    }
}

impl Display for FrameKind {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => write!(out, "text"),
            Self::Binary => write!(out, "binary"),
            Self::Continuation => write!(out, "continuation"),
            Self::Ping => write!(out, "ping"),
            Self::Pong => write!(out, "pong"),
            Self::Close => write!(out, "close"),
            Self::Opcode(opcode) => write!(out, "opcode {opcode:x}"),
        }
    }
}

#[cfg(test)]
mod tests;
