//! The parts of a form by the grammar (RFC 7578, RFC 2046 §5.1.1), read with all of it in view.

use std::sync::LazyLock;

use regex::bytes::Regex;
use samewire::Limits;

use crate::oracle::abnf;
use crate::requests::split;

/// What is said of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) name: String,
    pub(crate) filename: Option<String>,
    pub(crate) media_type: Vec<u8>,
    pub(crate) data: Vec<u8>,
}

/// The parts that are whole, and the status that answers the form.
pub(crate) fn read(boundary: &[u8], content: &[u8], limits: &Limits) -> (Vec<Said>, u16) {
    let delimiter = [b"\r\n--", boundary].concat();
    let head_bytes_max =
        usize::from(limits.part_head_bytes_max).min(limits.collected_bytes_max as usize);
    let mut parts = Vec::new();
    // The first delimiter may begin the content.
    let text = [b"\r\n", content].concat();
    let Some((_, mut rest)) = split(&text, &delimiter) else { return (parts, 400) };
    loop {
        if let Some(behind) = rest.strip_prefix(b"--") {
            let behind = without_padding(behind);
            let is_whole = behind.is_empty() || behind.starts_with(b"\r\n");
            return (parts, if is_whole { 204 } else { 400 });
        }
        let Some(lines) = without_padding(rest).strip_prefix(b"\r\n") else {
            return (parts, 400);
        };
        // An empty line right there is a head without lines.
        let head_bytes = match split(&[b"\r\n", lines].concat(), b"\r\n\r\n") {
            Some((head, _)) => head.len() + 2,
            None if lines.len() > head_bytes_max => return (parts, 413),
            None => return (parts, 400),
        };
        if head_bytes > head_bytes_max || parts.len() == usize::from(limits.parts_max) {
            return (parts, 413);
        }
        // The line end behind the head may be that of the next delimiter.
        let (head, behind) = (&lines[..head_bytes], &lines[head_bytes - 2..]);
        let (Some(mut said), Some((data, behind))) = (said(head), split(behind, &delimiter)) else {
            return (parts, 400);
        };
        said.data = data.get(2..).unwrap_or_default().to_vec();
        parts.push(said);
        rest = behind;
    }
}

fn without_padding(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| !abnf::blank(*byte));
    &bytes[end.unwrap_or(bytes.len())..]
}

/// What a head says (RFC 7578 §4); `None` if two readers could read it differently.
fn said(head: &[u8]) -> Option<Said> {
    let (mut dispositions, mut types) = (Vec::new(), Vec::new());
    let mut rest = head;
    loop {
        let (line, behind) = split(rest, b"\r\n")?;
        rest = behind;
        if line.is_empty() {
            break;
        }
        let (name, value) = abnf::field_line(line)?;
        match &*name.to_ascii_lowercase() {
            b"content-disposition" => dispositions.push(value),
            b"content-type" => types.push(value),
            b"content-transfer-encoding" => {
                let coding = value.to_ascii_lowercase();
                [&b"7bit"[..], b"8bit", b"binary"].contains(&&*coding).then_some(())?;
            }
            _ => {}
        }
    }
    let ([disposition], [] | [_]) = (&*dispositions, &*types) else { return None };
    let parameters = parameters(disposition)?;
    let only = |name: &str| {
        let is_named = |(other, _): &&(String, Vec<u8>)| other == name;
        let found: Vec<&Vec<u8>> =
            parameters.iter().filter(is_named).map(|(_, value)| value).collect();
        (found.len() < 2).then(|| found.first().map(|value| value.to_vec()))
    };
    let filename = match only("filename")? {
        Some(path) => {
            let path = String::from_utf8(path).ok()?;
            let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
            Some(if matches!(last, "." | "..") { String::new() } else { last.to_owned() })
        }
        None => None,
    };
    Some(Said {
        name: String::from_utf8(only("name")??).ok()?,
        filename,
        media_type: types.first().unwrap_or(&&b"text/plain"[..]).to_vec(),
        data: Vec::new(),
    })
}

/// The parameters of `form-data`, their names in small letters. Browsers escape quotation marks and
/// backslashes, or nothing.
fn parameters(disposition: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    static KIND: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(?i-u:form-data)[ \t]*").expect("a shape"));
    static PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
        let token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
        let quoted = r#""(?:[^"\\]|\\.)*""#;
        let shape = format!(r"^(?s-u:;[ \t]*(?:({token})=({token}|{quoted}))?[ \t]*)");
        Regex::new(&shape).expect("a shape")
    });
    let mut rest = &disposition[KIND.find(disposition)?.end()..];
    let mut parameters = Vec::new();
    while !rest.is_empty() {
        let found = PARAMETER.captures(rest)?;
        if let (Some(name), Some(value)) = (found.get(1), found.get(2)) {
            let name = String::from_utf8(name.as_bytes().to_ascii_lowercase()).ok()?;
            parameters.push((name, plain(value.as_bytes())));
        }
        rest = &rest[found[0].len()..];
    }
    Some(parameters)
}

fn plain(value: &[u8]) -> Vec<u8> {
    let Some(quoted) = value.strip_prefix(b"\"") else { return value.to_vec() };
    let mut inside = quoted.strip_suffix(b"\"").unwrap_or(quoted).iter().copied().peekable();
    let mut plain = Vec::new();
    while let Some(byte) = inside.next() {
        let escaped =
            if byte == b'\\' { inside.next_if(|next| matches!(next, b'"' | b'\\')) } else { None };
        plain.push(escaped.unwrap_or(byte));
    }
    plain
}
