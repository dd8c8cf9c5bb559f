//! The report as JSON: `{"cases": N, "targets": […], "results": […]}`.

use std::io::{self, Write};

use serde::Serialize;

use crate::case::text::show;
use crate::result::{CaseResult, Fault, Status};
use crate::run::{Report, Summary};

#[derive(Serialize)]
struct Document<'a> {
    cases: usize,
    targets: Vec<Target<'a>>,
    results: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Target<'a> {
    name: &'a str,
    passed: usize,
    failed: usize,
    known: usize,
    skipped: usize,
    /// `null` for a server that is not ours, or was not reached.
    same_bytes: Option<bool>,
    /// Why it was lost on the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreachable: Option<&'a str>,
    /// Why it was not there, and not asked for by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    absent: Option<&'a str>,
}

#[derive(Serialize)]
struct Entry<'a> {
    case: &'a str,
    target: &'a str,
    /// `passed`, `failed`, `advice`, `known`, `unexpected-pass` or `skipped`.
    status: &'static str,
    replays: usize,
    ms: u128,
    /// Why it is known or skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FaultEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<DifferenceEntry<'a>>,
}

#[derive(Serialize)]
struct FaultEntry<'a> {
    row: &'a str,
    /// `whole`, `byte by byte` or `cut at N`.
    delivery: String,
    line: u32,
    what: &'a str,
    /// As a fixture would spell it.
    came: String,
    /// The requirement, if an invariant is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
}

#[derive(Serialize)]
struct DifferenceEntry<'a> {
    row: &'a str,
    delivery: String,
    against: &'static str,
    at: usize,
    expected: String,
    got: String,
}

/// Writes a report.
///
/// # Errors
///
/// That of writing.
pub fn write(report: &Report, mut out: impl Write) -> io::Result<()> {
    let document = Document {
        cases: report.cases,
        targets: report.summaries.iter().map(target).collect(),
        results: report.results.iter().map(entry).collect(),
    };
    serde_json::to_writer_pretty(&mut out, &document)?;
    out.write_all(b"\n")?;
    out.flush()
}

fn target(summary: &Summary) -> Target<'_> {
    let Summary { name, passed, failed, known, skipped, differ, unreachable, absent, .. } = summary;
    Target {
        name,
        passed: *passed,
        failed: *failed,
        known: *known,
        skipped: *skipped,
        same_bytes: differ.filter(|_| unreachable.is_none()).map(|differ| differ == 0),
        unreachable: unreachable.as_deref(),
        absent: absent.as_deref(),
    }
}

fn entry(result: &CaseResult) -> Entry<'_> {
    let (status, reason, fault): (_, Option<&String>, Option<&Fault>) = match &result.status {
        Status::Passed => ("passed", None, None),
        Status::Failed(fault) => ("failed", None, Some(fault)),
        Status::Advice(fault) => ("advice", None, Some(fault)),
        Status::Known(reason) => ("known", Some(reason), None),
        Status::UnexpectedPass(reason) => ("unexpected-pass", Some(reason), None),
        Status::Skipped(reason) => ("skipped", Some(reason), None),
    };
    Entry {
        case: &result.case,
        target: &result.target,
        status,
        replays: result.replays,
        ms: result.took.as_millis(),
        reason: reason.map(String::as_str),
        fault: fault.map(|fault| FaultEntry {
            row: &fault.row,
            delivery: fault.delivery.to_string(),
            line: fault.failure.span.line,
            what: &fault.failure.what,
            came: show(&fault.failure.came),
            rule: fault.failure.rule,
        }),
        difference: result.difference.as_ref().map(|difference| DifferenceEntry {
            row: &difference.row,
            delivery: difference.delivery.to_string(),
            against: difference.against,
            at: difference.at,
            expected: show(&difference.expected.0),
            got: show(&difference.got.0),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::result::{CaseResult, Status};
    use crate::run::{Report, Summary};
    use std::time::Duration;

    #[test]
    fn has_the_promised_shape() {
        let result = CaseResult {
            case: "a/b/c".into(),
            target: "core".into(),
            status: Status::Known("because".into()),
            difference: None,
            replays: 7,
            repeats: 0,
            recoveries: Vec::new(),
            took: Duration::from_millis(5),
            evidence: Vec::new(),
        };
        let core = Summary { name: "core".into(), known: 1, differ: Some(0), ..Summary::default() };
        let absent = Some("no image".to_owned());
        let arm = Summary { name: "qemu-arm".into(), absent, ..Summary::default() };
        let url = Summary { name: "url:http://a".into(), ..Summary::default() };
        let report = Report { cases: 1, summaries: vec![core, url, arm], results: vec![result] };
        let mut out = Vec::new();
        write(&report, &mut out).unwrap();
        let got: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let expected = serde_json::json!({
            "cases": 1,
            "targets": [
                {"name": "core", "passed": 0, "failed": 0, "known": 1, "skipped": 0,
                 "same_bytes": true},
                {"name": "url:http://a", "passed": 0, "failed": 0, "known": 0, "skipped": 0,
                 "same_bytes": null},
                {"name": "qemu-arm", "passed": 0, "failed": 0, "known": 0, "skipped": 0,
                 "same_bytes": null, "absent": "no image"},
            ],
            "results": [
                {"case": "a/b/c", "target": "core", "status": "known", "replays": 7, "ms": 5,
                 "reason": "because"},
            ],
        });
        assert_eq!(got, expected);
    }
}
