//! Clean text: the same bytes on every machine, and nothing left for later.

use super::Finding;

/// The kinds of file that people write here. Snapshots and lock files are written by tools.
const KINDS: &[&str] = &["case", "css", "html", "js", "md", "mjs", "rs", "sh", "toml", "x"];

/// Files without a kind that are text all the same.
const NAMES: &[&str] = &[".ci/run", ".gitignore", "LICENSE-APACHE", "LICENSE-MIT"];

/// Written apart, or this file would break its own rules.
const LATER: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];
const ALLOW: [&str; 2] = [concat!("#[", "allow("), concat!("#![", "allow(")];

/// Whether the rules hold for the file with this name.
pub(super) fn applies(path: &str) -> bool {
    NAMES.contains(&path) || path.rsplit_once('.').is_some_and(|(_, kind)| KINDS.contains(&kind))
}

/// What is unclean in one file.
pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let rust = path.ends_with(".rs");
    let mut findings = Vec::new();
    for (at, line) in (1..).zip(text.split('\n')) {
        let mut found = |what: &str| findings.push(Finding::new(path, at, what));
        if line.contains('\r') {
            found("a carriage return: lines end in LF alone");
        } else if line.ends_with([' ', '\t']) {
            found("blanks at the end of the line");
        }
        if rust && line.contains('\t') {
            found("a tab in Rust code");
        }
        if rust && ALLOW.iter().any(|allow| line.contains(allow)) {
            found("an `allow`: use `#[expect(lint, reason = \"…\")]`");
        }
        if LATER.iter().any(|later| line.contains(later)) {
            found("a promise: do it, or file an issue");
        }
    }
    let first = text.lines().next().unwrap_or_default();
    if path.ends_with(".md") && !first.starts_with("# ") {
        findings.push(Finding::new(path, 1, "a page begins with its title: `# …`"));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        findings.push(Finding::new(path, text.lines().count(), "no line end at the end"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{ALLOW, LATER, applies, check};

    #[test]
    fn finds_what_is_unclean() {
        let [allow, _] = ALLOW;
        let [later, _] = LATER;
        let table = [
            ("a.rs", "fn a() {}\r\n".to_owned(), 1, "a carriage return"),
            ("a.rs", "fn a() {}\n\nfn b() {} \n".to_owned(), 3, "blanks"),
            ("a.md", "# A\nword\t\n".to_owned(), 2, "blanks"),
            ("a.rs", "\tfn a() {}\n".to_owned(), 1, "a tab"),
            ("a.rs", format!("{allow}dead_code)]\n"), 1, "an `allow`"),
            ("a.toml", format!("a = 1 # {later}: b\n"), 1, "a promise"),
            ("a.md", "Title\n=====\n".to_owned(), 1, "a page begins"),
            ("a.md", "## Second\n".to_owned(), 1, "a page begins"),
            ("a.md", String::new(), 1, "a page begins"),
            ("a.rs", "fn a() {}".to_owned(), 1, "no line end"),
        ];
        for (path, text, line, what) in table {
            let findings = check(path, &text);
            assert_eq!(findings.len(), 1, "{path} {text:?}: {findings:?}");
            assert_eq!(findings[0].line, line, "{path} {text:?}");
            assert!(findings[0].what.starts_with(what), "{path} {text:?}: {findings:?}");
        }
    }

    #[test]
    fn leaves_clean_text_alone() {
        let table = [
            ("a.rs", "#[expect(dead_code, reason = \"b\")]\nfn a() {}\n"),
            ("a.md", "# A\n\nNever promise.\n"),
            ("a.toml", "a = \"\tb\"\n"),
            ("a.rs", ""),
        ];
        for (path, text) in table {
            assert_eq!(check(path, text), [], "{path} {text:?}");
        }
    }

    #[test]
    fn snapshots_and_lock_files_are_not_ours_to_tidy() {
        for path in ["a/b.snap", "Cargo.lock", "image.png", ".git"] {
            assert!(!applies(path), "{path}");
        }
        for path in ["a.rs", "fixtures/http/a.case", ".ci/run", "LICENSE-MIT", "memory.x"] {
            assert!(applies(path), "{path}");
        }
    }
}
