//! A case, told to somebody who has never seen it: what happens, why it matters, which
//! requirements it proves, and what is known about it; and a requirement, with what it rests on.

use std::fmt::Write;

use crate::case::Case;
use crate::cli::help::wrap;
use crate::ledger::{Entry, Ledger};
use crate::requirement::Requirement;
use crate::suite::{Suite, SuiteFile};

/// The width of the text.
const COLUMNS: usize = 79;

/// Explains one case.
pub fn case(suite: &Suite, ledger: Option<&Ledger<'_>>, file: &SuiteFile, case: &Case) -> String {
    let mut out = format!("{}\n  {}:{}\n\n", case.id, file.shown, case.span.line);
    for line in wrap(&case.prose.join(" "), COLUMNS) {
        let _ = writeln!(out, "{line}");
    }
    out.push_str("\nWhat happens:\n");
    for line in steps(file, case) {
        let _ = writeln!(out, "{}", format!("  {line}").trim_end());
    }
    if !case.rules.is_empty() {
        out.push_str("\nWhat it proves:\n");
    }
    for rule in &case.rules {
        let Some(requirement) = suite.requirement(&rule.value) else { continue };
        let _ = writeln!(out, "  {}\n    {}", requirement.id, source(requirement));
        for line in wrap(&requirement.text, COLUMNS - 4) {
            let _ = writeln!(out, "    {line}");
        }
        let entry = ledger.and_then(|ledger| ledger.entry(&requirement.id));
        for place in entry.into_iter().flat_map(|entry| &entry.decided_at) {
            let _ = writeln!(out, "    decided at {place}");
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

/// Explains one requirement: what is asked, and what it rests on. Without its entry in the ledger
/// only the first.
pub fn requirement(requirement: &Requirement, entry: Option<&Entry<'_>>) -> String {
    let mut out = format!("{}\n  {}\n\n", requirement.id, source(requirement));
    let mut paragraph = |title: &str, text: &str| {
        for line in wrap(&format!("{title}{text}"), COLUMNS) {
            let _ = writeln!(out, "{line}");
        }
    };
    paragraph("", &requirement.text);
    paragraph("How it shows: ", &requirement.test);
    if let Some(reason) = &requirement.exception {
        paragraph("Not met on purpose: ", reason);
    }
    if let Some(feature) = &requirement.waits {
        paragraph("Waits for: ", feature);
    }
    let Some(entry) = entry else { return out };
    for (title, lines) in [("Proven by", &entry.proofs), ("Decided at", &entry.decided_at)] {
        let _ = writeln!(out, "\n{title}:");
        for line in lines {
            let _ = writeln!(out, "  {line}");
        }
        if lines.is_empty() {
            out.push_str("  nothing\n");
        }
    }
    out
}

/// The document, the section, and how strongly it is asked.
fn source(requirement: &Requirement) -> String {
    format!("{}, {}", place(requirement), requirement.level)
}

/// The document and the section.
pub(crate) fn place(requirement: &Requirement) -> String {
    let rfc = requirement.rfc.to_uppercase().replace("RFC", "RFC ");
    format!("{rfc} section {}", requirement.section)
}

/// The lines of the file from the first directive behind prose and rules to the end of the case.
pub(crate) fn steps<'a>(file: &'a SuiteFile, case: &Case) -> Vec<&'a str> {
    let start = usize::try_from(case.span.line).unwrap_or(usize::MAX);
    let body = file.source.lines().skip(start).take_while(|line| !line.starts_with("###"));
    let is_prose = |line: &&str| match case.rules.is_empty() {
        true => case.prose.iter().any(|prose| prose == line.trim_end()),
        false => !line.starts_with("rule "),
    };
    let mut lines: Vec<&str> = body
        .skip_while(is_prose)
        .skip_while(|line| line.starts_with("rule ") || line.is_empty())
        .collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{case, requirement};
    use crate::ledger::Ledger;
    use crate::suite::Suite;

    fn suite() -> Suite {
        Suite::load(None).unwrap_or_else(|errors| panic!("{}", errors[0]))
    }

    #[test]
    fn tells_what_happens_why_and_what_it_proves() {
        let suite = suite();
        let ledger = Ledger::of(&suite).unwrap();
        let (file, one) = suite.case("app/hello/greeting").unwrap();
        let text = case(&suite, Some(&ledger), file, one);
        for part in [
            "app/hello/greeting\n  ../fixtures/app/hello.case:",
            "so that",
            "What happens:\n  needs hello\n\n  > GET /hello HTTP/1.1\\r\\n\n",
            "  ! open\n\nWhat it proves:\n  rfc9110-9.1-get-head\n",
            "RFC 9112 section 9.3, SHOULD\n",
            "    decided at server-core/src/",
            "What it needs of a server: hello\n",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }

    #[test]
    fn tells_what_a_requirement_rests_on() {
        let suite = suite();
        let ledger = Ledger::of(&suite).unwrap();
        let tell = |id| requirement(suite.requirement(id).unwrap(), ledger.entry(id));
        let text = tell("rfc9112-5.1-ws-before-colon-400");
        for part in [
            "rfc9112-5.1-ws-before-colon-400\n  RFC 9112 section 5.1, MUST\n\n",
            "\nHow it shows: ",
            "\nProven by:\n  http/",
            "  http/fields/whitespace/space-before-colon\n",
            "\nDecided at:\n  server-core/src/http/fields.rs:",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
        assert!(
            tell("rfc9112-7.4-te-trailers-token").contains("\nNot met on purpose: No trailers")
        );
        let alone = requirement(suite.requirement("rfc9110-9.1-get-head").unwrap(), None);
        assert!(!alone.contains("Proven"), "{alone}");
    }
}
