//! Does what came satisfy what the case expects? One message against one expectation, and the
//! words for what is wrong.

use crate::case::{Detail, DetailKind, Expect, Text, Wanted};
use crate::diagnostic::Span;
use crate::frames::Frame;
use crate::response::Response;
use crate::transcript::Escaped;

/// Why a replay failed: the line of the fixture that was not met, and what came instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The expectation in its file.
    pub span: Span,
    /// What is wrong, to stand behind a caret: `got 200`.
    pub what: String,
    /// The bytes that came and that no earlier step had taken; of a flood no more than its begin,
    /// [`Failure::CAME_MAX`] bytes.
    pub came: Vec<u8>,
    /// The requirement, where an invariant is broken and not a step of the case.
    pub rule: Option<&'static str>,
    /// What kind of failure it is.
    pub kind: FailureKind,
}

/// What a failure is about: a foreign server may have an excuse for some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailureKind {
    /// Something else came than was expected.
    #[default]
    Other,
    /// An answer of this status came, which was not expected.
    Status(u16),
    /// The connection ended where an answer was expected.
    Ended,
}

impl Failure {
    /// As many bytes are kept of what came, for each of the failures of a run.
    pub const CAME_MAX: usize = 4096;

    /// A step that was not met.
    pub fn new(span: Span, what: impl Into<String>, came: &[u8]) -> Self {
        let kind = FailureKind::Other;
        let came = came.get(..Self::CAME_MAX).unwrap_or(came).to_vec();
        Self { span, what: what.into(), came, rule: None, kind }
    }

    /// The same failure, of this kind.
    #[must_use]
    pub fn of(mut self, kind: FailureKind) -> Self {
        self.kind = kind;
        self
    }
}

/// Fields that are lists: `with` asks for elements of them.
const LISTS: &[&str] = &["Connection", "Upgrade", "Allow"];

/// Whether one of the alternatives is this status.
pub fn wants_status(expect: &Expect, status: u16) -> bool {
    expect.any_of.iter().any(|wanted| match wanted {
        Wanted::Status(one) => *one == status,
        Wanted::Class(class) => u16::from(*class) == status / 100,
        Wanted::End | Wanted::Cut | Wanted::Frame(_) => false,
    })
}

/// Whether one of the alternatives is the end of the connection.
pub fn wants_end(expect: &Expect) -> bool {
    expect.any_of.contains(&Wanted::End)
}

/// Whether one of the alternatives is an answer that the end cuts short.
pub fn wants_cut(expect: &Expect) -> bool {
    expect.any_of.contains(&Wanted::Cut)
}

/// Judges a response by the indented lines below an expectation; its status is right.
///
/// # Errors
///
/// Where the first line that is not met stands, and what came.
pub fn details(
    expect: &Expect,
    response: &Response,
    item: Option<&[u8]>,
) -> Result<(), (Span, String)> {
    expect.details.iter().try_for_each(|Detail { span, kind }| {
        let wrong = match kind {
            DetailKind::With { name, value } => with(response, name, value.as_ref(), item),
            DetailKind::Without(name) => {
                let mut values = response.values(name);
                values.next().map(|value| format!("got {name}: {}", Escaped(value)))
            }
            DetailKind::BodyIs(text) => {
                (response.content != text.bytes(item)).then(|| content(&response.content))
            }
            DetailKind::BodyContains(text) => {
                let text = text.bytes(item);
                let mut windows = response.content.windows(text.len().max(1));
                let met = text.is_empty() || windows.any(|window| window == text);
                (!met).then(|| content(&response.content))
            }
            DetailKind::BodyEmpty => {
                (!response.content.is_empty()).then(|| content(&response.content))
            }
        };
        wrong.map_or(Ok(()), |what| Err((*span, what)))
    })
}

fn with(
    response: &Response,
    name: &str,
    value: Option<&Text>,
    item: Option<&[u8]>,
) -> Option<String> {
    let wanted = value.map(|value| value.bytes(item));
    let met = match &wanted {
        None => response.values(name).next().is_some(),
        Some(wanted) if LISTS.iter().any(|list| list.eq_ignore_ascii_case(name)) => wanted
            .split(|&byte| byte == b',')
            .all(|element| response.lists(name, element.trim_ascii())),
        Some(wanted) => response.values(name).any(|value| value == wanted),
    };
    if met {
        return None;
    }
    let values: Vec<String> =
        response.values(name).map(|value| Escaped(value).to_string()).collect();
    Some(if values.is_empty() {
        format!("got {} without {name}", response.status)
    } else {
        format!("got {name}: {}", values.join(", and "))
    })
}

/// Content longer than this is counted, not shown, behind a caret.
const SHOWN_MAX: usize = 60;

/// What came in place of the content that was expected.
pub(crate) fn content(content: &[u8]) -> String {
    match content.len() {
        0 => "got no content".into(),
        1..=SHOWN_MAX => format!("got \"{}\"", Escaped(content)),
        length => format!("got {length} bytes"),
    }
}

