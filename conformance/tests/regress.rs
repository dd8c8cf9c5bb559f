//! What the simulator has found, written down: a planted fault of an app becomes a fixture that
//! fails on that app and passes on one without it. And what was written down is played again.

use std::fs;
use std::path::Path;

use samewire::{Body, Bytes, Limits, Rendered, Respond, Result, WebSocket, app};
use samewire_chaos::shrink::shrink;
use samewire_chaos::{Schedule, judge, run};
use samewire_conformance::case::parse::parse;
use samewire_conformance::cuts::Cuts;
use samewire_conformance::regress::{Fixture, Found, fixture};
use samewire_conformance::result::Status;
use samewire_conformance::subject::core::Core;
use samewire_conformance::swarm;
use samewire_conformance::trial::Trial;

/// An echo that is wrong where it is told to be.
struct Echo {
    is_wrong: bool,
}

app! { for Echo;
    post "/" => content(bytes);
    put "/" => drop(body);
    ws "/ws" => messages(ws);
}

/// Contents of thirteen bytes and more lose their last one.
async fn content<'x>(app: &Echo, content: Bytes<'x>) -> impl Respond + use<'x> {
    let is_wrong = app.is_wrong;
    Rendered::new(b"text/plain", move |to| {
        let lost = usize::from(is_wrong && content.len() >= 13);
        to.put(content.get(..content.len() - lost).unwrap_or_default());
    })
}

/// Contents are not waited for.
async fn drop(app: &Echo, mut body: Body<'_>) -> Result<samewire::Status> {
    if app.is_wrong {
        return Ok(samewire::Status::FORBIDDEN);
    }
    while body.chunk().await?.is_some() {}
    Ok(samewire::Status::OK)
}

/// Messages of five bytes and more are told twice.
async fn messages(app: &Echo, websocket: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = websocket.split();
    while let Some(message) = inbox.receive().await {
        if let Some(text) = message.text().filter(|text| app.is_wrong && text.len() >= 5) {
            outbox.send(text).await?;
        }
        outbox.send(message).await?;
    }
    Ok(())
}

/// Runs a schedule on the wrong app, makes it small, and writes it down.
fn written(text: &str, oracle: &str) -> (Schedule, Fixture) {
    let schedule: Schedule = text.parse().expect("a schedule");
    let play = |schedule: &Schedule| run(schedule, Limits::SMALL, |_| Echo { is_wrong: true });
    let failure = |schedule: &Schedule| {
        let found = judge(schedule, Limits::SMALL, &play(schedule), &["hooks"]).err();
        found.filter(|failure| failure.oracle == oracle)
    };
    assert!(
        failure(&schedule).is_some(),
        "{:?}",
        judge(&schedule, Limits::SMALL, &play(&schedule), &["hooks"])
    );
    let small = shrink(&schedule, 5_000, |smaller| failure(smaller).is_some(), |_| {}).schedule;
    let (trace, failure) = (play(&small), failure(&small).expect("it fails"));
    let name = format!("{oracle}-42");
    let command = "samewire sim --seed 42";
    let found = Found { name: &name, command, schedule: &small, trace: &trace, failure: &failure };
    let fixture = fixture(&found, || Echo { is_wrong: true });
    (small, fixture)
}

/// What a case says of the echo.
fn replayed(text: &str, is_wrong: bool) -> Status {
    let mut file = parse("regress/x", "x", text).expect("the case is in order");
    let case = file.cases.remove(0);
    let subject = Box::new(Core::new("core", move || Echo { is_wrong }));
    let (reference, slow, foreign, keeps) = (None, false, false, false);
    let mut trial =
        Trial { subject, reference, cuts: Cuts::Every, slow, known: &[], foreign, keeps };
    trial.run(&case, &case.rows()).expect("it is in memory").status
}

const NOISE: &str = "\
places 4 evict
client 1 at 5
1 ask POST / with 9 tag 3 -> 200 echo
1 fault delay 30
client 5 at 70
5 pause 2000
at 9000 set 77
";

#[test]
fn a_wrong_answer_becomes_a_case_that_is_red_before_the_fix_and_green_after() {
    let text = format!(
        "{NOISE}client 3 at 700\n3 ask POST / with 400 tag 9 in 60 close -> 200 echo\n\
         3 fault segments 7 every 2\n"
    );
    let (small, fixture) = written(&text, "bytes");
    assert_eq!(small.to_string(), "client 0 at 0\n0 ask POST / with 13 tag 9 -> 200 echo\n");
    assert_eq!((&*fixture.file, fixture.why_no_case), ("bytes-42.case", None));
    let expected = "### found\nFound by `samewire sim --seed 42`: bytes: connection 0, at 0 ms: of line \
        2, 13 bytes were sent, and 12 came back that are not the same.\nrule \
        rfc9112-6.3-self-delimited-answers\n\n> POST / HTTP/1.1\\r\\n\n> Host: a\\r\\n\n> \
        Content-Length: 13\\r\\n\n> \\r\\n\n> ZbSimO\\\\oCKZYx\nshut\n< 200\n  body \
        \"ZbSimO\\\\oCKZYx\"\n";
    assert_eq!(fixture.text, expected);
    assert!(matches!(replayed(&fixture.text, true), Status::Failed(_)));
    assert_eq!(replayed(&fixture.text, false), Status::Passed);
}

