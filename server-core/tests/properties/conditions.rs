//! What a client asks of a file, and under which conditions: beside oracles that know the grammar,
//! on values that are nearly right and on any bytes that a field line may hold.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select as one_of;
use samewire::http::coding::{Preferred, preferred};
use samewire::http::date::{HttpDate, Moment};
use samewire::http::entity_tag::EntityTag;
use samewire::http::fields::Fields;
use samewire::http::precondition::{Outcome, Validators, judge, range_holds};
use samewire::http::range::{Selected, select};
use samewire::http::request_line::Method;

use crate::conditional::tags::{Named, named};
use crate::conditional::{coding, range};

/// Values made of the pieces that such values are made of, and a few of any bytes.
fn values(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let nearly = vec(one_of(pieces), 0..9).prop_map(|pieces| pieces.concat().into_bytes());
    let any = vec(prop_oneof![0x20..0x7Fu8, 0x80..=0xFFu8, Just(b'\t')], 0..20);
    // Field values have no blanks around them.
    let value = prop_oneof![9 => nearly, 1 => any].prop_map(|value| value.trim_ascii().to_vec());
    vec(value, 0..3)
}

fn lines(name: &str, values: &[Vec<u8>]) -> Vec<u8> {
    let mut lines = Vec::new();
    for value in values {
        lines.extend_from_slice(name.as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value);
        lines.extend_from_slice(b"\r\n");
    }
    lines.extend_from_slice(b"\r\n");
    lines
}

const RANGES: &[&str] = &[
    "bytes=",
    "bytes=",
    "bytes=",
    "Bytes=",
    "items=",
    "-",
    "-",
    ",",
    " ",
    "0",
    "1",
    "5",
    "9",
    "10",
    "99",
    "007",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999",
    "=",
    "a",
    "+",
    "0-0",
    "-5",
    "3-",
];

const CODINGS: &[&str] = &[
    "gzip", "gzip", "x-gzip", "GZIP", "identity", "identity", "br", "*", "*", ",", ",", ", ",
    ";q=", ";q=", "; Q=", ";", "0", "0", "1", ".", "5", "001", "000", "q", "=", "\t",
];

const TAGS: &[&str] = &[
    "\"own\"",
    "W/\"own\"",
    "\"own",
    "\"other\"",
    "W/",
    "\"",
    "own",
    ",",
    ", ",
    "*",
    "\"a,b\"",
    "\\",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_range_selects_what_its_grammar_says(values in values(RANGES), length in 0..20usize) {
        let lines = lines("Range", &values);
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let selected = match range::selected(&values, length as u64) {
            Ok(None) => Selected::Whole,
            Ok(Some((first, last))) => Selected::Part(first as usize, last as usize),
            Err(()) => Selected::Unsatisfiable,
        };
        prop_assert_eq!(select(Fields::new(&lines), length), selected);
    }

    #[test]
    fn a_coding_is_chosen_by_its_weight(values in values(CODINGS), has_gzip: bool) {
        let lines = lines("Accept-Encoding", &values);
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let chosen = match coding::chosen(&values, has_gzip) {
            None => Preferred::Neither,
            Some("gzip") => Preferred::Gzip,
            Some(_) => Preferred::Identity,
        };
        prop_assert_eq!(preferred(Fields::new(&lines), has_gzip), chosen);
    }

    #[test]
    fn a_tag_is_found_in_any_list(values in values(TAGS), is_weak: bool) {
        let own: &[u8] = if is_weak { b"W/\"own\"" } else { b"\"own\"" };
        let current = Validators::tagged(EntityTag::parse(own).unwrap());
        let borrowed: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let named = named(&borrowed);
        let is_named = |strongly: bool| match &named {
            Named::Absent => None,
            Named::Any => Some(true),
            Named::Tags(tags) => Some(tags.iter().any(|tag| {
                tag.opaque == b"own" && !(strongly && (tag.is_weak || is_weak))
            })),
        };
        for (name, outcome) in [
            ("If-Match", match is_named(true) {
                Some(false) => Outcome::Failed,
                _ => Outcome::Perform,
            }),
            ("If-None-Match", match is_named(false) {
                Some(true) => Outcome::NotModified,
                _ => Outcome::Perform,
            }),
        ] {
            let lines = lines(name, &values);
            let judged = judge(Method::Get, Fields::new(&lines), Some(&current));
            prop_assert_eq!(judged, outcome, "{}", name);
        }
        let lines = lines("If-Range", &values);
        let holds = match &*borrowed {
            [] => true,
            [value] => *value == b"\"own\"" && !is_weak,
            _ => false,
        };
        prop_assert_eq!(range_holds(Fields::new(&lines), &current), holds);
    }

    #[test]
    fn dates_read_as_they_were_written(seconds in 0..253_402_300_800u64, later in 0..100_000u64) {
        let date = HttpDate::from_unix(seconds);
        let text = core::str::from_utf8(date.as_bytes()).unwrap();
        let now = Moment::of(&date);
        prop_assert_eq!(Moment::parse(text.as_bytes(), Moment::default()), Some(now));
        let words: Vec<&str> = text.split(&[',', ' ']).collect();
        let [day, _, date, month, year, time, _] = words[..] else { panic!("{words:?}") };
        let rest = match day {
            "Tue" => "sday",
            "Wed" => "nesday",
            "Thu" => "rsday",
            "Sat" => "urday",
            _ => "day",
        };
        let short = format!("{day}{rest}, {date}-{month}-{} {time} GMT", &year[2..]);
        prop_assert_eq!(Moment::parse(short.as_bytes(), now), Some(now), "{}", short);
        let old = format!("{day} {month} {:>2} {time} {year}", date.trim_start_matches('0'));
        prop_assert_eq!(Moment::parse(old.as_bytes(), Moment::default()), Some(now), "{}", old);
        let after = Moment::of(&HttpDate::from_unix(seconds + later));
        prop_assert_eq!(now < after, later > 0 && seconds < 253_402_300_799);
    }
}
