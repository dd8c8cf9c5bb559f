//! What is wrong with a file as a whole, or with what stands above the steps of a case.

use super::errors_of;
use crate::case::parse::parse;

#[test]
fn says_what_is_wrong_with_a_file() {
    let case = "### a\nProse.\nrule rfc1-1-a\n\n! close\n";
    let table = [
        (String::new(), "1:1+1 there is no case in this file (begin one with `### slug`)"),
        (
            format!("\u{feff}{case}"),
            "1:1+1 the file starts with a byte order mark (save it without)",
        ),
        (
            case.replace("Prose.", "Prose.\r"),
            "2:7+1 a CR in the file (save it with LF alone; bytes on the wire are spelled `\\r\\n`)",
        ),
        (
            format!("#x\n{case}"),
            "1:1+2 neither a comment nor a case (a comment starts with `# `, a case with `### `)",
        ),
        (
            format!("Text.\n{case}"),
            "1:1+5 text before the first case (a case starts with `### slug`, a comment with `# `)",
        ),
        (
            case.replace("### a", "### A"),
            "1:5+1 `A` is no slug (write `### slug`, of small letters, digits and `-`)",
        ),
        (
            case.replace("### a", "### a b"),
            "1:7+1 `b` after the slug (a slug is one word, as in `space-before-colon`; sentences \
             go below it)",
        ),
        (
            format!("{case}\n{case}"),
            "7:5+1 two cases are named `a` (the other is in line 1: rename one)",
        ),
        (
            case.replace("Prose.\n", ""),
            "1:5+1 the case `a` has no prose (say below it what is asked and why it matters)",
        ),
        (
            case.replace("! close\n", ""),
            "1:5+1 the case `a` has no steps (add what is sent (`> …`) and what must come back \
             (`< …`))",
        ),
        (
            case.replace("Prose.", "# Prose."),
            "2:1+8 a comment stands only at the top of a file (write it as prose below the `###` \
             line, or at the top of the file)",
        ),
        (
            case.replace("Prose.", "Prose.\n  > GET"),
            "3:3+5 an indented line belongs to nothing (prose starts in the first column, and steps \
             stand below `rule`)",
        ),
    ];
    assert!(errors_of(case).is_empty());
    for (source, expected) in table {
        // A byte order mark hides the first `###` as well.
        assert_eq!(errors_of(&source).first().map(String::as_str), Some(expected), "{source}");
    }
}

#[test]
fn prose_may_use_the_words_of_directives() {
    let prose = "each server\nneeds to answer, within the\nlimits that it sets.\nreset and ws too.";
    let source = format!("### a\n{prose}\nrule rfc1-1-a\n\n! close\n");
    let file = parse("f", "f.case", &source).unwrap();
    assert_eq!(file.cases[0].prose.join("\n"), prose);
}

#[test]
fn one_error_hides_no_other_case() {
    let source = "### a\nProse.\nrule rfc1-1-a\n\n< 40\n  with A: b\n\n### B\nLost.\n\n### c\nProse.\n\
                  rule rfc1-1-a\n\n> \\q\n! clos\n";
    let lines: Vec<String> =
        errors_of(source).iter().map(|error| error.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["5:3+2", "8:5+1", "15:3+2", "16:3+4"]);
}

#[test]
fn shows_an_error_with_its_line() {
    let source = "### a\nProse.\nrul rfc9112-5.1-ws-before-colon-400\n\n! close\n";
    let error = &parse("f", "fixtures/f.case", source).unwrap_err()[0];
    let shown = "error: unknown directive `rul`\n  --> fixtures/f.case:3:1\n 3 | \
                 rul rfc9112-5.1-ws-before-colon-400\n   | ^^^ did you mean `rule`?";
    assert_eq!(error.to_string(), shown);
}