/// Judges a frame, or a message put together from its fragments.
///
/// # Errors
///
/// What came.
pub fn frame(expect: &Expect, frame: &Frame, item: Option<&[u8]>) -> Result<(), String> {
    let met = expect.any_of.iter().any(|wanted| match wanted {
        Wanted::Frame(wanted) => wanted.accepts(frame.opcode, &frame.payload, item),
        Wanted::Status(_) | Wanted::Class(_) | Wanted::End | Wanted::Cut => false,
    });
    if met { Ok(()) } else { Err(format!("got {}", name(frame))) }
}

/// A frame as the fixture language would expect it.
pub fn name(frame: &Frame) -> String {
    let kind = match frame.opcode {
        0 => "continuation",
        1 => "text",
        2 => "binary",
        8 => match frame.close() {
            None if frame.payload.is_empty() => return "close empty".into(),
            None => "close",
            Some((code, [])) => return format!("close {code}"),
            Some((code, reason)) => return format!("close {code} \"{}\"", Escaped(reason)),
        },
        9 => "ping",
        10 => "pong",
        opcode => return format!("opcode {opcode:x}"),
    };
    match frame.payload.len() {
        0..=SHOWN_MAX => format!("{kind} \"{}\"", Escaped(&frame.payload)),
        length => format!("{kind} of {length} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, details, name, wants_end, wants_status};
    use crate::case::{Detail, DetailKind, Expect, Text, Wanted};
    use crate::diagnostic::Span;
    use crate::frames::Frame;
    use crate::response::{Reading, Response, read};

    fn response(bytes: &str) -> Response {
        let Reading::Complete(response, _) = read(bytes.as_bytes(), false, true) else { panic!() };
        response
    }

    fn expect(any_of: Vec<Wanted>, kinds: Vec<DetailKind>) -> Expect {
        let detail = |kind| Detail { span: Span::default(), kind };
        let details = kinds.into_iter().map(detail).collect();
        Expect { optional: false, any_of, to_head: false, begins: false, details }
    }

    #[test]
    fn of_a_flood_the_begin_is_kept() {
        let kept = |came: &[u8]| Failure::new(Span::default(), "got 200", came).came;
        assert_eq!(kept(b"HTTP/1.1 200 OK"), b"HTTP/1.1 200 OK");
        assert_eq!(kept(&[b'x'; 2 * Failure::CAME_MAX]), [b'x'; Failure::CAME_MAX]);
    }

    #[test]
    fn alternatives_are_statuses_classes_or_the_end() {
        let one = expect(vec![Wanted::Status(400), Wanted::Class(5), Wanted::End], vec![]);
        assert!(wants_status(&one, 400) && wants_status(&one, 505) && wants_end(&one));
        assert!(!wants_status(&one, 404) && !wants_status(&one, 200));
    }

    #[test]
    fn details_name_what_came() {
        let with = |name: &str, value: Option<&str>| DetailKind::With {
            name: name.into(),
            value: value.map(Text::from),
        };
        let answer = response(
            "HTTP/1.1 200 OK\r\nA: 1\r\nA: 2\r\nAllow: GET, HEAD\r\nContent-Length: 5\r\n\r\nhello",
        );
        let table = [
            (with("a", Some("2")), None),
            (with("A", Some("3")), Some("got A: 1, and 2")),
            (with("A", None), None),
            (with("B", None), Some("got 200 without B")),
            (with("Allow", Some("HEAD")), None),
            (with("allow", Some("head,GET")), None),
            (with("Allow", Some("PUT")), Some("got Allow: GET, HEAD")),
            (DetailKind::Without("B".into()), None),
            (DetailKind::Without("A".into()), Some("got A: 1")),
            (DetailKind::BodyIs(Text::from("hello")), None),
            (DetailKind::BodyIs(Text::from("hell")), Some("got \"hello\"")),
            (DetailKind::BodyContains(Text::from("ell")), None),
            (DetailKind::BodyContains(Text::from("elo")), Some("got \"hello\"")),
            (DetailKind::BodyEmpty, Some("got \"hello\"")),
        ];
        for (kind, wrong) in table {
            let shown = format!("{kind:?}");
            let got = details(&expect(vec![], vec![kind]), &answer, None).err();
            assert_eq!(got.map(|(_, what)| what).as_deref(), wrong, "{shown}");
        }
    }

    #[test]
    fn frames_are_named_as_a_case_would() {
        let table: &[(u8, &[u8], &str)] = &[
            (1, b"hi", "text \"hi\""),
            (8, b"", "close empty"),
            (8, b"\x03\xe8", "close 1000"),
            (8, b"\x03\xe8bye", "close 1000 \"bye\""),
            (2, &[0; 200], "binary of 200 bytes"),
            (3, b"", "opcode 3"),
        ];
        for &(opcode, payload, expected) in table {
            let (fin, rsv, mask, length_bits) = (true, [false; 3], None, 7);
            let frame = Frame { fin, rsv, opcode, mask, length_bits, payload: payload.to_vec() };
            assert_eq!(name(&frame), expected);
        }
    }
}
