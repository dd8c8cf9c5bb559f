//! Every combination of the fields of RFC 9110 §13.2.2, beside an evaluation that is written down
//! as the section's list stands, and the rules that no combination shows.

use super::{Outcome, Validators, judge, range_holds};
use crate::http::date::{HttpDate, Moment};
use crate::http::entity_tag::EntityTag;
use crate::http::fields::Fields;
use crate::http::request_line::Method;
use std::string::String;
use std::vec::Vec;

const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
const CHANGED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

const TAG: &[u8] = b"\"now\"";

fn tag() -> EntityTag<'static> {
    EntityTag::parse(TAG).unwrap()
}

fn validators() -> Validators<'static> {
    let now = Moment::of(&HttpDate::from_unix(800_000_000));
    Validators::dated(Moment::parse(CHANGED.as_bytes(), now).unwrap(), now).with_tag(tag())
}

fn lines(fields: &[(&str, Option<&str>)]) -> String {
    let present = fields.iter().filter_map(|(name, value)| Some((name, (*value)?)));
    present
        .map(|(name, value)| std::format!("{name}: {value}\r\n"))
        .chain(["\r\n".into()])
        .collect()
}

/// The steps of §13.2.2, for a resource that exists, by what each field's value means in this test.
fn by_the_book(
    method: Method,
    if_match: Option<&str>,
    if_unmodified_since: Option<&str>,
    if_none_match: Option<&str>,
    if_modified_since: Option<&str>,
) -> Outcome {
    let is_read = method == Method::Get || method == Method::Head;
    // 1 and 2
    if let Some(tags) = if_match {
        if tags != "*" && tags != "\"now\"" {
            return Outcome::Failed;
        }
    } else if if_unmodified_since == Some(BEFORE) {
        return Outcome::Failed;
    }
    // 3 and 4
    if let Some(tags) = if_none_match {
        if tags == "*" || tags == "\"now\"" || tags == "W/\"now\"" {
            return if is_read { Outcome::NotModified } else { Outcome::Failed };
        }
    } else if is_read && (if_modified_since == Some(CHANGED) || if_modified_since == Some(AFTER)) {
        return Outcome::NotModified;
    }
    Outcome::Perform
}

#[test]
fn every_combination_is_judged_in_order() {
    let tags = [None, Some("*"), Some("\"now\""), Some("W/\"now\""), Some("\"old\""), Some("now")];
    let dates = [None, Some(BEFORE), Some(CHANGED), Some(AFTER), Some("yesterday")];
    let methods = [Method::Get, Method::Head, Method::Put, Method::Post, Method::Delete];
    let mut seen = Vec::new();
    for method in methods {
        for (if_match, if_none_match) in tags.iter().flat_map(|a| tags.map(|b| (*a, b))) {
            for (unmodified, modified) in dates.iter().flat_map(|a| dates.map(|b| (*a, b))) {
                let lines = lines(&[
                    ("If-Modified-Since", modified),
                    ("If-None-Match", if_none_match),
                    ("If-Unmodified-Since", unmodified),
                    ("If-Match", if_match),
                ]);
                let outcome = judge(method, Fields::new(lines.as_bytes()), Some(&validators()));
                let book = by_the_book(method, if_match, unmodified, if_none_match, modified);
                assert_eq!(outcome, book, "{method:?} {lines}");
                seen.push(outcome);
            }
        }
    }
    assert_eq!(seen.len(), 5 * 36 * 25);
    for outcome in [Outcome::Perform, Outcome::NotModified, Outcome::Failed] {
        assert!(seen.contains(&outcome), "{outcome:?}");
    }
}

#[test]
fn of_what_does_not_exist_nothing_matches() {
    for (name, value, outcome) in [
        ("If-Match", "*", Outcome::Failed),
        ("If-Match", "\"now\"", Outcome::Failed),
        ("If-None-Match", "*", Outcome::Perform),
        ("If-None-Match", "\"now\"", Outcome::Perform),
        ("If-Unmodified-Since", BEFORE, Outcome::Perform),
        ("X-Nothing", "*", Outcome::Perform),
    ] {
        let lines = lines(&[(name, Some(value))]);
        let fields = Fields::new(lines.as_bytes());
        assert_eq!(judge(Method::Put, fields, None), outcome, "{lines}");
    }
}

#[test]
fn dates_need_a_time_of_change_and_one_line() {
    let undated = Validators::tagged(tag());
    for (name, value) in [("If-Modified-Since", AFTER), ("If-Unmodified-Since", BEFORE)] {
        let once = lines(&[(name, Some(value))]);
        let twice = lines(&[(name, Some(value)), (name, Some(value))]);
        let judged = |lines: &str, current: &Validators<'_>| {
            judge(Method::Get, Fields::new(lines.as_bytes()), Some(current))
        };
        assert_ne!(judged(&once, &validators()), Outcome::Perform, "{name}");
        assert_eq!(judged(&once, &undated), Outcome::Perform, "{name}");
        assert_eq!(judged(&twice, &validators()), Outcome::Perform, "{name}");
    }
}

#[test]
fn methods_that_select_nothing_have_no_preconditions() {
    let lines = lines(&[("If-Match", Some("\"old\""))]);
    for method in [Method::Options, Method::Trace, Method::Connect] {
        let outcome = judge(method, Fields::new(lines.as_bytes()), Some(&validators()));
        assert_eq!(outcome, Outcome::Perform, "{method:?}");
    }
}

#[test]
fn a_weak_tag_of_ours_never_matches_strongly() {
    let weak = validators().with_tag(EntityTag::parse(b"W/\"now\"").unwrap());
    for (name, outcome) in [("If-Match", Outcome::Failed), ("If-None-Match", Outcome::NotModified)]
    {
        for value in ["\"now\"", "W/\"now\""] {
            let lines = lines(&[(name, Some(value))]);
            let judged = judge(Method::Get, Fields::new(lines.as_bytes()), Some(&weak));
            assert_eq!(judged, outcome, "{lines}");
        }
    }
}

#[test]
fn a_range_holds_for_the_very_same_state() {
    for (value, holds) in [
        (None, true),
        (Some("\"now\""), true),
        (Some("W/\"now\""), false),
        (Some("\"old\""), false),
        (Some("*"), false),
        (Some("\"now\", \"old\""), false),
        (Some(CHANGED), true),
        (Some("Sunday, 06-Nov-94 08:49:37 GMT"), true),
        (Some(BEFORE), false),
        (Some(AFTER), false),
        (Some("now"), false),
        (Some(""), false),
    ] {
        let lines = lines(&[("If-Range", value)]);
        let fields = Fields::new(lines.as_bytes());
        assert_eq!(range_holds(fields, &validators()), holds, "{lines}");
        let nothing = Validators::tagged(EntityTag::parse(b"W/\"now\"").unwrap());
        assert_eq!(range_holds(fields, &nothing), value.is_none(), "{lines}");
    }
    let twice = lines(&[("If-Range", Some("\"now\"")), ("If-Range", Some("\"now\""))]);
    assert!(!range_holds(Fields::new(twice.as_bytes()), &validators()));
}
