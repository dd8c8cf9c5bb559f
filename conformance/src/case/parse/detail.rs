//! The indented lines below a step: `with`, `without`, `body`.

use super::directive::meant;
use super::line::{Fault, Line, Result};
use crate::case::DetailKind;
use crate::case::text::{Part, Text};

/// How such a line begins.
pub(super) const WORDS: [&str; 3] = ["with", "without", "body"];

/// Reads an indented line.
pub(super) fn read(mut line: Line<'_>) -> Result<DetailKind> {
    let word = line.word(&[]);
    match word.value {
        "with" => {
            let name = read_name(&mut line)?;
            line.skip_spaces();
            let value = if line.eat(":") { Some(read_value(&mut line)?) } else { None };
            let hint = "write `with Name: value`, or `with Name` for any value";
            line.end("the name").map_err(|fault| Fault { hint: hint.into(), ..fault })?;
            Ok(DetailKind::With { name, value })
        }
        "without" => {
            let name = read_name(&mut line)?;
            line.end("the name")?;
            Ok(DetailKind::Without(name))
        }
        "body" => {
            let rest = line.clone();
            let kind = match line.word(&['"']).value {
                "empty" => DetailKind::BodyEmpty,
                "contains" => DetailKind::BodyContains(line.string()?),
                "" => DetailKind::BodyIs(line.string()?),
                _ => {
                    let hint = "write `body \"text\"`, `body contains \"text\"` or `body empty`";
                    return Err(rest.fault("unknown expectation of the content", hint));
                }
            };
            line.end("the content")?;
            Ok(kind)
        }
        other => {
            let message = format!("unknown detail `{other}`");
            let hint = meant(other, WORDS.into_iter());
            Err(Fault { span: word.span, message, hint })
        }
    }
}

/// Reads a field name: a `token` (RFC 9110 §5.6.2).
fn read_name(line: &mut Line<'_>) -> Result<String> {
    let word = line.word(&[':']);
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if word.value.is_empty() || !word.value.chars().all(token) {
        let message = format!("`{}` is no field name", word.value);
        let hint = "as in `with Connection: close`".to_owned();
        return Err(Fault { span: word.span, message, hint });
    }
    Ok(word.value.to_owned())
}

/// Reads a field value, up to the end of the line.
fn read_value(line: &mut Line<'_>) -> Result<Text> {
    line.skip_spaces();
    let span = line.rest_span();
    let value = line.bytes()?;
    let is_space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let padded = |part: Option<&Part>, end: fn(&[u8]) -> Option<&u8>| match part {
        Some(Part::Bytes(bytes) | Part::Repeat(bytes, _)) => is_space(end(bytes)),
        Some(Part::Var(_)) | None => false,
    };
    if padded(value.parts().first(), <[u8]>::first) || padded(value.parts().last(), <[u8]>::last) {
        let message = "white space around a field value is no part of it".to_owned();
        return Err(Fault { span, message, hint: "remove it (RFC 9110 section 5.5)".into() });
    }
    Ok(value)
}
