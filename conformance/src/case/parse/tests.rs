//! The language as it is read: what each line means, and what each error says.

use std::time::Duration;

use proptest::prelude::*;

use super::parse;
use crate::case::print::format;
use crate::case::{Need, StepKind};

/// Parses one case with these directives and steps; the first of these lines is line 3.
fn errors(lines: &str) -> Vec<String> {
    errors_of(&format!("### a\nProse.\n{lines}"))
}

/// Each error as `line:column+width message (hint)`.
fn errors_of(source: &str) -> Vec<String> {
    let Err(errors) = parse("dir/file", "file.case", source) else { return Vec::new() };
    errors
        .iter()
        .map(|error| {
            let span = error.excerpt.as_ref().unwrap().0;
            let place = format!("{}:{}+{}", span.line, span.column, span.width);
            format!("{place} {} ({})", error.message, error.hint)
        })
        .collect()
}

const EVERYTHING: &str = r#"# RFC 9112 §5.1: a comment.
#
# More of it.

### every-step
What is asked, and why it matters.
A second line.
rule rfc9112-5.1-ws-before-colon-400 rfc9112-2.2-parse-octets
rule rfc9110-7.8-426-has-upgrade
needs echo chunked-out
limits head_bytes_max=256 idle_ms_max=10
each BYTE = "a\r\n\"" 00..1f 7f "\{ab*3}"

