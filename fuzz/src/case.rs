//! A file of fixtures: read, printed, and read again.

use samewire_conformance::case::CaseFile;
use samewire_conformance::case::parse::parse;

/// A file is refused with diagnostics that can be shown, or printed in a form that means the same
/// and is printed like that ever after.
pub(crate) fn read_and_print(text: &str) {
    let read = |text: &str| parse("fuzz/input", "fixtures/fuzz/input.case", text);
    let file = match read(text) {
        Ok(file) => file,
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty(), "refused, and nobody knows why");
            return diagnostics.iter().for_each(|diagnostic| drop(diagnostic.to_string()));
        }
    };
    let printed = file.to_string();
    let again = read(&printed).unwrap_or_else(|diagnostics| {
        panic!("it does not read what it printed: {}\n{printed}", diagnostics[0])
    });
    assert_eq!(meaning(&again), meaning(&file), "{printed}");
    assert_eq!(again.to_string(), printed);
}

/// All that a file says, but for where it stands.
fn meaning(file: &CaseFile) -> String {
    let text = format!("{file:?}");
    let mut pieces = text.split("Span {");
    let first = pieces.next().unwrap_or_default().to_owned();
    first
        + &pieces
            .filter_map(|piece| piece.split_once('}'))
            .map(|(_, rest)| rest)
            .collect::<String>()
}
