use std::time::Duration;

use samewire::Limits;

use super::{Trial, differ};
use crate::case::parse::parse;
use crate::case::{Need, Row};
use crate::cuts::Cuts;
use crate::diagnostic::Span;
use crate::known::KnownFailure;
use crate::replay::tests::{OK, Script};
use crate::result::{CaseResult, Status};
use crate::subject::{Channel, Delivery, OpenOptions, Subject, Time, Unreachable};
use crate::transcript::{Ending, Transcript};

/// A server that answers by how its bytes are cut. It has no WebSocket, and no method but GET.
struct Fake<F>(F);

/// A server that is gone when a connection to it has ended.
struct Dying;

impl Subject for Dying {
    fn name(&self) -> &str {
        "dying"
    }

    fn time(&self) -> Time {
        Time::Virtual
    }

    fn lacks(&mut self, _: Need) -> Result<Option<String>, Unreachable> {
        Ok(None)
    }

    fn fits(&mut self, limits: &Limits, _: usize) -> Result<Option<String>, Unreachable> {
        Ok((limits.head_bytes_max > 2000).then(|| "no room".to_owned()))
    }

    fn open(&mut self, _: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        Ok(Box::new(Script::new(&[OK])))
    }

    fn lost(&mut self) -> Option<Unreachable> {
        Some(Unreachable("gone".into()))
    }
}

/// Tries a case that asks for these limits on a server that dies.
fn run_dying(limits: &str) -> Result<Status, Unreachable> {
    let source = format!("### a\nBecause.\nrule rfc0-1-a\n{limits}\n{GET}\n");
    let file = parse("f", "f.case", &source).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let case = file.cases.first().unwrap();
    let (subject, reference, cuts) = (Box::new(Dying), None, Cuts::Whole);
    let (slow, foreign, keeps) = (false, false, false);
    let mut trial = Trial { subject, reference, cuts, slow, known: &[], foreign, keeps };
    trial.run(case, &case.rows()).map(|result| result.status)
}

#[test]
fn a_server_that_is_lost_has_no_verdict() {
    assert_eq!(run_dying(""), Err(Unreachable("gone".into())));
}

/// A server that is lost in its first connections, and can be brought back.
struct Fainting {
    losses: usize,
    is_lost: bool,
}

impl Subject for Fainting {
    fn name(&self) -> &str {
        "fainting"
    }

    fn time(&self) -> Time {
        Time::Virtual
    }

    fn lacks(&mut self, _: Need) -> Result<Option<String>, Unreachable> {
        Ok(None)
    }

    fn open(&mut self, _: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        self.is_lost = self.losses > 0;
        self.losses = self.losses.saturating_sub(1);
        Ok(Box::new(Script::new(&[OK])))
    }

    fn lost(&mut self) -> Option<Unreachable> {
        self.is_lost.then(|| Unreachable("gone".into()))
    }

    fn bring_back(&mut self) -> Option<String> {
        Some("a reset helped".into())
    }
}

#[test]
fn a_server_that_is_brought_back_is_asked_once_more() {
    let run = |losses| {
        let file = parse("f", "f.case", &format!("### a\nBecause.\nrule rfc0-1-a\n\n{GET}\n"));
        let file = file.unwrap_or_else(|errors| panic!("{}", errors[0]));
        let case = file.cases.first().unwrap();
        let subject = Box::new(Fainting { losses, is_lost: false });
        let (reference, cuts, slow, foreign, keeps) = (None, Cuts::Whole, false, false, false);
        let mut trial = Trial { subject, reference, cuts, slow, known: &[], foreign, keeps };
        trial.run(case, &case.rows())
    };
    let result = run(1).unwrap();
    assert_eq!((&result.status, result.replays), (&Status::Passed, 2));
    assert_eq!(result.recoveries, ["gone\na reset helped"]);
    let Unreachable(why) = run(2).unwrap_err();
    assert_eq!(why, "lost again in f/a: gone");
}

#[test]
fn limits_that_do_not_fit_skip_a_case() {
    let skipped = Ok(Status::Skipped("no room".into()));
    assert_eq!(run_dying("limits head_bytes_max=3000\n"), skipped);
    assert_eq!(run_dying("limits head_bytes_max=300\n"), Err(Unreachable("gone".into())));
}

impl<F: Fn(Delivery) -> Script> Subject for Fake<F> {
    fn name(&self) -> &str {
        "fake"
    }

    fn time(&self) -> Time {
        Time::Virtual
    }

    fn lacks(&mut self, need: Need) -> Result<Option<String>, Unreachable> {
        Ok((need == Need::Ws).then(|| "there is none".to_owned()))
    }

    fn implements(&mut self, method: &str) -> Result<bool, Unreachable> {
        Ok(method == "GET")
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        Ok(Box::new(self.0(options.delivery)))
    }
}

const GET: &str = "> GET / HTTP/1.1\\r\\n\\r\\n\n< 200";

