//! The language as it is read: what each line means, and what each error says.

mod bytes;
mod directive;
mod file;
mod frame;
mod step;

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
< 200 | 4xx | close | cut to HEAD
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
stall
stall 7
resume
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
    assert_eq!(
        steps.all_needs(),
        [Need::Echo, Need::ChunkedOut, Need::Limits, Need::Window, Need::Clock]
    );
    assert_eq!(frames.all_needs(), [Need::Ws]);
    assert_eq!(steps.rows().len(), 35);
    assert_eq!(steps.limits(samewire::Limits::SMALL).head_bytes_max, 256);

    let StepKind::Send(lines) = &steps.steps[0].kind else { panic!("{:?}", steps.steps[0]) };
    let sent: Vec<u8> = lines.iter().flat_map(|line| line.bytes(Some(b"!"))).collect();
    assert_eq!(sent, b"POST /! HTTP/1.1\r\nHost: x \"quoted\" {\r\n\r\na}a} ");
    let span = steps.steps[2].span;
    assert_eq!((span.line, span.column, span.width), (17, 3, 31));
    let pass = steps.steps.iter().find_map(|step| match step.kind {
        StepKind::Pass(time) => Some(time),
        _ => None,
    });
    assert_eq!(pass, Some(Duration::from_secs(5)));
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
