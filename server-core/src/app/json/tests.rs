//! Judged by serde_json, which is many times as large, and right.

use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;
use std::{format, vec};

use proptest::prelude::*;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::{Malformed, is_json, parse, render};
use crate::buffer::Writer;

/// A value of each kind that serde knows, bytes apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct All {
    flag: bool,
    small: i8,
    negative: i64,
    natural: u64,
    narrow: f32,
    real: f64,
    letter: char,
    text: String,
    optional: Option<u16>,
    list: Vec<(i32, Unit)>,
    map: BTreeMap<String, Choice>,
    wrapped: Wrapped,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(u32);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Choice {
    Off,
    Level(u8),
    Pair(u8, i16),
    Range { from: u32, to: u32 },
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Malformed> {
    parse(&mut text.as_bytes().to_vec())
}

fn written<T: Serialize>(value: &T) -> Option<String> {
    let mut room = vec![0; 4096];
    let mut writer = Writer::new(&mut room);
    render(value, &mut writer);
    let n = writer.written()?;
    room.truncate(n);
    Some(String::from_utf8(room).unwrap())
}

#[test]
fn media_types_of_json() {
    for (media_type, json) in [
        ("application/json", true),
        ("Application/JSON", true),
        ("application/problem+json", true),
        ("text/plain", false),
        ("application/jsonp", false),
        ("", false),
    ] {
        assert_eq!(is_json(media_type.as_bytes()), json, "{media_type:?}");
    }
}

#[test]
fn strings_are_borrowed_where_they_stand() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct User<'t> {
        name: &'t str,
        #[serde(borrow)]
        tags: (&'t str, Option<&'t str>),
    }
    let mut text = br#"{"other": "x\ny", "name": "J\u00fcrgen", "tags": ["\"a\"", "b"]}"#.to_vec();
    let expected = User { name: "Jürgen", tags: ("\"a\"", Some("b")) };
    assert_eq!(parse(&mut text), Ok(expected));
}

/// No other reader takes these for text, either.
#[test]
fn serde_json_refuses_the_same_bytes() {
    for text in [
        &b"\"\xff\""[..],
        b"\"\xc0\xaf\"",
        b"\"\xed\xa0\x80\"",
        b"\xef\xbb\xbf\"\"",
        b"\"\\ud83d\"",
        b"\"\\ude00\"",
        b"\"\\ud83d\\u0041\"",
        b"\"\0\"",
    ] {
        assert_eq!(parse::<String>(&mut text.to_vec()), Err(Malformed), "{text:?}");
        assert!(serde_json::from_slice::<String>(text).is_err(), "{text:?}");
    }
}

