//! An error in a file that people write: where it is, what is wrong, and what to do about it.
//!
//! ```text
//! error: unknown directive `rul`
//!   --> fixtures/http/fields/whitespace.case:7:1
//!  7 | rul rfc9112-5.1-ws-before-colon-400
//!    | ^^^ did you mean `rule`?
//! ```

use std::fmt;
use std::ops::Range;

/// A piece of one line. It says where a thing stands, which is no part of what the thing is: any
/// two spans are equal, so that values can be compared with what they print to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// In characters.
    pub width: u32,
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

/// Where the lines of a text begin, to find the place of an offset in it.
#[derive(Debug)]
pub struct Lines<'a> {
    source: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// The lines of this text.
    pub fn new(source: &'a str) -> Self {
        let starts = source.match_indices('\n').map(|(at, _)| at + 1);
        Self { source, starts: std::iter::once(0).chain(starts).collect() }
    }

    /// The piece between two offsets in bytes, up to the end of its first line.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.source.floor_char_boundary(range.start);
        let end = self.source.floor_char_boundary(range.end).max(start);
        let line = self.starts.partition_point(|&first| first <= start);
        let line_start = self.starts[line - 1];
        let piece = self.source[start..end].lines().next().unwrap_or("");
        Span {
            line: line as u32,
            column: self.source[line_start..start].chars().count() as u32 + 1,
            width: piece.chars().count() as u32,
        }
    }
}

/// A value, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// One error, ready to be shown.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// What is wrong, in one line.
    pub message: String,
    /// The file, as the reader would name it.
    pub path: String,
    /// The piece of it that is wrong, and the line it stands in; without, it is the whole file.
    pub excerpt: Option<(Span, String)>,
    /// What to do about it, in a few words.
    pub hint: String,
}

impl Diagnostic {
    /// An error in one piece of `source`, the text of the file.
    pub fn new(path: &str, source: &str, span: Span, message: String, hint: String) -> Self {
        let line = source.split('\n').nth(span.line.saturating_sub(1) as usize).unwrap_or("");
        let excerpt = Some((span, line.to_owned()));
        Self { message, path: path.to_owned(), excerpt, hint }
    }

    /// An error of a whole file, or of a folder.
    pub fn of_file(path: &str, message: String, hint: String) -> Self {
        Self { message, path: path.to_owned(), excerpt: None, hint }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "error: {}", printable(&self.message))?;
        let Some((span, line)) = &self.excerpt else {
            writeln!(out, "  --> {}", self.path)?;
            return write!(out, "   = {}", printable(&self.hint));
        };
        writeln!(out, "  --> {}:{}:{}", self.path, span.line, span.column)?;
        let number = span.line.to_string();
        writeln!(out, " {number} | {}", printable(line))?;
        let gutter = " ".repeat(number.len());
        let indent = " ".repeat(span.column.saturating_sub(1) as usize);
        let carets = "^".repeat(span.width.max(1) as usize);
        write!(out, " {gutter} | {indent}{carets} {}", printable(&self.hint))
    }
}

/// One character for each of the text, none of which could move the cursor of a terminal.
fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(shown).collect()
}

/// The candidate that `word` was probably meant to be, if one is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let near = (length / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= near)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= near)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that make one word of the other.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut best =
                (rows[i][j] + usize::from(a != b)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Lines, Span, nearest};

    #[test]
    fn points_at_the_piece_that_is_wrong() {
        let span = Span { line: 10, column: 1, width: 3 };
        let source = format!("{}rul x\n", "\n".repeat(9));
        let message = "unknown directive `rul`".into();
        let hint = "did you mean `rule`?".into();
        let shown = Diagnostic::new("a.case", &source, span, message, hint).to_string();
        let expected = "error: unknown directive `rul`\n  --> a.case:10:1\n 10 | rul x\n    | ^^^ \
                        did you mean `rule`?";
        assert_eq!(shown, expected);
    }

    #[test]
    fn shows_no_control_characters() {
        let span = Span { line: 1, column: 3, width: 1 };
        let shown = Diagnostic::new("a", "a\t\rb", span, "a \r".into(), "\x1b[2J".into());
        let expected = "error: a \u{fffd}\n  --> a:1:3\n 1 | a \u{fffd}b\n   |   ^ \u{fffd}[2J";
        assert_eq!(shown.to_string(), expected);
    }

    #[test]
    fn finds_the_place_of_an_offset() {
        let source = "a\n\u{e9}bc\nd";
        let table = [(0..1, (1, 1, 1)), (1..2, (1, 2, 0)), (2..4, (2, 1, 1)), (4..99, (2, 2, 2))];
        for (range, expected) in table {
            let span = Lines::new(source).span(range.clone());
            assert_eq!((span.line, span.column, span.width), expected, "{range:?}");
        }
        assert_eq!(Lines::new("").span(0..0).line, 1);
    }

    #[test]
    fn guesses_near_words_only() {
        let words = ["rule", "needs", "limits", "each"];
        let table = [
            ("rul", Some("rule")),
            ("ruel", Some("rule")),
            ("limit", Some("limits")),
            ("need", Some("needs")),
            ("frobnicate", None),
            ("", None),
        ];
        for (word, expected) in table {
            assert_eq!(nearest(word, words), expected, "{word}");
        }
    }
}
