//! Heads as a whole: cuts, limits, every byte value, the order of faults. The tables of each
//! section stand with its file, and come here for [`read`].

use std::format;
use std::vec::Vec;

use proptest::prelude::*;

use super::{Head, Parsed};
use crate::http::abnf;
use crate::http::fields::Fields;
use crate::http::framing::Framing;
use crate::http::request_line::{Method, Version};
use crate::{Limits, Violation};

/// Reads `bytes` whole, one at a time and in two pieces cut anywhere; all must come to the same.
pub(in crate::http) fn read_within(bytes: &[u8], limits: &Limits) -> (Parsed, Head) {
    let whole = read_pieces(bytes, [bytes.len()], limits);
    let single = read_pieces(bytes, 1..=bytes.len(), limits);
    assert_eq!(single, whole, "byte by byte: {}", bytes.escape_ascii());
    for cut in 0..bytes.len() {
        let halves = read_pieces(bytes, [cut, bytes.len()], limits);
        assert_eq!(halves, whole, "cut at {cut}: {}", bytes.escape_ascii());
    }
    whole
}

/// The same with the limits of a small machine.
pub(in crate::http) fn read(bytes: &[u8]) -> (Parsed, Head) {
    read_within(bytes, &Limits::SMALL)
}

/// The head of `bytes`, which must be in order and end with them.
pub(in crate::http) fn accepted(bytes: &[u8]) -> Head {
    let (parsed, head) = read(bytes);
    assert_eq!(parsed, Parsed::Complete(bytes.len()), "{}", bytes.escape_ascii());
    head
}

/// What `bytes` are refused for.
#[track_caller]
pub(in crate::http) fn refused(bytes: &[u8]) -> Violation {
    match read(bytes).0 {
        Parsed::Violation(violation) => violation,
        other => panic!("{other:?}: {}", bytes.escape_ascii()),
    }
}

/// Gives `bytes` up to each of `ends` until there is a verdict. The state of a head that is not
/// complete is nobody's business.
fn read_pieces(
    bytes: &[u8],
    ends: impl IntoIterator<Item = usize>,
    limits: &Limits,
) -> (Parsed, Head) {
    let mut head = Head::NEW;
    let mut index = Vec::new();
    for end in ends {
        match head.parse_with(&bytes[..end], limits, |span| index.push(span)) {
            Parsed::Incomplete => {}
            Parsed::Complete(end) => {
                let noted = index.iter().map(|span| (span.name(bytes), span.value(bytes)));
                let fields = Fields::new(&bytes[head.fields()..end]);
                assert!(noted.eq(fields), "{}", bytes.escape_ascii());
                head.searched = 0;
                return (Parsed::Complete(end), head);
            }
            violation => return (violation, Head::NEW),
        }
    }
    (Parsed::Incomplete, Head::NEW)
}

fn with_line(line: &[u8]) -> Vec<u8> {
    [b"GET / HTTP/1.1\r\nHost: a\r\n", line, b"\r\n\r\n"].concat()
}

#[test]
fn reads_what_a_browser_sends() {
    let bytes = b"GET /w%20p/a.jpg?x=1/2?3 HTTP/1.1\r\nHost: www.example.com:8080\r\n\
        User-Agent: Mozilla/5.0 (Macintosh; U)\r\nAccept: text/html,*/*;q=0.8\r\n\
        Connection: keep-alive\r\nX-Empty:\r\nx-obs: \xE9\t\xFF \t\r\n\r\n";
    let head = accepted(bytes);
    assert_eq!(head.method(), Method::Get);
    assert_eq!(&bytes[head.method_range()], b"GET");
    assert_eq!(&bytes[head.target()], b"/w%20p/a.jpg?x=1/2?3");
    assert_eq!(head.version(), Version::Http11);
    assert_eq!(head.framing(), Framing::None);
    assert!(head.persists() && head.is_started());
    assert!(!head.expects_continue() && !head.upgrades());
    let fields: Vec<_> = Fields::new(&bytes[head.fields()..]).collect();
    assert_eq!(fields.len(), 6);
    assert_eq!(fields[0], (&b"Host"[..], &b"www.example.com:8080"[..]));
    assert_eq!(fields[4], (&b"X-Empty"[..], &b""[..]));
    assert_eq!(fields[5], (&b"x-obs"[..], &b"\xE9\t\xFF"[..]));
}

