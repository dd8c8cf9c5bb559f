//! Frames as a case spells them: `> text !fin "Hel"`, `< close 1002`.

use super::directive::meant;
use super::line::{Fault, Line, Result, hex, number};
use crate::case::Wanted;
use crate::case::frame::{ClientFrame, FrameIn, FrameKind, FrameOut, Width};
use crate::case::text::{Part, Text};

/// The kinds of frames; `opcode` and `bytes` are only sent, never expected.
pub(super) const KINDS: [&str; 6] = ["text", "binary", "ping", "pong", "close", "continuation"];

const FLAGS: [&str; 9] =
    ["!fin", "rsv1", "rsv2", "rsv3", "!mask", "mask=", "length16", "length64", "length="];

/// Reads the frame after `>`.
pub(super) fn read_out(mut line: Line<'_>) -> Result<FrameOut> {
    let word = line.word(&['"']);
    let kind = match word.value {
        "text" => FrameKind::Text,
        "binary" => FrameKind::Binary,
        "continuation" => FrameKind::Continuation,
        "ping" => FrameKind::Ping,
        "pong" => FrameKind::Pong,
        "close" => FrameKind::Close,
        "opcode" => read_opcode(&mut line)?,
        "bytes" => {
            let text = line.string()?;
            line.end("the bytes")?;
            return Ok(FrameOut::Bytes(text));
        }
        other => {
            let message = format!("unknown frame `{other}`");
            let hint = meant(other, KINDS.into_iter().chain(["opcode", "bytes"]));
            return Err(Fault { span: word.span, message, hint });
        }
    };
    let mut frame = ClientFrame::new(kind, Text::default());
    read_flags(&mut line, &mut frame)?;
    if kind == FrameKind::Close && line.first_unread().starts_with(|c: char| c.is_ascii_digit()) {
        frame.code = Some(read_code(&mut line)?);
    }
    let span = line.rest_span();
    if !line.rest().trim().is_empty() {
        frame.payload = line.string()?;
    }
    line.end("the payload")?;

    let known = frame.payload.names().next().is_none();
    let length = frame.length.or(known.then(|| frame.encoded_length()));
    if frame.width == Width::Sixteen && length.is_some_and(|length| length > 0xffff) {
        let message = "a length of more than 65535 in 16 bits".to_owned();
        return Err(Fault { span, message, hint: "write it with `length64`".into() });
    }
    Ok(FrameOut::Frame(frame))
}

/// Reads the four bits after `opcode`.
fn read_opcode(line: &mut Line<'_>) -> Result<FrameKind> {
    let word = line.word(&['"']);
    let digit = Some(word.value).filter(|value| value.len() == 1);
    digit.and_then(|digit| u8::from_str_radix(digit, 16).ok()).map(FrameKind::Opcode).ok_or_else(
        || {
            let message = format!("`{}` is no opcode", word.value);
            Fault {
                span: word.span,
                message,
                hint: "write one hexadecimal digit: `opcode 3`".into(),
            }
        },
    )
}

