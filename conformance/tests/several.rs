//! Cases with several connections, and with answers that go on, on an app that tells one client what
//! another one says.

use samewire::{Response, Result, Status, Topic, WebSocket, app, app::Bytes};
use samewire_conformance::case::Case;
use samewire_conformance::case::parse::parse;
use samewire_conformance::cuts::Cuts;
use samewire_conformance::result::{CaseResult, Status as Verdict};
use samewire_conformance::subject::Subject;
use samewire_conformance::subject::core::Core;
use samewire_conformance::subject::host::Host;
use samewire_conformance::trial::Trial;

/// The last letter that somebody sent.
#[derive(Default)]
struct Board {
    news: Topic<u8, 4>,
}

app! { for Board;
    put "/"     => tell(bytes);
    get "/news" => listen(response);
    ws  "/echo" => echo(ws);
}

async fn tell(app: &Board, content: Bytes<'_>) -> Status {
    content.first().into_iter().for_each(|&letter| app.news.publish(letter));
    Status::NO_CONTENT
}

async fn listen(app: &Board, response: Response<'_>) -> Result {
    let mut news = app.news.subscribe();
    let mut content = response.chunked(Status::OK, "text/plain").await;
    content.write(b"hello\n").await?;
    while let Ok(letter) = news.next().await {
        content.write(&[letter, b'\n']).await?;
        if letter == b'z' {
            break;
        }
    }
    content.finish().await;
    Ok(())
}

async fn echo(_: &Board, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    while let Some(message) = inbox.receive().await {
        outbox.send(message).await?;
    }
    Ok(())
}

/// Two who listen, one of them by frames too, and one who tells.
const STEPS: &str = r#"
as alice
> GET /news HTTP/1.1\r\n
> Host: example\r\n\r\n
< 200 begins
  with Transfer-Encoding: chunked
< more "hello\n"
! open
as bob
> PUT / HTTP/1.1\r\n
> Host: example\r\n
> Content-Length: 1\r\n\r\n
> a
< 204
as carol
ws /echo
> text "hi"
as alice
< more "a"
< more "\n"
as bob
> PUT / HTTP/1.1\r\n
> Host: example\r\n
> Content-Length: 1\r\n\r\n
> z
< 204
as carol
< text "hi"
as alice
< more "z\n"
< end
> GET /nowhere HTTP/1.1\r\n
> Host: example\r\n\r\n
< 404
! open
"#;

fn case(steps: &str) -> Case {
    let source = format!("### a\nBecause.\nrule rfc9110-9.1-get-head\nneeds shared\n{steps}");
    let file =
        parse("app/news", "news.case", &source).unwrap_or_else(|errors| panic!("{}", errors[0]));
    assert_eq!(file.to_string(), source);
    file.cases.into_iter().next().expect("one case")
}

fn run(steps: &str, subject: Box<dyn Subject>, cuts: Cuts) -> CaseResult {
    let case = case(steps);
    let reference: Option<Box<dyn Subject>> = Some(Box::new(Core::new("core", Board::default)));
    let (slow, foreign, keeps) = (false, false, true);
    let mut trial = Trial { subject, reference, cuts, slow, known: &[], foreign, keeps };
    trial.run(&case, &case.rows()).expect("the server is there")
}

#[test]
fn what_one_says_the_others_hear_wherever_the_app_runs() {
    let core = Box::new(Core::new("core", Board::default));
    let host = Box::new(Host::new("host", Board::default));
    for (subject, cuts) in [(core as Box<dyn Subject>, Cuts::Every), (host, Cuts::Bytes)] {
        let result = run(STEPS, subject, cuts);
        assert_eq!((&result.status, &result.difference), (&Verdict::Passed, &None));
        let whole = &result.evidence[0].transcript;
        let names: Vec<&str> = whole.all().map(|one| one.name()).collect();
        assert_eq!(names, ["alice", "bob", "carol"]);
        let text = whole.to_string();
        assert!(text.contains("\nas bob\n> PUT / HTTP/1.1\\r\\n\n"), "{text}");
    }
}

#[test]
fn the_connection_and_the_step_that_fail_are_found() {
    let table = [
        ("< more \"a\"", "< more \"b\"", "got \"a\\n\""),
        ("< more \"z\\n\"\n< end", "< more \"z\\nz\"", "the answer ended"),
        ("< more \"z\\n\"\n< end", "< more \"z\"\n< end", "got \"\\n\""),
        ("< more \"z\\n\"\n< end\n", "! open", "got more content, and nothing more was due"),
        ("! open\nas bob", "< end\nas bob", "the answer goes on"),
        ("! open\nas bob", "< more \"x\"\nas bob", "nothing came"),
        ("< text \"hi\"\nas alice\n", "as alice\n", "got text \"hi\", and nothing more was due"),
    ];
    for (part, changed, expected) in table {
        let (before, after) = STEPS.split_once(part).expect("it is there");
        // What follows could not come while the answer goes on, or behind its end.
        let after = match changed {
            "< end\nas bob" => "\n! open\n",
            _ if part.contains("< end") => "\n",
            _ => after,
        };
        let steps = format!("{before}{changed}{after}");
        let result = run(&steps, Box::new(Core::new("core", Board::default)), Cuts::Whole);
        let Verdict::Failed(fault) = &result.status else { panic!("{changed}: {result:?}") };
        assert!(fault.failure.what.contains(expected), "{changed}: {}", fault.failure.what);
    }
}