/// Tries a case of these steps at every cut; `change` sets what the trial has otherwise.
fn run<'a>(
    steps: &str,
    server: impl Fn(Delivery) -> Script + 'static,
    change: impl FnOnce(&mut Trial<'a>),
) -> CaseResult {
    let source = format!("### a\nBecause.\nrule rfc0-1-a\n\n{steps}\n");
    let file = parse("f", "f.case", &source).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let case = file.cases.first().unwrap();
    let subject = Box::new(Fake(server));
    let (reference, cuts, slow, foreign, keeps) = (None, Cuts::Every, false, false, false);
    let mut trial = Trial { subject, reference, cuts, slow, known: &[], foreign, keeps };
    change(&mut trial);
    trial.run(case, &case.rows()).unwrap()
}

/// A server that answers so for as many connections as it stands still in, and then well.
struct Still {
    answers: &'static [&'static [u8]],
    connections: usize,
    time: Duration,
}

impl Subject for Still {
    fn name(&self) -> &str {
        "still"
    }

    fn time(&self) -> Time {
        Time::Virtual
    }

    fn lacks(&mut self, _: Need) -> Result<Option<String>, Unreachable> {
        Ok(None)
    }

    fn open(&mut self, _: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        let answers = if self.connections == 0 { &[OK] } else { self.answers };
        Ok(Box::new(Script::new(answers)))
    }

    fn stood_still(&mut self) -> Duration {
        let time = if self.connections == 0 { Duration::ZERO } else { self.time };
        self.connections = self.connections.saturating_sub(1);
        time
    }
}

fn run_still(subject: Still) -> Result<CaseResult, Unreachable> {
    let file = parse("f", "f.case", &format!("### a\nBecause.\nrule rfc0-1-a\n\n{GET}\n"));
    let file = file.unwrap_or_else(|errors| panic!("{}", errors[0]));
    let case = file.cases.first().unwrap();
    let reference: Option<Box<dyn Subject>> = Some(Box::new(Fake(|_| Script::new(&[OK]))));
    let (subject, cuts, slow, foreign, keeps) =
        (Box::new(subject), Cuts::Whole, false, false, false);
    let mut trial = Trial { subject, reference, cuts, slow, known: &[], foreign, keeps };
    trial.run(case, &case.rows())
}

#[test]
fn what_fails_or_differs_while_the_server_stands_still_is_done_again() {
    for answers in [&[MISSING][..], &[LONGER], &[]] {
        let time = Duration::from_secs(2);
        let result = run_still(Still { answers, connections: 3, time }).unwrap();
        assert_eq!((&result.status, &result.difference), (&Status::Passed, &None));
        assert_eq!((result.replays, result.repeats), (4, 3));
    }
}

#[test]
fn what_fails_while_the_server_moves_has_failed() {
    let time = Duration::from_millis(1999);
    let result = run_still(Still { answers: &[MISSING], connections: 1, time }).unwrap();
    assert_eq!(what(&result), (Delivery::Whole, "got 404"));
    assert_eq!((result.replays, result.repeats), (1, 0));
}

#[test]
fn a_server_that_never_moves_again_has_no_verdict() {
    let time = Duration::from_secs(2);
    let Unreachable(why) = run_still(Still { answers: &[], connections: 6, time }).unwrap_err();
    let expected = "still stood still for seconds in each of 6 replays of f/a: ";
    assert!(why.starts_with(expected), "{why}");
}

const MISSING: &[u8] = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n";
const LONGER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi!";

fn what(result: &CaseResult) -> (Delivery, &str) {
    let Status::Failed(fault) = &result.status else { panic!("{result:?}") };
    (fault.delivery, &fault.failure.what)
}

#[test]
fn a_case_passes_if_every_cut_does() {
    let result = run(GET, |_| Script::new(&[OK]), |_| {});
    assert_eq!((&result.status, &result.difference), (&Status::Passed, &None));
    // Whole, byte by byte, and between any two of its 18 bytes.
    assert_eq!(result.replays, 2 + 17);
}

#[test]
fn a_failure_at_one_cut_is_found() {
    let server = |delivery| match delivery {
        Delivery::Cut(5) => Script::new(&[MISSING]),
        _ => Script::new(&[OK]),
    };
    let result = run(GET, server, |_| {});
    assert_eq!(what(&result), (Delivery::Cut(5), "got 404"));
    assert_eq!(result.difference.unwrap().against, "whole");
}

#[test]
fn other_bytes_than_the_reference_are_found_though_they_are_permitted() {
    let result = run(
        GET,
        |_| Script::new(&[LONGER]),
        |trial| trial.reference = Some(Box::new(Fake(|_| Script::new(&[OK])))),
    );
    assert_eq!(result.status, Status::Passed);
    let difference = result.difference.unwrap();
    assert_eq!((difference.against, difference.at), ("core", 33));
}

