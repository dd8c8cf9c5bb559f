//! What a client asks of a file, and under which conditions, beside oracles that know the grammar.

use samewire::Limits;
use samewire::http::coding::{Preferred, preferred};
use samewire::http::entity_tag::EntityTag;
use samewire::http::fields::Fields;
use samewire::http::head::{Head, Parsed};
use samewire::http::precondition::{Outcome, Validators, judge, range_holds};
use samewire::http::range::{Selected, select};
use samewire::http::request_line::Method;

use crate::conditional::tags::{Named, named};
use crate::conditional::{coding, range};

const OWN: &[u8] = b"\"own\"";

/// A request with these field lines; `None` if no server would look at them.
pub(crate) fn request(lines: &[u8]) -> Option<(Vec<u8>, usize)> {
    let bytes = [b"GET / HTTP/1.1\r\nHost: a\r\n", lines, b"\r\n\r\n"].concat();
    let mut head = Head::NEW;
    match head.parse(&bytes, &Limits::LARGE) {
        Parsed::Complete(_) => Some((bytes, head.fields())),
        _ => None,
    }
}

pub(crate) fn ask(fields: Fields<'_>) {
    let values = |name: &'static str| fields.named(name).collect::<Vec<_>>();
    for length in [0, 1, 10, u32::MAX] {
        let selected = match range::selected(&values("range"), length.into()) {
            Ok(None) => Selected::Whole,
            Ok(Some((first, last))) => Selected::Part(first as usize, last as usize),
            Err(()) => Selected::Unsatisfiable,
        };
        assert_eq!(select(fields, length as usize), selected, "of {length} bytes");
    }
    for has_gzip in [false, true] {
        let chosen = match coding::chosen(&values("accept-encoding"), has_gzip) {
            None => Preferred::Neither,
            Some("gzip") => Preferred::Gzip,
            Some(_) => Preferred::Identity,
        };
        assert_eq!(preferred(fields, has_gzip), chosen);
    }
    let current = Validators::tagged(EntityTag::parse(OWN).expect("a tag"));
    let is_own = |name, strongly: bool| match named(&values(name)) {
        Named::Absent => None,
        Named::Any => Some(true),
        Named::Tags(tags) => {
            Some(tags.iter().any(|tag| tag.opaque == b"own" && !(strongly && tag.is_weak)))
        }
    };
    let outcome = match (is_own("if-match", true), is_own("if-none-match", false)) {
        (Some(false), _) => Outcome::Failed,
        (_, Some(true)) => Outcome::NotModified,
        _ => Outcome::Perform,
    };
    assert_eq!(judge(Method::Get, fields, Some(&current)), outcome);
    let holds = match &*values("if-range") {
        [] => true,
        [value] => *value == OWN,
        _ => false,
    };
    assert_eq!(range_holds(fields, &current), holds);
    // With dates there is no oracle, but there is an answer.
    let dated = dated();
    assert_ne!(judge(Method::Put, fields, Some(&dated)), Outcome::NotModified);
    if judge(Method::Get, fields, Some(&dated)) == Outcome::Failed {
        assert_ne!(judge(Method::Head, fields, Some(&dated)), Outcome::Perform);
    }
}

/// A state that is as old as HTTP/0.9, in a year of which two digits mean it.
fn dated() -> Validators<'static> {
    use samewire::http::date::{HttpDate, Moment};
    let modified = Moment::of(&HttpDate::from_unix(662_688_000));
    Validators::dated(modified, Moment::of(&HttpDate::from_unix(784_111_777)))
}