#[test]
fn leaves_what_stands_behind_the_head() {
    for behind in ["", "\n", "\r\n", "\0", " x", "GET / HTTP/1.1\r\n\r\n"] {
        let head = b"POST / HTTP/1.1\r\nHost:\r\nContent-Length: 5\r\n\r\n";
        let bytes = [head.as_slice(), behind.as_bytes()].concat();
        assert_eq!(read(&bytes).0, Parsed::Complete(head.len()), "{behind:?}");
    }
}

#[test]
fn waits_for_the_end_of_every_prefix() {
    let bytes = b"\r\nPOST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for end in 0..bytes.len() {
        assert_eq!(read(&bytes[..end]).0, Parsed::Incomplete, "{end}");
    }
    accepted(bytes);
}

#[test]
fn is_started_by_the_first_byte_behind_empty_lines() {
    let mut head = Head::NEW;
    for (received, is_started) in
        [("", false), ("\r\n", false), ("\r\n\r\n", false), ("\r\n\r\nG", true)]
    {
        assert_eq!(head.parse(received.as_bytes(), &Limits::SMALL), Parsed::Incomplete);
        assert_eq!(head.is_started(), is_started, "{received:?}");
    }
}

#[test]
fn counts_offsets_from_the_first_empty_line() {
    let bytes = b"\r\n\r\nBREW /pot HTTP/1.1\r\nHost: a\r\n\r\n";
    let head = accepted(bytes);
    assert_eq!(&bytes[head.method_range()], b"BREW");
    assert_eq!(&bytes[head.target()], b"/pot");
    assert!(bytes[head.fields()..].starts_with(b"Host"));
}

#[test]
fn refuses_the_first_faulty_line() {
    for (bytes, violation) in [
        ("GET / HTTP/1.1\r\nA : b\r\nB:\x01\r\n\r\n", Violation::SpaceBeforeColon),
        ("GET / HTTP/1.1\r\nB:\x01\r\nA : b\r\n\r\n", Violation::FieldValue),
        ("GET /# HTTP/1.1\r\nB:\x01\r\n\r\n", Violation::TargetByte),
        ("GET / HTTP/2.0\r\n\r\n", Violation::VersionUnsupported),
        ("GET / HTTP/1.1\r\nContent-Length: x\r\n\n", Violation::LengthInvalid),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\nExpect: x\r\n\r\n", Violation::HostTwice),
        ("GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\n", Violation::HostMissing),
    ] {
        assert_eq!(refused(bytes.as_bytes()), violation, "{bytes:?}");
    }
}

#[test]
fn refuses_a_hopeless_first_byte_at_once() {
    for first in 0..=u8::MAX {
        let (parsed, _) = read(&[first]);
        let may_begin = first.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~\r".contains(&first);
        assert_eq!(parsed == Parsed::Incomplete, may_begin, "{first:02x}");
    }
    assert_eq!(refused(b"\x16\x03\x01\x02\x00"), Violation::Method);
    assert_eq!(refused(b"\r\n\x16\x03\r\n"), Violation::Method);
}

#[test]
fn judges_every_byte_of_a_field_name() {
    for byte in 0..=u8::MAX {
        let bytes = with_line(&[b'X', byte, b'X', b':', b'v']);
        let is_tchar = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let (parsed, _) = read(&bytes);
        // A colon only ends the name earlier.
        let is_fine = is_tchar || byte == b':';
        assert_eq!(parsed == Parsed::Complete(bytes.len()), is_fine, "{byte:02x}");
        let expected = match byte {
            b'\n' => Violation::BareLf,
            b'\r' => Violation::BareCr,
            _ => Violation::FieldName,
        };
        assert!(is_fine || parsed == Parsed::Violation(expected), "{byte:02x} {parsed:?}");
    }
}

#[test]
fn judges_every_byte_of_a_field_value() {
    for byte in 0..=u8::MAX {
        for place in [[byte, b'v', b'v'], [b'v', byte, b'v'], [b'v', b'v', byte]] {
            for before in [0, 5, 13, 14, 15, 16, 29] {
                let line = [b"X:", "v".repeat(before).as_bytes(), &place].concat();
                let expected = match byte {
                    b'\n' => Parsed::Violation(Violation::BareLf),
                    b'\r' => Parsed::Violation(Violation::BareCr),
                    b'\t' | b' '..=b'~' | 0x80.. => Parsed::Complete(with_line(&line).len()),
                    _ => Parsed::Violation(Violation::FieldValue),
                };
                let bytes = with_line(&line);
                assert_eq!(
                    read_pieces(&bytes, [bytes.len()], &Limits::SMALL).0,
                    expected,
                    "{byte:02x}"
                );
                assert_eq!(
                    read_pieces(&bytes, 1..=bytes.len(), &Limits::SMALL).0,
                    expected,
                    "{byte:02x}"
                );
            }
        }
    }
}

