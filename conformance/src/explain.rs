//! A case, told to somebody who has never seen it: what happens, why it matters, which
//! requirements it proves, and what is known about it.

use std::fmt::Write;

use crate::case::Case;
use crate::cli::help::wrap;
use crate::suite::{Suite, SuiteFile};

/// The width of the text.
const COLUMNS: usize = 79;

/// Explains one case.
pub fn explain(suite: &Suite, file: &SuiteFile, case: &Case) -> String {
    let mut out = format!("{}\n  {}:{}\n\n", case.id, file.shown, case.span.line);
    for line in wrap(&case.prose.join(" "), COLUMNS) {
        let _ = writeln!(out, "{line}");
    }
    out.push_str("\nWhat happens:\n");
    for line in steps(file, case) {
        let _ = writeln!(out, "{}", format!("  {line}").trim_end());
    }
    out.push_str("\nWhat it proves:\n");
    for rule in &case.rules {
        let Some(requirement) = suite.requirement(&rule.value) else { continue };
        let rfc = requirement.rfc.to_uppercase().replace("RFC", "RFC ");
        let _ = writeln!(
            out,
            "  {}\n    {} section {}, {}",
            requirement.id, rfc, requirement.section, requirement.level
        );
        for line in wrap(&requirement.text, COLUMNS - 4) {
            let _ = writeln!(out, "    {line}");
        }
    }
    let needs: Vec<&str> = case.all_needs().into_iter().map(|need| need.name()).collect();
    if !needs.is_empty() {
        let _ = writeln!(out, "\nWhat it needs of a server: {}", needs.join(", "));
    }
    let known = suite.known.iter().filter(|known| {
        known.case == case.id || case.rows().iter().any(|row| row.id == known.case)
    });
    for known in known {
        let _ = writeln!(
            out,
            "\nKnown to fail on {} since {}: {}",
            known.target, known.date, known.reason
        );
    }
    let _ = writeln!(out, "\nRun it: samewire check {}", case.id);
    out
}

/// The lines of the file from the first directive behind the rules to the end of the case.
fn steps<'a>(file: &'a SuiteFile, case: &Case) -> Vec<&'a str> {
    let start = usize::try_from(case.span.line).unwrap_or(usize::MAX);
    let body = file.source.lines().skip(start).take_while(|line| !line.starts_with("###"));
    let mut lines: Vec<&str> = body
        .skip_while(|line| !line.starts_with("rule "))
        .skip_while(|line| line.starts_with("rule ") || line.is_empty())
        .collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::explain;
    use crate::suite::Suite;

    #[test]
    fn tells_what_happens_why_and_what_it_proves() {
        let suite = Suite::load(None).unwrap_or_else(|errors| panic!("{}", errors[0]));
        let (file, case) = suite.case("app/hello/greeting").unwrap();
        let text = explain(&suite, file, case);
        for part in [
            "app/hello/greeting\n  ../fixtures/app/hello.case:",
            "so that",
            "What happens:\n  needs hello\n\n  > GET /hello HTTP/1.1\\r\\n\n",
            "  ! open\n\nWhat it proves:\n  rfc9110-9.1-get-head\n",
            "RFC 9112 section 9.3, SHOULD\n",
            "What it needs of a server: hello\n",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }
}