#[test]
fn escapes_are_undone() {
    for (text, expected) in [
        (r#""""#, Ok("")),
        (r#" "plain \u0020é" "#, Ok("plain  é")),
        (r#""\"\\\/\b\f\n\r\t""#, Ok("\"\\/\u{8}\u{c}\n\r\t")),
        (r#""\u0041\u00e9\u20AC\ud83d\ude00.""#, Ok("Aé€😀.")),
        (r#""\u0000""#, Ok("\0")),
        (r#""\ud83d""#, Err(Malformed)),
        (r#""\ud83d\u0041""#, Err(Malformed)),
        (r#""\ud83dxxxxx""#, Err(Malformed)),
        (r#""\ude00""#, Err(Malformed)),
        (r#""\u12g4""#, Err(Malformed)),
        (r#""\u123"#, Err(Malformed)),
        (r#""\x""#, Err(Malformed)),
        (r#""\"#, Err(Malformed)),
        ("\"\n\"", Err(Malformed)),
        ("\"open", Err(Malformed)),
    ] {
        assert_eq!(read::<String>(text).as_deref(), expected.as_ref().map(|text| *text), "{text}");
    }
    assert_eq!(parse::<String>(&mut b"\"\xff\"".to_vec()), Err(Malformed));
}

#[test]
fn integers_fit_their_type() {
    for (text, expected) in [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("127", Some(127)),
        ("-128", Some(-128)),
        (" 5\r\n\t", Some(5)),
        ("128", None),
        ("-129", None),
        ("01", None),
        ("-", None),
        ("+1", None),
        ("1.0", None),
        ("1e0", None),
        ("\"1\"", None),
        ("1 2", None),
        ("1\0", None),
        ("", None),
    ] {
        assert_eq!(read::<i8>(text).ok(), expected, "{text:?}");
    }
    for (text, expected) in
        [("18446744073709551615", Some(u64::MAX)), ("18446744073709551616", None), ("-1", None)]
    {
        assert_eq!(read::<u64>(text).ok(), expected, "{text}");
    }
    for (text, expected) in
        [("-9223372036854775808", Some(i64::MIN)), ("-9223372036854775809", None)]
    {
        assert_eq!(read::<i64>(text).ok(), expected, "{text}");
    }
}

/// A value of any type is first tried as an integer: what that saw of a bad number is not forgotten.
#[test]
fn a_number_of_any_type_is_whole() {
    for text in ["- 1", "--1", "-", "1.-5", "1. 5", "1e 5", "1e-", "1e+-5", "-.5", "01", "-01"] {
        assert_eq!(read::<serde_json::Value>(text), Err(Malformed), "{text}");
    }
    for text in ["-1", "-0.5", "1.5", "1e5", "1E-5", "18446744073709551616"] {
        assert_eq!(read::<serde_json::Value>(text).ok(), text.parse().ok(), "{text}");
    }
}

#[test]
fn a_value_has_the_shape_that_was_asked_for() {
    for text in
        ["{}", "[1]", "[1,2,3]", "[1,]", "[1,2,]", "[1 2]", "[1,2", "[1,\"2\"]", "1", "null"]
    {
        assert_eq!(read::<(u8, u8)>(text), Err(Malformed), "{text}");
    }
    assert_eq!(read::<(u8, u8)>(" [ 1 , 2 ] "), Ok((1, 2)));
    for text in
        ["\"On\"", "\"Level\"", "{\"Level\"}", "{\"Level\":1,\"Off\":null}", "{}", "{\"Off\":1}"]
    {
        assert_eq!(read::<Choice>(text), Err(Malformed), "{text}");
    }
    assert_eq!(read::<Choice>("{\"Off\":null}"), Ok(Choice::Off));
    assert_eq!(read::<Choice>("{\"Pair\":[1,-2]}"), Ok(Choice::Pair(1, -2)));
}

#[test]
fn members_that_nobody_wants_are_judged_and_passed_over() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Level {
        level: u8,
    }
    for (text, expected) in [
        (r#"{"level":1}"#, Some(1)),
        (r#"{"a":{"b":[1,{"c":[]}],"d":{}},"level":2,"e":"\u0041"}"#, Some(2)),
        (r#"{"a":tru,"level":3}"#, None),
        (r#"{"a":[1,],"level":3}"#, None),
        (r#"{"a":{"b"},"level":3}"#, None),
        (r#"{"a":[1},"level":3}"#, None),
        (r#"{"level":3,}"#, None),
        (r#"{"a":1}"#, None),
        (r#"{level:1}"#, None),
    ] {
        let level = read::<Level>(text).ok().map(|Level { level }| level);
        assert_eq!(level, expected, "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    for (depth, expected) in [(1, true), (31, true), (32, false), (100_000, false)] {
        let arrays = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(read::<IgnoredAny>(&arrays).is_ok(), expected, "{depth}");
        let objects = format!("{}1{}", "{\"\":".repeat(depth), "}".repeat(depth));
        assert_eq!(read::<IgnoredAny>(&objects).is_ok(), expected, "{depth}");
        assert_eq!(read::<serde_json::Value>(&objects).is_ok(), expected, "{depth}");
    }
}

#[test]
fn names_are_strings() {
    assert_eq!(written(&BTreeMap::from([(-1, 'a')])).unwrap(), r#"{"-1":"a"}"#);
    assert_eq!(written(&BTreeMap::from([('"', 1)])).unwrap(), r#"{"\"":1}"#);
    assert_eq!(written(&BTreeMap::from([(true, 1)])), None);
    assert_eq!(written(&BTreeMap::from([((), 1)])), None);
    assert_eq!(written(&BTreeMap::from([([1], 1)])), None);
}

#[test]
fn what_is_no_number_is_null() {
    assert_eq!(written(&[f64::NAN, f64::INFINITY, -0.0, 1e300]).unwrap(), "[null,null,-0.0,1e300]");
    assert_eq!(written(&f32::NEG_INFINITY).unwrap(), "null");
}

#[test]
fn what_does_not_fit_is_noted() {
    let value = ("text", [1, 2]);
    let text = written(&value).unwrap();
    for n in 0..text.len() {
        let mut room = vec![0; n];
        let mut writer = Writer::new(&mut room);
        render(&value, &mut writer);
        assert_eq!(writer.written(), None, "{n}");
    }
}

fn all() -> impl Strategy<Value = All> {
    let choice = prop_oneof![
        Just(Choice::Off),
        any::<u8>().prop_map(Choice::Level),
        any::<(u8, i16)>().prop_map(|(one, other)| Choice::Pair(one, other)),
        any::<(u32, u32)>().prop_map(|(from, to)| Choice::Range { from, to }),
    ];
    // Fractions that serde_json reads exactly.
    let narrow = any::<i16>().prop_map(|number| f32::from(number) / 4.0);
    let real = any::<i32>().prop_map(|number| f64::from(number) / 8.0);
    let numbers = (any::<i8>(), any::<i64>(), any::<u64>(), narrow, real);
    let list = prop::collection::vec(any::<i32>().prop_map(|number| (number, Unit)), 0..4);
    let rest = (
        any::<bool>(),
        any::<char>(),
        any::<String>(),
        any::<Option<u16>>(),
        prop::collection::btree_map("\\PC{0,4}", choice, 0..4),
        any::<u32>(),
    );
    (numbers, list, rest).prop_map(|(numbers, list, rest)| {
        let (small, negative, natural, narrow, real) = numbers;
        let (flag, letter, text, optional, map, wrapped) = rest;
        All {
            flag,
            small,
            negative,
            natural,
            narrow,
            real,
            letter,
            text,
            optional,
            list,
            map,
            wrapped: Wrapped(wrapped),
        }
    })
}

/// Pieces of texts: some of the rows made of them are JSON, and most nearly.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"\\u00e9\"",
        "\"\\ud800\"",
        "\"",
        "1",
        "-",
        "0",
        ".5",
        "e2",
        "E-1",
        "true",
        "null",
        "fals",
        " ",
        "\n",
        "\\",
        "{\"a\":",
        ",\"b\":",
        "[]",
        "{}",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn takes_what_serde_json_takes(text in pieces()) {
        let expected = serde_json::from_str::<serde_json::Value>(&text);
        prop_assert_eq!(read::<IgnoredAny>(&text).is_ok(), expected.is_ok(), "{}", text);
        // What is -0.0 to serde_json is the integer 0 to us.
        if !text.contains("-0") {
            prop_assert_eq!(read::<serde_json::Value>(&text).ok(), expected.ok(), "{}", text);
        }
    }

    #[test]
    fn reads_the_very_fraction_that_it_writes(narrow: f32, real: f64) {
        let text = written(&(narrow, real)).unwrap();
        prop_assert_eq!(read::<(f32, f64)>(&text), Ok((narrow, real)), "{}", text);
    }

    #[test]
    fn reads_what_serde_json_writes(value in all()) {
        let text = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(read::<All>(&text), Ok(value.clone()), "{}", &text);
        let text = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(read::<All>(&text), Ok(value), "{}", text);
    }

    #[test]
    fn writes_what_serde_json_reads(value in all()) {
        let text = written(&value).unwrap();
        let ours: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(ours, serde_json::to_value(&value).unwrap(), "{}", &text);
        prop_assert_eq!(read::<All>(&text), Ok(value), "{}", text);
    }
}
