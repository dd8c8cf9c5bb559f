//! Links between pages: what a page points to in this repository is there.

use std::path::{Component, Path, PathBuf};

use super::Finding;

/// Links of one page that lead nowhere; `exists` tells of paths below the root.
pub(super) fn check(path: &str, text: &str, exists: impl Fn(&Path) -> bool) -> Vec<Finding> {
    if !path.ends_with(".md") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut fenced = false;
    for (at, line) in (1..).zip(text.lines()) {
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        for link in links(line) {
            let target = resolve(path, link);
            if !target.is_some_and(|target| exists(&target)) {
                findings.push(Finding::new(path, at, format!("{link} is not there")));
            }
        }
    }
    findings
}

/// The targets of `[words](target)` in a line, of those that lie in this repository.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let (target, _) = rest.split_once(')')?;
        let (file, _) = target.split_once('#').unwrap_or((target, ""));
        (!file.is_empty() && !file.contains(':')).then_some(file)
    })
}

/// The path below the root; nothing for one that leaves it.
fn resolve(page: &str, link: &str) -> Option<PathBuf> {
    let mut path = PathBuf::from(page);
    path.pop();
    for component in Path::new(link).components() {
        match component {
            Component::Normal(name) => path.push(name),
            Component::ParentDir => path.pop().then_some(())?,
            Component::CurDir => (),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::check;

    const THERE: [&str; 3] = ["README.md", "docs/style.md", "docs/decisions/0001-a.md"];

    #[test]
    fn finds_links_that_lead_nowhere() {
        let table = [
            ("README.md", "[style](docs/style.md)", ""),
            ("README.md", "[style](./docs/style.md#names)", ""),
            ("docs/style.md", "[one](decisions/0001-a.md) and [up](../README.md)", ""),
            ("docs/style.md", "[web](https://example.com) [here](#names)", ""),
            ("docs/style.md", "```text\n[code](gone.md)\n```", ""),
            ("docs/style.md", "[a](decisions/0001-a.md), [b](gone.md)", "gone.md is not there"),
            ("README.md", "[style](style.md)", "style.md is not there"),
            ("README.md", "```\n```\n[style](style.md)", "style.md is not there"),
            ("README.md", "[out](../../etc/passwd)", "../../etc/passwd is not there"),
            ("a.rs", "[style](style.md)", ""),
        ];
        for (path, text, expected) in table {
            let exists = |path: &Path| THERE.iter().any(|there| Path::new(there) == path);
            let found: Vec<String> =
                check(path, text, exists).into_iter().map(|finding| finding.what).collect();
            assert_eq!(found.join("; "), expected, "{path}: {text}");
        }
    }
}
