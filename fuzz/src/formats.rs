//! Texts of a format, beside other readers of it: the standard library, chrono, uuid, fluent-uri,
//! and for names of hosts and mailboxes a regular expression.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use fluent_uri::{Uri, UriRef};
use regex::Regex;
use samewire::app::format;
use uuid::Uuid;

/// A shape of text is compiled once.
macro_rules! shape {
    ($($piece:literal),+) => {{
        static SHAPE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(concat!("^(?-u:", $($piece),+, ")$")).expect("a shape"));
        &*SHAPE
    }};
}

/// Each format, ours beside theirs.
pub(crate) fn compare(input: &[u8]) {
    let text = str::from_utf8(input).ok().filter(|text| text.is_ascii());
    let theirs = |judge: fn(&str) -> bool| text.is_some_and(judge);
    for (name, ours, theirs) in [
        ("uuid", format::uuid(input), theirs(uuid)),
        ("date", format::date(input), theirs(|text| date(text).is_some())),
        ("time", format::time(input), theirs(time)),
        ("date_time", format::date_time(input), theirs(date_time)),
        ("ipv4", format::ipv4(input), theirs(|text| text.parse::<Ipv4Addr>().is_ok())),
        ("ipv6", format::ipv6(input), theirs(|text| text.parse::<Ipv6Addr>().is_ok())),
        ("hostname", format::hostname(input), theirs(hostname)),
        ("email", format::email(input), theirs(email)),
        ("uri", format::uri(input), theirs(|text| Uri::parse(text).is_ok())),
        ("uri_reference", format::uri_reference(input), theirs(|text| UriRef::parse(text).is_ok())),
    ] {
        assert_eq!(ours, theirs, "{name}");
    }
}

/// The crate admits other spellings too: without hyphens, in braces, as a URN.
pub(crate) fn uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// chrono admits signs and missing zeros, too.
fn date(text: &str) -> Option<NaiveDate> {
    let shape = shape!(r"\d{4}-\d\d-\d\d");
    shape.is_match(text).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())?
}

/// A time is one of some day, whose last second may be a leap second.
fn time(text: &str) -> bool {
    moment(&format!("2001-02-03T{text}")).is_some()
}

/// Leap seconds end a month (RFC 3339 Appendix D).
fn date_time(text: &str) -> bool {
    moment(text)
        .is_some_and(|(last, is_leap)| !is_leap || (last + TimeDelta::seconds(1)).day() == 1)
}

/// A moment in UTC, and whether it is the leap second behind that.
fn moment(text: &str) -> Option<(DateTime<Utc>, bool)> {
    let shape = shape!(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)");
    if !shape.is_match(text) {
        return None;
    }
    // chrono admits a leap second at the end of any minute.
    let is_leap = &text[17..19] == "60";
    let common = if is_leap { format!("{}59{}", &text[..17], &text[19..]) } else { text.into() };
    let moment = DateTime::parse_from_rfc3339(&common).ok()?.to_utc();
    let is_last = (moment.hour(), moment.minute(), moment.second()) == (23, 59, 59);
    (!is_leap || is_last).then_some((moment, is_leap))
}

fn hostname(text: &str) -> bool {
    let shape = shape!(
        "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?",
        r"(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
    );
    text.len() <= 253 && shape.is_match(text)
}

/// That of HTML, without dots at an end or in a row.
fn email(text: &str) -> bool {
    let local_part = shape!(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");
    let Some((local, domain)) = text.split_once('@') else { return false };
    text.len() <= 254 && local.len() <= 64 && local_part.is_match(local) && hostname(domain)
}
