//! The report as JUnit XML, which every CI system draws: a suite for each target, a test for each
//! case.

use std::io::Write;

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::finding::Findings;
use crate::result::{CaseResult, Status};
use crate::run::Report;

/// Writes a report.
///
/// # Errors
///
/// That of writing.
pub fn write(report: &Report, findings: &Findings<'_>, out: impl Write) -> Result<(), String> {
    let mut document = Document::new("samewire check");
    for summary in &report.summaries {
        let mut suite = TestSuite::new(summary.name.as_str());
        let own = report.results.iter().filter(|result| result.target == summary.name);
        suite.add_test_cases(own.map(|result| test_case(result, findings)));
        if let Some(why) = &summary.unreachable {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(why.as_str());
            suite.add_test_case(TestCase::new("reach the target", status));
        }
        if let Some(why) = &summary.absent {
            suite.add_test_case(TestCase::new("reach the target", skipped(why)));
        }
        document.add_test_suite(suite);
    }
    document.serialize(out).map_err(|why| why.to_string())
}

fn test_case(result: &CaseResult, findings: &Findings<'_>) -> TestCase {
    let failure = |message: &str| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(message).set_description(findings.text(result));
        status
    };
    let status = match (&result.status, &result.difference) {
        (Status::Failed(fault), _) => failure(&fault.failure.what),
        (Status::UnexpectedPass(_), _) => failure("passes, and is known to fail"),
        (_, Some(_)) => failure("its bytes are not the same"),
        (Status::Skipped(reason), None) => skipped(reason),
        (Status::Known(reason), None) => skipped(&format!("known failure: {reason}")),
        (Status::Advice(fault), None) => skipped(&format!("advice: {}", fault.failure.what)),
        (Status::Passed, None) => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(result.case.as_str(), status);
    case.set_classname(result.target.as_str()).set_time(result.took);
    case
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(reason);
    status
}
