//! The same parts at every cut, judged by one that sees all of the content at once.

use std::format;
use std::string::String;
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::parser::{Parser, Step};

/// The parts, head and data each, and whether the content is a whole form.
type Parts = (Vec<(Vec<u8>, Vec<u8>)>, Result<(), &'static str>);

/// What the parser makes of pieces that are seen in views of growing length, as a handler does.
fn parse(boundary: &str, pieces: &[&[u8]]) -> Parts {
    let mut parser = Parser::new(boundary.as_bytes());
    let mut parts: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let (mut head, mut again) = (Vec::new(), 0);
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() {
            let (n, step) = parser.advance(rest);
            again = if n == 0 { again + 1 } else { 0 };
            assert!(again < 3, "{step:?} does not move");
            let (bytes, behind) = rest.split_at(n);
            rest = behind;
            match step {
                Step::Passed | Step::PartEnd => {}
                Step::Head => head.extend(bytes),
                Step::HeadEnd => {
                    head.extend(bytes);
                    parts.push((core::mem::take(&mut head), Vec::new()));
                }
                Step::Data => parts.last_mut().unwrap().1.extend(bytes),
                Step::Again(from, to) => {
                    assert!(from < to);
                    let said = parser.said(from, to);
                    assert_eq!(said.len(), to - from);
                    parts.last_mut().unwrap().1.extend(said);
                }
                Step::Malformed => return (parts, Err("malformed")),
            }
        }
    }
    (parts, if parser.is_closed() { Ok(()) } else { Err("early") })
}

/// The same at each cut in two, and byte by byte.
fn parse_at_all_cuts(boundary: &str, content: &[u8]) -> Parts {
    let whole = parse(boundary, &[content]);
    let bytes: Vec<&[u8]> = content.chunks(1).collect();
    assert_eq!(parse(boundary, &bytes), whole, "byte by byte");
    for cut in 0..content.len() {
        let (front, back) = content.split_at(cut);
        assert_eq!(parse(boundary, &[front, back]), whole, "cut at {cut}");
    }
    whole
}

/// A form with these values, without names.
fn form(boundary: &str, values: &[&[u8]]) -> Vec<u8> {
    let mut content = Vec::new();
    for value in values {
        content.extend(format!("--{boundary}\r\n\r\n").into_bytes());
        content.extend(*value);
        content.extend(b"\r\n");
    }
    content.extend(format!("--{boundary}--\r\n").into_bytes());
    content
}

fn part(head: &str, data: &str) -> (Vec<u8>, Vec<u8>) {
    (head.as_bytes().to_vec(), data.as_bytes().to_vec())
}

#[test]
fn parts_stand_between_delimiters() {
    let none: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for (content, expected) in [
        (
            "--b\r\nX: y\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--",
            Ok(vec![part("X: y\r\n\r\n", "one"), part("\r\n", "two")]),
        ),
        // No data, with or without the line end that would end them.
        ("--b\r\n\r\n\r\n--b--\r\n", Ok(vec![part("\r\n", "")])),
        ("--b\r\n\r\n--b--\r\n", Ok(vec![part("\r\n", "")])),
        ("--b--", Ok(none.clone())),
        // What is around the parts means nothing.
        ("before\r\n--b\r\n\r\n1\r\n--b--\r\nbehind --b", Ok(vec![part("\r\n", "1")])),
        ("--b \t\r\n\r\n1\r\n--b--  \r\n", Ok(vec![part("\r\n", "1")])),
        ("a--b\r\n--b--", Ok(none.clone())),
        // What only looks like a delimiter is data.
        ("--b\r\n\r\n--b\r\n\r\n1\r\n--b--", Ok(vec![part("\r\n", ""), part("\r\n", "1")])),
        // A head that a delimiter breaks off goes on for ever.
        ("--b\r\nX: y\r\n--b--", Err("early")),
        (
            "--b\r\n\r\n1--b\n--b\r--b\r\n-b\r\n--\r\n--b--",
            Ok(vec![part("\r\n", "1--b\n--b\r--b\r\n-b\r\n--")]),
        ),
        ("--b\r\n\r\n\r\r\n\r\n\r\n--b--", Ok(vec![part("\r\n", "\r\r\n\r\n")])),
        ("--b\r\n\r\n-\r\n--b--", Ok(vec![part("\r\n", "-")])),
        ("--b\r\n\r\n--a\r\n--b--", Ok(vec![part("\r\n", "--a")])),
        // A longer line begins like one, and is taken for one by some readers.
        ("--bc\r\n\r\n1\r\n--b--", Err("malformed")),
        ("--b\r\n\r\n1\r\n--bc\r\n--b--", Err("malformed")),
        ("--b\r\n\r\n1\r\n--b-\r\n--b--", Err("malformed")),
        ("--b\r\n\r\n1\r\n--b--c", Err("malformed")),
        ("--b\r\n\r\n1\r\n--b \r\r\n", Err("malformed")),
        ("--b\n\n1\n--b--\n", Err("malformed")),
        ("", Err("early")),
        ("--b", Err("early")),
        ("--b\r\n\r\n1", Err("early")),
        ("--b\r\n\r\n1\r\n--b", Err("early")),
        ("--b\r\n\r\n1\r\n--b-", Err("early")),
        ("--b\r\n\r\n1\r\n--b--\r", Err("early")),
        ("\n--b--", Err("early")),
    ] {
        let (parts, end) = parse_at_all_cuts("b", content.as_bytes());
        assert_eq!(end.map(|()| parts), expected, "{content:?}");
    }
}

#[test]
fn a_boundary_of_hyphens_is_no_end() {
    let (parts, end) = parse_at_all_cuts("--", b"----\r\n\r\n1\r\n----\r\n\r\n2\r\n------");
    assert_eq!((parts.len(), end), (2, Ok(())));
}

proptest! {
    /// Values of bytes that delimiters are made of, so that many of them break off.
    #[test]
    fn values_come_back(
        boundary in "[-a]{1,4}",
        values in prop::collection::vec("[-a\r\n]{0,12}", 0..4),
    ) {
        let delimiter = format!("\r\n--{boundary}");
        prop_assume!(values.iter().all(|value| {
            !format!("\r\n{value}\r\n").trim_end_matches("\r\n").contains(&delimiter)
                && !format!("\r\n{value}\r\n--{boundary}\r\n").replacen(&delimiter, "", 1)
                    .contains(&delimiter)
                && format!("\r\n{value}").find(&delimiter).is_none()
        }));
        let bytes: Vec<&[u8]> = values.iter().map(String::as_bytes).collect();
        let (parts, end) = parse_at_all_cuts(&boundary, &form(&boundary, &bytes));
        prop_assert_eq!(end, Ok(()));
        let data: Vec<&[u8]> = parts.iter().map(|(_, data)| &data[..]).collect();
        prop_assert_eq!(data, bytes);
    }

    #[test]
    fn any_content_is_the_same_at_every_cut(content in "[-b\r\n ]{0,40}") {
        let _ = parse_at_all_cuts("b", content.as_bytes());
    }

    #[test]
    fn nothing_is_too_odd(content: Vec<u8>, boundary in "[a-z]{1,70}") {
        let _ = parse_at_all_cuts(&boundary, &content);
    }
}
