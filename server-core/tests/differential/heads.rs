//! Heads beside httparse: every head that we accept it accepts, with the same length, method,
//! target, version, names and values.

use proptest::prelude::*;
use samewire::Limits;
use samewire::http::fields::Fields;
use samewire::http::head::{Head, Parsed};
use samewire::http::request_line::Version;

use crate::divergences::{Divergence, HEADS, agree, check};
use crate::streams::requests;

const KNOWN: &[&Divergence] = &[&HEADS];

/// What a head says, in words that both sides have.
#[derive(Debug, PartialEq)]
struct Said<'b> {
    bytes: usize,
    method: &'b [u8],
    target: &'b [u8],
    version: Version,
    fields: Vec<(&'b [u8], &'b [u8])>,
}

fn ours(bytes: &[u8]) -> Option<Said<'_>> {
    let mut head = Head::NEW;
    let Parsed::Complete(n) = head.parse(bytes, &Limits::LARGE) else { return None };
    Some(Said {
        bytes: n,
        method: &bytes[head.method_range()],
        target: &bytes[head.target()],
        version: head.version(),
        fields: Fields::new(&bytes[head.fields()..n]).collect(),
    })
}

fn theirs(bytes: &[u8]) -> Result<Said<'_>, String> {
    let mut fields = [httparse::EMPTY_HEADER; 100];
    let mut request = httparse::Request::new(&mut fields);
    let parsed = request.parse(bytes).map_err(|error| error.to_string())?;
    let (Some(method), Some(target), Some(minor)) = (request.method, request.path, request.version)
    else {
        return Err("incomplete".to_owned());
    };
    Ok(Said {
        bytes: if parsed.is_complete() { parsed.unwrap() } else { 0 },
        method: method.as_bytes(),
        target: target.as_bytes(),
        version: if minor == 0 { Version::Http10 } else { Version::Http11 },
        fields: request.headers.iter().map(|field| (field.name.as_bytes(), field.value)).collect(),
    })
}

fn compare(bytes: &[u8]) -> Result<(), String> {
    let Some(ours) = ours(bytes) else { return Ok(()) };
    match theirs(bytes) {
        Ok(theirs) if theirs == ours => Ok(()),
        other => Err(format!("{other:?}, not {ours:?}")),
    }
}

#[test]
fn known_divergences_are_still_there() {
    check(KNOWN, compare);
}

/// Every pair of bytes wherever a byte may differ.
#[test]
fn short_strings_in_any_place_are_read_alike() {
    let mut accepted = 0;
    for (before, after) in [
        ("", " / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("GET /", " HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("GET ", "/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("GET http://", "/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("GET / HTTP/", ".1\r\nHost: a\r\n\r\n"),
        ("GET / HTTP/1.0", "A: b\r\n\r\n"),
        ("GET / HTTP/1.1\r\nHost: a\r\n", ": b\r\n\r\n"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX:", "\r\n\r\n"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: b", "c\r\n\r\n"),
        ("GET / HTTP/1.1\r\nHost: a", "X: b\r\n\r\n"),
        ("GET / HTTP/1.1\r\nHost:", "\r\n\r\n"),
    ] {
        for pair in 0..=u16::MAX {
            let bytes = [before.as_bytes(), &pair.to_be_bytes(), after.as_bytes()].concat();
            accepted += usize::from(ours(&bytes).is_some());
            assert_eq!(agree(&bytes, KNOWN, compare), Ok(()));
        }
    }
    assert!(accepted > 20_000, "{accepted}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn heads_are_read_alike(bytes in requests()) {
        prop_assert_eq!(agree(&bytes, KNOWN, compare), Ok(()));
    }
}