#[test]
fn counts_field_lines_and_bytes_to_the_last() {
    let limits = Limits { field_lines_max: 3, head_bytes_max: 40, ..Limits::SMALL };
    let lines = |n| format!("GET / HTTP/1.1\r\nHost:\r\n{}\r\n", "a:\r\n".repeat(n));
    assert_eq!(read_within(lines(2).as_bytes(), &limits).0, Parsed::Complete(33));
    let refused = Parsed::Violation(Violation::HeadTooLarge);
    assert_eq!(read_within(lines(3).as_bytes(), &limits).0, refused);

    let sized = |n| format!("GET / HTTP/1.1\r\nHost:\r\nb:{}\r\n\r\n", "x".repeat(n));
    assert_eq!(sized(11).len(), 40);
    assert_eq!(read_within(sized(11).as_bytes(), &limits).0, Parsed::Complete(40));
    assert_eq!(read_within(sized(12).as_bytes(), &limits).0, refused);
    let endless = format!("GET / HTTP/1.1\r\nb:{}", "x".repeat(99));
    assert_eq!(read_within(endless.as_bytes(), &limits).0, refused);
    assert_eq!(read_within(&endless.as_bytes()[..40], &limits).0, refused);
    assert_eq!(read_within(&endless.as_bytes()[..39], &limits).0, Parsed::Incomplete);
}

#[test]
fn looks_at_nothing_behind_the_limit() {
    // The LF that would show the fault is the first byte too many.
    let limits = Limits { head_bytes_max: 27, ..Limits::SMALL };
    let bytes = b"GET / HTTP/1.1\r\nA : bcdef\r\n\r\n";
    assert_eq!(bytes[26], b'\n');
    let fault = Parsed::Violation(Violation::SpaceBeforeColon);
    assert_eq!(read_within(bytes, &limits).0, fault);
    let limits = Limits { head_bytes_max: 26, ..limits };
    let too_large = Parsed::Violation(Violation::HeadTooLarge);
    assert_eq!(read_within(bytes, &limits).0, too_large);
}

const LARGEST: Limits = Limits {
    head_bytes_max: u16::MAX,
    target_bytes_max: u16::MAX,
    empty_lines_max: u8::MAX,
    field_lines_max: u8::MAX,
    ..Limits::LARGE
};

#[test]
fn reads_the_largest_limits_there_are() {
    let bytes = format!(
        "{}GET /{} HTTP/1.1\r\n{}Host:a\r\n\r\n",
        "\r\n".repeat(255),
        "a".repeat(65_535 - 510 - 16 - 254 * 4 - 8 - 2),
        "a:\r\n".repeat(254)
    );
    assert_eq!(bytes.len(), 65_535);
    let pieces = (1..=9).map(|piece| piece * 65_535 / 9);
    let (parsed, head) = read_pieces(bytes.as_bytes(), pieces, &LARGEST);
    assert_eq!(parsed, Parsed::Complete(65_535));
    assert_eq!(&bytes.as_bytes()[head.method_range()], b"GET");
    assert_eq!(head.target().len(), 63_984);
    let longer = bytes.replacen("/a", "/aa", 1);
    let parsed = read_pieces(longer.as_bytes(), [longer.len()], &LARGEST).0;
    assert_eq!(parsed, Parsed::Violation(Violation::HeadTooLarge));
}

#[test]
fn looks_at_each_byte_a_few_times_however_it_arrives() {
    let long = "x".repeat(60_000);
    let start = "GET / HTTP/1.1\r\n";
    for bytes in [
        long.clone(),
        format!("GET /{long}"),
        format!("GET http://{long}/ HTTP/1.1\r\n"),
        format!("GET /{} HTTP/1.1\r\n", "%41".repeat(20_000)),
        format!("{start}{long}"),
        format!("{start}A : {long}"),
        format!("{start}A: {long}\r\nB:\0{long}"),
        format!("{start}{}", "a:b\r\n".repeat(250)),
        format!("{start}A:{}", "\r".repeat(60_000)),
        format!("{}{start}", "\r\n".repeat(250)),
    ] {
        for step in [1, 2, 7, 1000, bytes.len()] {
            let ends = (step..bytes.len()).step_by(step).chain([bytes.len()]);
            abnf::work::take();
            read_pieces(bytes.as_bytes(), ends, &LARGEST);
            let looks = abnf::work::take();
            let calls = bytes.len() / step;
            assert!(looks <= 8 * bytes.len() + 8 * calls, "{looks} {step} {:.40}", bytes);
        }
    }
}

