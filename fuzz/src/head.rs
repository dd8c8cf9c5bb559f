//! A head at any cut, and what two other readers make of it.

use samewire::http::fields::Fields;
use samewire::http::framing::Framing;
use samewire::http::head::{Head, Parsed};
use samewire::http::request_line::Version;
use samewire::{Limits, Violation};

use crate::oracle;

/// Small enough that short inputs reach each of them.
const LIMITS: Limits =
    Limits { head_bytes_max: 512, target_bytes_max: 128, field_lines_max: 12, ..Limits::SMALL };

/// What became of an input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen<'x> {
    Incomplete,
    Refused(Violation),
    Accepted(Meaning<'x>),
}

/// All that a head says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Meaning<'x> {
    bytes: usize,
    method: &'x [u8],
    target: &'x [u8],
    version: Version,
    fields: Vec<(&'x [u8], &'x [u8])>,
    framing: Framing,
    persists: bool,
    expects_continue: bool,
    upgrades: bool,
}

/// Gives the parser the input up to each of these ends, until it has a verdict.
pub(crate) fn parse(input: &[u8], ends: impl IntoIterator<Item = usize>) -> Seen<'_> {
    let mut head = Head::NEW;
    for end in ends {
        match head.parse(&input[..end], &LIMITS) {
            Parsed::Incomplete => {}
            Parsed::Violation(violation) => return Seen::Refused(violation),
            Parsed::Complete(bytes) => return Seen::Accepted(Meaning::of(&input[..bytes], &head)),
        }
    }
    Seen::Incomplete
}

impl<'x> Meaning<'x> {
    fn of(bytes: &'x [u8], head: &Head) -> Self {
        Self {
            bytes: bytes.len(),
            method: &bytes[head.method_range()],
            target: &bytes[head.target()],
            version: head.version(),
            fields: Fields::new(&bytes[head.fields()..]).collect(),
            framing: head.framing(),
            persists: head.persists(),
            expects_continue: head.expects_continue(),
            upgrades: head.upgrades(),
        }
    }

    /// Whether a field of this name has this word among the elements of its values.
    fn lists(&self, name: &str, word: &str) -> bool {
        let named = |field: &&(&[u8], &[u8])| field.0.eq_ignore_ascii_case(name.as_bytes());
        let mut elements =
            self.fields.iter().filter(named).flat_map(|field| field.1.split(|byte| *byte == b','));
        elements.any(|element| element.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
    }
}

/// The grammar accepts the same heads, but for those beyond a limit, and reads the same in them.
pub(crate) fn compare_with_grammar(input: &[u8], seen: &Seen<'_>) {
    use Violation::{EmptyLines, HeadTooLarge, TargetTooLong};
    let request = oracle::head::request(input);
    let meaning = match seen {
        Seen::Refused(EmptyLines | HeadTooLarge | TargetTooLong) => return,
        Seen::Incomplete => return assert_eq!(request, None, "complete, by the grammar"),
        Seen::Refused(why) => return assert_eq!(request, None, "refused: {why:?}"),
        Seen::Accepted(meaning) => meaning,
    };
    let request = request.expect("the grammar refuses it");
    assert_eq!(request.bytes, meaning.bytes);
    assert_eq!((request.method, request.target), (meaning.method, meaning.target));
    assert_eq!(request.is_old, meaning.version == Version::Http10);
    assert_eq!(request.fields, meaning.fields);
    let framing = match request.content {
        oracle::head::Content::None => Framing::None,
        oracle::head::Content::Length(length) => Framing::Length(length),
        oracle::head::Content::Chunked => Framing::Chunked,
    };
    assert_eq!(framing, meaning.framing);
    let is_new = !request.is_old;
    let close = meaning.lists("Connection", "close");
    let persists = !close && (is_new || meaning.lists("Connection", "keep-alive"));
    assert_eq!(persists, meaning.persists);
    assert_eq!(is_new && meaning.lists("Connection", "upgrade"), meaning.upgrades);
    assert_eq!(is_new && meaning.lists("Expect", "100-continue"), meaning.expects_continue);
}

/// What is accepted here httparse accepts too, with the same method, target and fields. It knows
/// no minor version above 1, which we treat as 1.1 (RFC 9110 §6.2).
pub(crate) fn compare_with_httparse(input: &[u8], seen: &Seen<'_>) {
    let Seen::Accepted(meaning) = seen else { return };
    let mut headers = [httparse::EMPTY_HEADER; LIMITS.field_lines_max as usize];
    let mut request = httparse::Request::new(&mut headers);
    let status = match request.parse(input) {
        Err(httparse::Error::Version) => return,
        status => status.expect("httparse refuses it"),
    };
    assert_eq!(status, httparse::Status::Complete(meaning.bytes));
    assert_eq!(request.method.map(str::as_bytes), Some(meaning.method));
    assert_eq!(request.path.map(str::as_bytes), Some(meaning.target));
    assert_eq!(request.version, Some(u8::from(meaning.version == Version::Http11)));
    let fields = request.headers.iter().map(|field| (field.name.as_bytes(), field.value));
    assert_eq!(fields.collect::<Vec<_>>(), meaning.fields);
}
