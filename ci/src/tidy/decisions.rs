//! Decision pages: one form, so that a reader finds the reason where the last page had it.

use super::Finding;

const FOLDER: &str = "docs/decisions/";
const TEMPLATE: &str = "docs/decisions/0000-template.md";
const SECTIONS: [&str; 4] = ["## Question", "## Decision", "## Considered", "## Consequences"];

/// What is wrong with one page; nothing for files that are none.
pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let Some(name) = path.strip_prefix(FOLDER) else { return Vec::new() };
    let mut findings = Vec::new();
    let mut found = |line, what: String| findings.push(Finding::new(path, line, what));
    let Some(number) = number(name) else {
        found(0, "a decision page is named NNNN-the-decision.md".to_owned());
        return findings;
    };
    let title = text.lines().next().unwrap_or_default();
    let named = title.strip_prefix(&format!("# {number}: "));
    if named.is_none_or(str::is_empty) {
        found(1, format!("the title is `# {number}: The decision in one sentence`"));
    }
    let status = text.lines().nth(2).unwrap_or_default();
    if path != TEMPLATE && !is_status(status) {
        let form = "`Accepted on YYYY-MM-DD.` or `Superseded by NNNN on YYYY-MM-DD.`";
        found(3, format!("the third line is {form}"));
    }
    let sections: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
    if sections != SECTIONS {
        found(0, format!("the sections are {}", SECTIONS.join(", ")));
    }
    let mut open: Option<(usize, &str)> = None;
    for (at, line) in (1..).zip(text.lines().chain(["## "])) {
        if line.starts_with("## ") {
            if let Some((at, section)) = open.replace((at, line)) {
                found(at, format!("`{section}` is empty"));
            }
        } else if !line.trim().is_empty() {
            open = None;
        }
    }
    findings
}

/// Numbers that two pages share.
pub(super) fn numbers<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<Finding> {
    let mut taken: Vec<&str> = Vec::new();
    let mut findings = Vec::new();
    for path in paths {
        let Some(number) = path.strip_prefix(FOLDER).and_then(number) else { continue };
        if taken.contains(&number) {
            findings.push(Finding::new(path, 0, format!("{number} is taken by another page")));
        }
        taken.push(number);
    }
    findings
}

/// The number in a page's file name, if the name has the right form.
fn number(name: &str) -> Option<&str> {
    let (number, title) = name.strip_suffix(".md")?.split_once('-')?;
    let digits = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    let words = title.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    (digits && words && !title.is_empty()).then_some(number)
}

fn is_status(line: &str) -> bool {
    let Some(line) = line.strip_suffix('.') else { return false };
    let Some((status, date)) = line.split_once(" on ") else { return false };
    let status = match status.strip_prefix("Superseded by ") {
        Some(successor) => shaped(successor, "0000"),
        None => status == "Accepted",
    };
    status && shaped(date, "0000-00-00")
}

/// Whether `text` has a digit wherever `shape` has one, and the same bytes elsewhere.
fn shaped(text: &str, shape: &str) -> bool {
    let fits =
        |(byte, like): (u8, u8)| if like == b'0' { byte.is_ascii_digit() } else { byte == like };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::{check, numbers};

    const GOOD: &str = "# 0007: Buffers are lent\n\nAccepted on 2026-11-20.\n\n## Question\n\nWhose memory?\n\n\
        ## Decision\n\nThe caller's.\n\n## Considered\n\nA pool.\n\n## Consequences\n\nNo heap.\n";
    const PATH: &str = "docs/decisions/0007-buffers-are-lent.md";

    #[test]
    fn accepts_a_page_of_the_form() {
        assert_eq!(check(PATH, GOOD), []);
        let superseded = GOOD.replace("Accepted on", "Superseded by 0011 on");
        assert_eq!(check(PATH, &superseded), []);
        assert_eq!(check("docs/style.md", "# Style\n"), []);
    }

    #[test]
    fn finds_each_departure_from_the_form() {
        let table = [
            ("# 0007", "# 0008", "the title"),
            ("Buffers are lent", "", "the title"),
            ("Accepted on 2026-11-20.", "Accepted.", "the third line"),
            ("2026-11-20", "20 Nov 2026", "the third line"),
            ("Accepted on", "Superseded by us on", "the third line"),
            ("## Considered\n\nA pool.\n\n", "", "the sections are"),
            ("## Question", "## Context", "the sections are"),
            ("The caller's.", "", "`## Decision` is empty"),
            ("No heap.", "", "`## Consequences` is empty"),
        ];
        for (from, to, expected) in table {
            let findings = check(PATH, &GOOD.replace(from, to));
            assert_eq!(findings.len(), 1, "{from:?} to {to:?}: {findings:?}");
            assert!(findings[0].what.starts_with(expected), "{from:?} to {to:?}: {findings:?}");
        }
    }

    #[test]
    fn names_carry_a_number_and_a_title() {
        for name in ["7-short.md", "0007.md", "0007-.md", "0007-Title.md", "notes.md", "0007-a.txt"]
        {
            let findings = check(&format!("docs/decisions/{name}"), GOOD);
            assert!(!findings.is_empty(), "{name}");
        }
    }

    #[test]
    fn two_pages_cannot_share_a_number() {
        let paths = [PATH, "docs/decisions/0007-other.md", "docs/decisions/0008-more.md"];
        let findings = numbers(paths.into_iter());
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].path, "docs/decisions/0007-other.md");
    }
}