#[test]
fn frames_and_time_are_told_as_well() {
    let text = format!(
        "{NOISE}client 3 at 700\n3 open /ws\n3 ping 3\n3 pause 1500\n3 text 90 tag 9 in 20\n3 end 1000\n"
    );
    let (_, fixture) = written(&text, "frames");
    assert_eq!((&*fixture.file, &fixture.why_no_case), ("frames-42.case", &None));
    assert!(fixture.text.contains("ws /ws\n> text \""), "{}", fixture.text);
    assert!(matches!(replayed(&fixture.text, true), Status::Failed(_)));
    assert_eq!(replayed(&fixture.text, false), Status::Passed);
}

#[test]
fn an_answer_that_came_too_early_is_judged_by_the_whole_request() {
    // The server is gone before the half of it has arrived, and the case sends it all the same.
    let text = "client 0 at 0\n0 ask PUT / with 3000 tag 9 -> 200\n0 fault segments 1 every 50\n";
    let schedule: Schedule = text.parse().expect("a schedule");
    let trace = run(&schedule, Limits::SMALL, |_| Echo { is_wrong: true });
    let failure = judge(&schedule, Limits::SMALL, &trace, &["hooks"]).expect_err("it is wrong");
    assert_eq!(failure.oracle, "answers");
    let (name, command) = ("answers-7", "samewire sim --seed 7");
    let found = Found { name, command, schedule: &schedule, trace: &trace, failure: &failure };
    let Fixture { text, why_no_case, .. } = fixture(&found, || Echo { is_wrong: true });
    assert_eq!(why_no_case, None);
    assert!(text.ends_with("\n< 200\n") && !text.contains("@ +"), "time says nothing here: {text}");
    assert!(matches!(replayed(&text, true), Status::Failed(_)));
}

#[test]
fn what_takes_several_clients_stays_a_schedule_and_says_why() {
    let text = "client 0 at 0\n0 ask POST / with 13 tag 9 -> 200 echo\nclient 1 at 1\n1 pause 5\n";
    let schedule: Schedule = text.parse().expect("a schedule");
    let trace = run(&schedule, Limits::SMALL, |_| Echo { is_wrong: true });
    let failure = judge(&schedule, Limits::SMALL, &trace, &["hooks"]).expect_err("it is wrong");
    let (name, command) = ("bytes-7", "samewire sim --seed 7");
    let found = Found { name, command, schedule: &schedule, trace: &trace, failure: &failure };
    let Fixture { file, text, why_no_case } = fixture(&found, || Echo { is_wrong: true });
    assert_eq!(
        (&*file, why_no_case.as_deref()),
        ("bytes-7.schedule", Some("2 connections take part"))
    );
    assert!(text.starts_with("# Found by `samewire sim --seed 7`: bytes: connection 0"), "{text}");
    assert_eq!(text.parse(), Ok(schedule));
}

#[test]
fn a_case_that_does_not_fail_is_none() {
    // What is wrong is found by another app than the one that the case is tried with.
    let text = "client 0 at 0\n0 ask POST / with 13 tag 9 -> 200 echo\n";
    let schedule: Schedule = text.parse().expect("a schedule");
    let trace = run(&schedule, Limits::SMALL, |_| Echo { is_wrong: true });
    let failure = judge(&schedule, Limits::SMALL, &trace, &["hooks"]).expect_err("it is wrong");
    let (name, command) = ("bytes-7", "samewire sim --seed 7");
    let found = Found { name, command, schedule: &schedule, trace: &trace, failure: &failure };
    let Fixture { file, why_no_case, .. } = fixture(&found, || Echo { is_wrong: false });
    assert_eq!(file, "bytes-7.schedule");
    assert!(why_no_case.is_some_and(|why| why.ends_with("it passes")));
}

#[test]
fn what_was_found_once_passes_for_ever() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/regress");
    let mut played = 0;
    for entry in fs::read_dir(folder).expect("the fixtures are there") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|kind| kind != "schedule") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a schedule is text");
        let schedule: Schedule =
            text.parse().unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let trace = swarm::play(&schedule);
        let judged = swarm::judged(&schedule, &trace, &[]);
        let judged = judged.and_then(|()| swarm::repeats(&schedule, &trace));
        assert_eq!(judged, Ok(()), "{}", path.display());
        played += 1;
    }
    assert!(played > 0, "no schedule was found");
}