#[test]
fn what_went_over_the_wire_is_kept_if_that_is_asked() {
    let server = |delivery| match delivery {
        Delivery::Cut(5) => Script::new(&[MISSING]),
        _ => Script::new(&[OK]),
    };
    assert_eq!(run(GET, server, |_| {}).evidence, []);
    let evidence = run(GET, server, |trial| trial.keeps = true).evidence;
    let [whole, cut] = &evidence[..] else { panic!("{evidence:?}") };
    assert_eq!((whole.row.as_str(), whole.delivery), ("f/a", Delivery::Whole));
    assert_eq!((whole.transcript.received(), &whole.expected), (OK, &None));
    assert_eq!((cut.delivery, cut.transcript.received()), (Delivery::Cut(5), MISSING));
    assert_eq!(cut.expected.as_ref(), Some(&whole.transcript));

    let server = |_| Script::new(&[LONGER]);
    let evidence = run(GET, server, |trial| {
        trial.keeps = true;
        trial.reference = Some(Box::new(Fake(|_| Script::new(&[OK]))));
    });
    let [whole] = &evidence.evidence[..] else { panic!("{evidence:?}") };
    assert_eq!(whole.expected.as_ref().map(Transcript::received), Some(OK));
}

#[test]
fn an_answer_that_breaks_an_invariant_fails() {
    let bare: &[u8] = b"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n";
    let result = run(GET, move |_| Script::new(&[bare]), |_| {});
    let Status::Failed(fault) = &result.status else { panic!("{result:?}") };
    assert_eq!(fault.failure.rule, Some("rfc9110-2.2-emit-only-grammar"));
}

#[test]
fn a_server_that_reads_too_seldom_was_not_fed_byte_by_byte() {
    let with = |reads| run(GET, move |_| Script::new(&[OK]).reads(reads), |_| {});
    assert_eq!(with(18).status, Status::Passed);
    assert_eq!(what(&with(17)), (Delivery::Bytes, "18 bytes in 17 reads"));
}

#[test]
fn a_panic_is_a_failure_and_not_the_end() {
    let result = run(GET, |_| Script::new(&[b"panic"]), |_| {});
    assert_eq!(what(&result), (Delivery::Whole, "the server panicked: as the script says"));
}

#[test]
fn a_known_failure_holds_until_it_passes() {
    let known = |target: &str| {
        let (target, case) = (target.to_owned(), "f/a".to_owned());
        let (reason, date) = ("because".to_owned(), "2031-05-17".to_owned());
        [KnownFailure { target, case, reason, date, span: Span::default() }]
    };
    let (ours, other) = (known("fake"), known("host"));
    let status = |answer: &'static [u8], known: &[KnownFailure]| {
        let known = known.to_vec().leak();
        run(GET, move |_| Script::new(&[answer]), |trial| trial.known = known).status
    };
    assert_eq!(status(MISSING, &ours), Status::Known("because".into()));
    assert!(matches!(status(MISSING, &other), Status::Failed(_)));
    assert_eq!(status(OK, &ours), Status::UnexpectedPass("because".into()));
    assert_eq!(status(OK, &other), Status::Passed);
}

#[test]
fn a_foreign_server_is_excused_for_what_it_may() {
    const NOT_IMPLEMENTED: &[u8] = b"HTTP/1.1 501 No\r\nContent-Length: 0\r\n\r\n";
    const CLOSING: &[u8] = b"HTTP/1.0 200 OK\r\n\r\n$";
    let two = "> GET / HTTP/1.1\\r\\n\\r\\n\n< 200\n> b\n< 200";
    let put = GET.replace("GET", "PUT");
    /// Steps, what the server says, and its excuse.
    type Row<'a> = (&'a str, &'static [&'static [u8]], Option<&'a str>);
    let table: [Row<'_>; 4] = [
        (&put, &[NOT_IMPLEMENTED], Some("it has no method PUT")),
        (GET, &[NOT_IMPLEMENTED], None),
        (two, &[CLOSING], Some("it closes after an answer, as it said")),
        (two, &[OK, b"$"], None),
    ];
    for (steps, lines, excuse) in table {
        let status = run(steps, move |_| Script::new(lines), |trial| trial.foreign = true).status;
        match (excuse, &status) {
            (Some(excuse), Status::Skipped(reason)) => assert_eq!(excuse, reason),
            (None, Status::Failed(_)) => {}
            _ => panic!("{steps}: {status:?}"),
        }
    }
}

#[test]
fn what_cannot_be_replayed_here_is_skipped() {
    let result = run("ws /ws\n! open", |_| Script::new(&[]), |_| {});
    assert_eq!(result.status, Status::Skipped("needs ws: there is none".into()));
    assert_eq!(result.replays, 0);
}

#[test]
fn the_first_byte_that_differs_is_found() {
    let transcript = |bytes: &[u8], ending| {
        let mut transcript = Transcript::default();
        transcript.receive(bytes);
        transcript.end(ending);
        transcript
    };
    let row = Row { id: "a".into(), item: None };
    let expected = transcript(b"abc", Ending::Closed);
    for (bytes, ending, at) in [
        (&b"abc"[..], Ending::Closed, None),
        (b"abd", Ending::Closed, Some(2)),
        (b"ab", Ending::Closed, Some(2)),
        (b"abcd", Ending::Closed, Some(3)),
        (b"abc", Ending::Reset, Some(3)),
    ] {
        let got = transcript(bytes, ending);
        let difference = differ(&row, Delivery::Whole, "core", &expected, &got);
        assert_eq!(difference.map(|difference| difference.at), at, "{bytes:?}");
    }
}