const SEEDS: &[&[u8]] = &[
    b"GET /wp-content/up%20loads/a_b?x=1 HTTP/1.1\r\nHost: www.example.com:80\r\n\
        User-Agent: Mozilla/5.0 (Mac\tintosh; U)\r\nX_9!: \xFF obs\r\nConnection: close, Upgrade\r\n\r\n",
    b"POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 12\r\nConnection: keep-alive\r\n\r\nhello",
    b"\r\nPUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost:[::1]\r\nExpect: 100-continue\r\n\r\n",
    b"OPTIONS * HTTP/1.7\r\nHost: \r\ncontent-length:18446744073709551615\r\n\r\n",
    b"BREW http://a:1/b?c HTTP/1.1\r\nHost: b\r\n\r\nGET / HTTP/1.1\r\n\r\n",
];

/// A change at a place: bytes put in, and whether they stand for the byte there.
fn mutation() -> impl Strategy<Value = (prop::sample::Index, Vec<u8>, bool)> {
    let spice = prop::sample::select(b"\r\n \t:\0,\x7F%#/09aZ-\x80".as_slice());
    let byte = prop_oneof![spice, any::<u8>()];
    (any::<prop::sample::Index>(), prop::collection::vec(byte, 0..3), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn no_cut_changes_a_verdict(
        seed in prop::sample::select(SEEDS),
        mutations in prop::collection::vec(mutation(), 0..4),
        mut ends in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        head_bytes_max in 20..300u16,
        target_bytes_max in 1..40u16,
    ) {
        let mut bytes = seed.to_vec();
        for (place, put, replaces) in mutations {
            let place = place.index(bytes.len());
            bytes.splice(place..place + usize::from(replaces), put);
        }
        ends.sort_by_key(|end| end.index(bytes.len() + 1));
        let limits = Limits { head_bytes_max, target_bytes_max, field_lines_max: 4, ..Limits::SMALL };
        let whole = read_within(&bytes, &limits);
        let ends = ends.iter().map(|end| end.index(bytes.len() + 1)).chain([bytes.len()]);
        prop_assert_eq!(read_pieces(&bytes, ends, &limits), whole, "{}", bytes.escape_ascii());
        if let Parsed::Complete(end) = whole.0 {
            let head = whole.1;
            prop_assert!(end <= head_bytes_max.into() && head.target().len() <= target_bytes_max.into());
            prop_assert!(head.target().end < head.fields() && head.fields() < end);
            let fields = Fields::new(&bytes[head.fields()..end]).count();
            prop_assert_eq!(fields, usize::from(head.field_lines));
        }
    }
}

#[test]
fn a_lone_cr_begins_no_request() {
    let mut head = Head::NEW;
    for received in [&b"\r"[..], b"\r\n", b"\r\n\r", b"\r\n\r\n"] {
        assert_eq!(head.parse(received, &Limits::SMALL), Parsed::Incomplete, "{received:?}");
        assert!(!head.is_started(), "{received:?}");
    }
    assert_eq!(head.parse(b"\r\n\r\nG", &Limits::SMALL), Parsed::Incomplete);
    assert!(head.is_started());
}

#[test]
fn head_is_remembered_even_if_the_rest_of_its_line_is_refused() {
    let long = [&b"HEAD /"[..], &[b'x'; 600], b" HTTP/1.1\r\n\r\n"].concat();
    for line in [&b"HEAD / HTTP/2.0\r\n\r\n"[..], b"HEAD /\0 HTTP/1.1\r\n\r\n", &long] {
        for step in [1, line.len()] {
            let mut head = Head::NEW;
            let ends = (step..=line.len()).step_by(step);
            let refused = ends.map(|end| head.parse(&line[..end], &Limits::SMALL));
            let refused = refused.into_iter().find(|parsed| *parsed != Parsed::Incomplete);
            assert!(matches!(refused, Some(Parsed::Violation(_))), "{line:?}");
            assert_eq!(head.method(), Method::Head, "{line:?} by {step}");
        }
    }
}