> POST /\{BYTE} HTTP/1.1\r\n
> Host: x "quoted" {\r\n\r\n\{a\x7d*2}\x20
<? 100
< 200 | 4xx | close to HEAD
  with Connection: close
  with X-Empty:
  with Date
  without Transfer-Encoding
  body "{\"a\"}"
  body contains "\0\{BYTE}"
  body empty
! open
@ +5s
@ +999ms
shut
! close

### frames
One frame of each kind.
rule rfc6455-5.2-rsv-fail

ws /ws?a=b
  with Origin: http://a b
> text !fin "Hel"
> ping length16 "x"
> continuation rsv1 rsv2 rsv3 mask=00000001 length64 length=9223372036854775808 ""
> close
> close 1000
> close !mask 1000 "bye"
> close "raw"
> opcode b "x"
> bytes "\xff"
< text "Hello" | binary | ping | pong "x"
<? ping
< close 1000 "bye" | close 1002 | close empty | close

### reset
Only time can follow.
rule rfc6455-5.2-rsv-fail

> GET
reset
@ +1s
"#;

#[test]
fn prints_what_it_read() {
    assert_eq!(format("dir/file", "file.case", EVERYTHING).unwrap(), EVERYTHING);
}

#[test]
fn brings_loose_text_into_canonical_form() {
    let loose = "#\u{20}Top.\n### a  \nProse.  \n\n\nrule   rfc1-1-a  \n> a\n\n>  b\\x41\\\"\\x0D\n\n\
                 <  200|close  to   HEAD\n      with   A :   b\n@ +3000ms\n\n\n\n### b\nMore.\n\
                 rule rfc1-1-a\n! close";
    let canonical = "# Top.\n\n### a\nProse.\nrule rfc1-1-a\n\n> a\n>  bA\"\\r\n< 200 | close to HEAD\n  \
                     with A: b\n@ +3s\n\n### b\nMore.\nrule rfc1-1-a\n\n! close\n";
    assert_eq!(format("f", "f.case", loose).unwrap(), canonical);
    assert_eq!(format("f", "f.case", canonical).unwrap(), canonical);
}

#[test]
fn reads_what_is_written() {
    let file = parse("dir/file", "file.case", EVERYTHING).unwrap();
    assert_eq!(file.header, ["RFC 9112 §5.1: a comment.", "", "More of it."]);
    let [steps, frames, _] = &file.cases[..] else { panic!("{} cases", file.cases.len()) };
    assert_eq!((steps.id.as_str(), steps.slug()), ("dir/file/every-step", "every-step"));
    assert_eq!(steps.prose.len(), 2);
    assert_eq!(steps.rules.len(), 3);
    assert_eq!(steps.all_needs(), [Need::Echo, Need::ChunkedOut, Need::Limits]);
    assert_eq!(frames.all_needs(), [Need::Ws]);
    assert_eq!(steps.rows().len(), 35);
    assert_eq!(steps.limits(samewire::Limits::SMALL).head_bytes_max, 256);

    let StepKind::Send(lines) = &steps.steps[0].kind else { panic!("{:?}", steps.steps[0]) };
    let sent: Vec<u8> = lines.iter().flat_map(|line| line.bytes(Some(b"!"))).collect();
    assert_eq!(sent, b"POST /! HTTP/1.1\r\nHost: x \"quoted\" {\r\n\r\na}a} ");
    let span = steps.steps[2].span;
    assert_eq!((span.line, span.column, span.width), (17, 3, 25));
    let pass = steps.steps.iter().find_map(|step| match step.kind {
        StepKind::Pass(time) => Some(time),
        _ => None,
    });
    assert_eq!(pass, Some(Duration::from_secs(5)));
}

#[test]
fn shows_an_error_with_its_line() {
    let source = "### a\nProse.\nrul rfc9112-5.1-ws-before-colon-400\n\n! close\n";
    let error = &parse("f", "fixtures/f.case", source).unwrap_err()[0];
    let shown = "error: unknown directive `rul`\n  --> fixtures/f.case:3:1\n 3 | \
                 rul rfc9112-5.1-ws-before-colon-400\n   | ^^^ did you mean `rule`?";
    assert_eq!(error.to_string(), shown);
}

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
            case.replace("rule rfc1-1-a\n", ""),
            "1:5+1 the case `a` has no `rule` line (add one below its prose: `rule ID`)",
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
fn says_what_is_wrong_with_a_directive() {
    let order = "the order is `rule` (repeatable), `needs`, `limits`, `each`";
    let table = [
        ("rule", "1+4 `rule` names nothing (as in `rule rfc9112-3.2-host-missing-400`)"),
        (
            "rule of-thumb",
            "6+8 `of-thumb` is no requirement (name its id in requirements.toml; a line of prose \
             begins with another word)",
        ),
        ("rule rfc1-1-b rfc1-1-b", "15+8 `rfc1-1-b` is given twice (remove one)"),
        ("needs", "1+5 `needs` names nothing (as in `needs echo`)"),
        ("needs ehco", "7+4 unknown need `ehco` (did you mean `echo`?)"),
        (
            "needs tea",
            "7+3 unknown need `tea` (there are root, echo, fields, cookies, hello, users, \
             chunked-out, slow, ws, limits)",
        ),
        ("needs echo ws echo", "15+4 `echo` is given twice (remove one)"),
        (
            "limits head_byte_max=1",
            "8+15 unknown limit `head_byte_max` (did you mean `head_bytes_max`?)",
        ),
        (
            "limits head_bytes_max=x",
            "8+16 `head_bytes_max=x` sets no limit to a number (write `name=number`, without \
             spaces)",
        ),
        (
            "limits field_lines_max=256",
            "8+19 256 is too large for `field_lines_max` (it is at most 255)",
        ),
        ("limits ping_ms=1 ping_ms=2", "18+9 `ping_ms=2` is given twice (remove one)"),
        (
            "each byte = 00",
            "6+4 `each` without a name and `=` (write `each NAME = items`, the name in capital \
             letters)",
        ),
        ("each B =", "9+0 `each` without items (add strings or bytes: `\"a\" 00..1f`)"),
        (
            "each B = 1f..00",
            "10+6 `1f..00` is no item (an item is \"text\", a byte `7f`, or bytes `00..1f`)",
        ),
        ("each B = 7", "10+1 `7` is no item (an item is \"text\", a byte `7f`, or bytes `00..1f`)"),
        ("each B = 00..05 03", "17+2 the item `03` is given twice (remove one)"),
        (
            "each B = \"\\{B}\"",
            "11+4 `\\{B}` stands for nothing (add `each B = …` above the steps)",
        ),
        ("nedes echo", "1+5 unknown directive `nedes` (did you mean `needs`?)"),
        (
            "wibble",
            "1+6 unknown directive `wibble` (after `rule` come `needs`, `limits`, `each`, and then \
             the steps)",
        ),
    ];
    for (line, expected) in table {
        let found = errors(&format!("rule rfc1-1-a\n{line}\n\n! close\n"));
        assert_eq!(found, [format!("4:{expected}")], "{line}");
    }
    for (lines, at) in [
        ("needs echo\nrule rfc1-1-a", "3:1+5 `needs`"),
        ("rule rfc1-1-a\nneeds ws\nneeds echo", "5:1+5 `needs`"),
        ("rule rfc1-1-a\nlimits ping_ms=1\nneeds ws", "5:1+5 `needs`"),
    ] {
        let expected = format!("{at} stands in the wrong place, or twice ({order})");
        assert_eq!(errors(&format!("{lines}\n\n! close\n")), [expected], "{lines}");
    }
}

#[test]
fn says_what_is_wrong_with_bytes() {
    let table = [
        ("", "1+1 nothing is sent (write it after `> `; spaces that end a line are `\\x20`)"),
        (" a ", "4+1 a space at the end of a line (nobody sees it: write `\\x20`)"),
        ("a", "2+1 `>` within a word (put a space after it)"),
        (" a\tb", "4+1 '\\t' is not printable ASCII (spell its bytes out: `\\t`)"),
        (" aé", "4+1 'é' is not printable ASCII (spell its bytes out: `\\xc3\\xa9`)"),
        (
            " a\\q",
            "4+2 unknown escape `\\q` (the escapes are \\r \\n \\t \\0 \\\\ \\\" \\xHH \\{text*N} \
             \\{NAME})",
        ),
        (
            " a\\",
            "4+1 unknown escape `\\` (the escapes are \\r \\n \\t \\0 \\\\ \\\" \\xHH \\{text*N} \
             \\{NAME})",
        ),
        (" \\x4", "3+2 `\\x` needs two hexadecimal digits (as in `\\x7f`)"),
        (" \\x+1", "3+2 `\\x` needs two hexadecimal digits (as in `\\x7f`)"),
        (" \\{a*3", "3+5 `\\{` without `}` (close it: `\\{text*N}` or `\\{NAME}`)"),
        (" \\{a}", "3+4 neither a name nor a repeat (write `\\{text*N}` or `\\{NAME}`)"),
        (" \\{a*}", "3+5 a repeat without a number (write how often: `\\{text*N}`)"),
        (" \\{a*-1}", "3+7 a repeat without a number (write how often: `\\{text*N}`)"),
        (" \\{*3}", "3+5 a repeat of nothing (remove it)"),
        (" \\{a*0}", "3+6 a repeat of nothing (remove it)"),
        (" \\{{*3}", "3+6 `{` within braces (write `\\x7b`)"),
        (" \\{\"*3}", "3+6 `\"` within braces (write `\\\"`)"),
        (" \\{a*4294967295}", "3+15 this text has more than 16777216 bytes (repeat it less often)"),
        (" \\{B}", "3+4 `\\{B}` stands for nothing (add `each B = …` above the steps)"),
    ];
    for (bytes, expected) in table {
        let found = errors(&format!("rule rfc1-1-a\n\n>{bytes}\n! close\n"));
        assert_eq!(found, [format!("5:{expected}")], "{bytes}");
    }
    let other = errors("rule rfc1-1-a\neach A = 00\n\n> \\{A}\\{B}\n! close\n");
    assert_eq!(other, ["6:7+4 `\\{B}` stands for nothing (the `each` line names `A`)"]);
    let broken = errors("rule rfc1-1-a\neach A = 0\n\n> \\{A}\\{B}\n! close\n");
    assert_eq!(broken.len(), 1, "{broken:?}");
}

#[test]
fn says_what_is_wrong_with_a_step() {
    let table = [
        ("< ", "3+0 an expectation is missing (write `< 400`, `< 4xx` or `< close`)"),
        (
            "< 40",
            "3+2 unknown expectation `40` (there are statuses `400`, classes `4xx` and `close`, \
             joined by ` | `)",
        ),
        (
            "< 600",
            "3+3 unknown expectation `600` (there are statuses `400`, classes `4xx` and `close`, \
             joined by ` | `)",
        ),
        ("< 400 401", "7+3 `401` after the expectation (nothing belongs here: remove it)"),
        (
            "< 200 to GET",
            "10+3 `to GET` (only `to HEAD` says anything: that the answer has no content)",
        ),
        ("< 400 |", "8+0 an expectation is missing (write `< 400`, `< 4xx` or `< close`)"),
        (
            "< pong \"x\"",
            "3+4 the frame `pong` before the handshake (perform it above: `ws /ws`, or `>`, \
             `< 101` and `frames`)",
        ),
        (
            "<? close",
            "4+5 an end of the connection cannot be optional (write `! open` or `! close`)",
        ),
        ("! clsoe", "3+5 unknown state `clsoe` of the connection (did you mean `close`?)"),
        ("! close now", "9+3 `now` after the state (nothing belongs here: remove it)"),
        ("@ 5s", "3+2 `5s` is no time that passes (write `@ +5s` or `@ +999ms`)"),
        ("@ +0s", "3+3 `+0s` is no time that passes (write `@ +5s` or `@ +999ms`)"),
        ("@ +5m", "3+3 `+5m` is no time that passes (write `@ +5s` or `@ +999ms`)"),
        ("shutt", "1+5 unknown step `shutt` (did you mean `shut`?)"),
        (
            "wibble",
            "1+6 unknown step `wibble` (steps begin with `>`, `<`, `!`, `@`, ws, frames, shut or \
             reset)",
        ),
        ("needs echo", "1+5 `needs` after the first step (move it above the steps)"),
        (
            "with Date",
            "1+4 `with` outside an expectation (indent it by two spaces, below a `<` line)",
        ),
        (
            "  with Date",
            "3+9 `with` outside an expectation (an indented line belongs to the `<` or `ws` line \
             above it)",
        ),
        ("frames", "1+6 this comes without a handshake (put it below `< 101`, or use `ws /path`)"),
        (
            "ws",
            "3+0 `ws` performs a correct handshake, of one path (as in `ws /ws`; spell any other \
             out with `>`, `< 101`, `frames`)",
        ),
        (
            "ws /a b",
            "4+4 `ws` performs a correct handshake, of one path (as in `ws /ws`; spell any other \
             out with `>`, `< 101`, `frames`)",
        ),
    ];
    for (line, expected) in table {
        let found = errors(&format!("rule rfc1-1-a\n\n> a\n{line}\n"));
        let found = found.iter().find(|error| !error.contains("expects nothing"));
        assert_eq!(found, Some(&format!("6:{expected}")), "{line}");
    }
}

#[test]
fn says_what_is_wrong_with_a_detail() {
    let table = [
        (
            "with Date present",
            "13+7 `present` after the name (write `with Name: value`, or `with Name` for any value)",
        ),
        ("with (a): b", "8+3 `(a)` is no field name (as in `with Connection: close`)"),
        (
            "with A: \\x20b",
            "11+5 white space around a field value is no part of it (remove it (RFC 9110 section \
             5.5))",
        ),
        ("without A: b", "12+3 `: b` after the name (nothing belongs here: remove it)"),
        ("boby \"a\"", "3+4 unknown detail `boby` (did you mean `body`?)"),
        (
            "body is \"a\"",
            "8+6 unknown expectation of the content (write `body \"text\"`, `body contains \
             \"text\"` or `body empty`)",
        ),
        ("body \"a", "8+2 the string does not end (add a `\"` after it)"),
        (
            "body \"a\"b\"",
            "11+2 the string ends within a word (put a space after the string, or write `\\\"` inside of it)",
        ),
        ("body contains", "16+0 a string is missing (write it in quotation marks: \"text\")"),
    ];
    for (line, expected) in table {
        let found = errors(&format!("rule rfc1-1-a\n\n< 400\n  {line}\n"));
        assert_eq!(found, [format!("6:{expected}")], "{line}");
    }
    let close = errors("rule rfc1-1-a\n\n< close\n  with Date\n");
    assert_eq!(
        close,
        ["6:3+9 this expectation has no status (only a status has fields and content: remove it)"]
    );
}

#[test]
fn says_what_is_wrong_with_a_frame() {
    let table = [
        ("> txt \"a\"", "3+3 unknown frame `txt` (did you mean `text`?)"),
        ("> opcode g", "10+1 `g` is no opcode (write one hexadecimal digit: `opcode 3`)"),
        ("> text !fn \"a\"", "8+3 unknown flag `!fn` (did you mean `!fin`?)"),
        (
            "> text !mask mask=00000000 \"a\"",
            "14+13 `mask=00000000` speaks twice of one thing (remove one)",
        ),
        (
            "> text length16 length64 \"a\"",
            "17+8 `length64` speaks twice of one thing (remove one)",
        ),
        (
            "> text mask=123 \"a\"",
            "8+8 `123` is no masking key (write eight hexadecimal digits: `mask=37fa213d`)",
        ),
        ("> text length= \"a\"", "8+7 `` is no length (write a number of bytes: `length=126`)"),
        (
            "> text length16 length=65536 \"a\"",
            "30+3 a length of more than 65535 in 16 bits (write it with `length64`)",
        ),
        ("> close 65536", "9+5 `65536` is no close code (it has 16 bits, as in `close 1002`)"),
        ("> ping 5 \"a\"", "8+5 a string is missing (write it in quotation marks: \"text\")"),
        ("> bytes !fin \"a\"", "9+8 a string is missing (write it in quotation marks: \"text\")"),
        (
            "< 400",
            "3+3 the status `400` after the handshake (frames come now: text, binary, ping, pong, close)",
        ),
        (
            "< continuation \"a\"",
            "3+12 a fragment is not expected by itself (expect the whole message: `text` or `binary`)",
        ),
        ("< pnog", "3+4 unknown frame `pnog` (did you mean `pong`?)"),
        ("< close soon", "9+4 `soon` is no close code (it has 16 bits, as in `close 1002`)"),
        (
            "ws /ws",
            "1+2 frames are already sent and expected (one case has one handshake: remove this line)",
        ),
    ];
    for (line, expected) in table {
        let found = errors(&format!("rule rfc1-1-a\n\nws /ws\n{line}\n"));
        assert_eq!(found, [format!("6:{expected}")], "{line}");
    }
    let fields = errors("rule rfc1-1-a\n\nws /ws\n  with Origin\n");
    assert_eq!(
        fields,
        ["6:3+11 below `ws` stands what its request has besides (write `  with Name: value`)"]
    );
}

#[test]
fn refuses_what_can_never_pass() {
    let gone = "only time can pass on a connection that is gone";
    let shut = "the client has ended its sending half: move it up";
    let ended = "nothing more can come: remove it";
    let table = [
        ("reset\n! close", format!("6:3+5 this comes after `reset` ({gone})")),
        ("shut\n> b", format!("6:3+1 this comes after `shut` ({shut})")),
        ("! close\n< 200", format!("6:3+3 this comes after the server's end ({ended})")),
        ("< close\n! open", format!("6:3+4 this comes after the server's end ({ended})")),
    ];
    for (lines, expected) in table {
        assert_eq!(errors(&format!("rule rfc1-1-a\n\n{lines}\n")), [expected], "{lines}");
    }
    for fine in ["< 400 | close\n! close", "! close\n> a", "< close\n! close", "reset\n@ +1s"] {
        assert!(errors(&format!("rule rfc1-1-a\n\n> a\n{fine}\n")).is_empty(), "{fine}");
    }
    let nothing = errors("rule rfc1-1-a\n\n> a\n");
    assert_eq!(nothing.len(), 1);
    assert!(nothing[0].starts_with("1:5+1 the case `a` expects nothing"), "{nothing:?}");
    let unused = errors("rule rfc1-1-a\neach A = 00\n\n! close\n");
    assert_eq!(
        unused,
        ["4:6+1 no step uses `\\{A}` (every row would be the same: use it, or remove `each`)"]
    );
}

#[test]
fn one_error_hides_no_other_case() {
    let source = "### a\nProse.\nrule rfc1-1-a\n\n< 40\n  with A: b\n\n### B\nLost.\n\n### c\nProse.\n\
                  rule rfc1-1-a\n\n> \\q\n! clos\n";
    let lines: Vec<String> =
        errors_of(source).iter().map(|error| error.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["5:3+2", "8:5+1", "15:3+2", "16:3+4"]);
}

proptest! {
    #[test]
    fn a_damaged_file_is_read_or_refused(
        at in 0..EVERYTHING.len(),
        length in 0..40_usize,
        new in "[ -~\n\t\ré\u{200b}]{0,6}",
    ) {
        let from = EVERYTHING.floor_char_boundary(at);
        let to = EVERYTHING.floor_char_boundary((at + length).min(EVERYTHING.len())).max(from);
        let damaged = format!("{}{new}{}", &EVERYTHING[..from], &EVERYTHING[to..]);
        match format("f", "f.case", &damaged) {
            Ok(text) => prop_assert_eq!(format("f", "f.case", &text).unwrap(), text),
            Err(errors) => {
                for error in errors {
                    let (span, line) = error.excerpt.as_ref().unwrap();
                    let width = line.chars().count() as u32;
                    prop_assert!(span.column + span.width <= width.max(span.column) + 1, "{}", error);
                    prop_assert!(!error.hint.is_empty() && !error.message.is_empty());
                }
            }
        }
    }
}