/// Reads what stands between a frame's kind and its payload.
fn read_flags(line: &mut Line<'_>, frame: &mut ClientFrame) -> Result<()> {
    let mut seen: Vec<&str> = Vec::new();
    loop {
        let next = line.first_unread();
        if next.is_empty() || next.starts_with(|c: char| c == '"' || c.is_ascii_digit()) {
            return Ok(());
        }
        let word = line.word(&['"']);
        let fault = |message, hint| Err(Fault { span: word.span, message, hint });
        // The flags that say the same thing go by one name.
        let about = match word.value.split_once('=').map_or(word.value, |(name, _)| name) {
            "!mask" => "mask",
            "length64" => "length16",
            name => name,
        };
        if seen.contains(&about) {
            return fault(
                format!("`{}` speaks twice of one thing", word.value),
                "remove one".into(),
            );
        }
        seen.push(about);
        match word.value {
            "!fin" => frame.fin = false,
            "rsv1" => frame.rsv[0] = true,
            "rsv2" => frame.rsv[1] = true,
            "rsv3" => frame.rsv[2] = true,
            "!mask" => frame.mask = None,
            "length16" => frame.width = Width::Sixteen,
            "length64" => frame.width = Width::SixtyFour,
            other => match other.split_once('=') {
                Some(("mask", key)) => match read_key(key) {
                    Some(key) => frame.mask = Some(key),
                    None => {
                        let hint = "write eight hexadecimal digits: `mask=37fa213d`".to_owned();
                        return fault(format!("`{key}` is no masking key"), hint);
                    }
                },
                Some(("length", digits)) => match number(digits) {
                    Some(length) => frame.length = Some(length),
                    None => {
                        let hint = "write a number of bytes: `length=126`".to_owned();
                        return fault(format!("`{digits}` is no length"), hint);
                    }
                },
                _ => {
                    return fault(
                        format!("unknown flag `{other}`"),
                        meant(other, FLAGS.into_iter()),
                    );
                }
            },
        }
    }
}

fn read_key(digits: &str) -> Option<[u8; 4]> {
    let mut key = [0; 4];
    if digits.len() != 8 || !digits.is_ascii() {
        return None;
    }
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = hex(&digits[2 * index..2 * index + 2])?;
    }
    Some(key)
}

fn read_code(line: &mut Line<'_>) -> Result<u16> {
    let word = line.word(&['"', '|']);
    number(word.value).and_then(|code| u16::try_from(code).ok()).ok_or_else(|| {
        let message = format!("`{}` is no close code", word.value);
        Fault { span: word.span, message, hint: "it has 16 bits, as in `close 1002`".into() }
    })
}

/// Reads one alternative after `<`.
pub(super) fn read_in(line: &mut Line<'_>) -> Result<Wanted> {
    let word = line.word(&['"', '|']);
    let frame = match word.value {
        "text" => FrameIn::Text(payload(line)?),
        "binary" => FrameIn::Binary(payload(line)?),
        "ping" => FrameIn::Ping(payload(line)?),
        "pong" => FrameIn::Pong(payload(line)?),
        "close" => match line.first_unread() {
            "" => return Ok(Wanted::End),
            next if next.starts_with('|') => return Ok(Wanted::End),
            "empty" => {
                line.word(&[]);
                FrameIn::CloseEmpty
            }
            _ => FrameIn::Close { code: read_code(line)?, reason: payload(line)? },
        },
        other => {
            let fault = |message, hint| Err(Fault { span: word.span, message, hint });
            if other.starts_with(|c: char| c.is_ascii_digit()) {
                let message = format!("the status `{other}` after the handshake");
                return fault(message, "frames come now: text, binary, ping, pong, close".into());
            }
            if other == "continuation" {
                let hint = "expect the whole message: `text` or `binary`".to_owned();
                return fault("a fragment is not expected by itself".into(), hint);
            }
            return fault(
                format!("unknown frame `{other}`"),
                meant(other, KINDS.into_iter().take(5)),
            );
        }
    };
    Ok(Wanted::Frame(frame))
}

/// Reads a payload, if one is given.
fn payload(line: &mut Line<'_>) -> Result<Option<Text>> {
    line.skip_spaces();
    if line.rest().starts_with('"') { line.string().map(Some) } else { Ok(None) }
}

impl ClientFrame {
    /// The payload's own length, if no name stands in it.
    fn encoded_length(&self) -> u64 {
        let part = |part: &Part| match part {
            Part::Bytes(bytes) => bytes.len() as u64,
            Part::Repeat(bytes, count) => bytes.len() as u64 * u64::from(*count),
            Part::Var(_) => 0,
        };
        let code = if self.code.is_some() { 2 } else { 0 };
        code + self.payload.parts().iter().map(part).sum::<u64>()
    }
}
