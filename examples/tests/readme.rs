//! The README's first page is what the example `panel` is made of, line by line.

/// Without what `rustfmt` decides.
fn squeezed(text: &str) -> String {
    text.chars().filter(|one| !one.is_whitespace() && *one != ',').collect()
}

#[test]
fn the_readme_shows_the_example() {
    let readme = include_str!("../../README.md");
    let example = squeezed(include_str!("../src/bin/panel.rs"));
    let blocks = readme.split("```rust,ignore\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap()).collect::<Vec<_>>();
    assert_eq!(blocks.len(), 2, "the app and its test");
    for block in blocks {
        let mut rest = &*example;
        for line in block.lines() {
            let at = rest.find(&squeezed(line));
            let at = at.unwrap_or_else(|| panic!("not in panel.rs, or not in this order: {line}"));
            rest = &rest[at..];
        }
    }
}
