//! A handler that declares a length and does not keep it: whatever it writes, the client never
//! takes a byte of the next answer for content of this one, nor a byte of this one for the next.

use samewire::{Response, Result, Status, app};
use samewire_conformance::case::Case;
use samewire_conformance::case::parse::parse;
use samewire_conformance::cuts::Cuts;
use samewire_conformance::patience::Patience;
use samewire_conformance::replay::replay;
use samewire_conformance::subject::core::Core;
use samewire_conformance::subject::host::Host;
use samewire_conformance::subject::{Delivery, OpenOptions, Subject};

#[derive(Clone)]
struct Liar;

app! { for Liar;
    get "/few"  => few(response);
    get "/none" => none(response);
    get "/many" => many(response);
    get "/"     => index;
}

async fn few(_: &Liar, response: Response<'_>) -> Result {
    let mut content = response.sized(Status::OK, "text/plain", 10).await;
    content.write(b"01234").await?;
    content.finish().await;
    Ok(())
}

/// It does not even end what it has begun.
async fn none(_: &Liar, response: Response<'_>) -> Result {
    response.sized(Status::OK, "text/plain", 10).await;
    Ok(())
}

async fn many(_: &Liar, response: Response<'_>) -> Result {
    let mut content = response.sized(Status::OK, "text/plain", 10).await;
    content.write(b"01234567").await?;
    content.write(b"89HTTP/1.1 200 OK\r\n\r\n").await?;
    content.write(b"more").await?;
    content.finish().await;
    Ok(())
}

async fn index(_: &Liar) -> &'static str {
    "next"
}

const CASES: &str = r#"### too-few-bytes
What is missing is not made up by the next answer: the connection ends in the middle of this one.
rule rfc9110-8.6-no-wrong-cl

> GET /few HTTP/1.1\r\n
> Host: example\r\n\r\n
> GET / HTTP/1.1\r\n
> Host: example\r\n\r\n
< cut
! close

### no-bytes-at-all
The same, of a handler that begins an answer and forgets it.
rule rfc9110-8.6-no-wrong-cl

> GET /none HTTP/1.1\r\n
> Host: example\r\n\r\n
> GET / HTTP/1.1\r\n
> Host: example\r\n\r\n
< cut
! close

### too-many-bytes
What is too much is dropped, though it looks like an answer: the next one begins where it must.
rule rfc9110-8.6-no-wrong-cl

> GET /many HTTP/1.1\r\n
> Host: example\r\n\r\n
> GET / HTTP/1.1\r\n
> Host: example\r\n\r\n
< 200
  body "0123456789"
< 200
  body "next"
! open
"#;

/// What the server sends in this case, which it passes; the fields are not of interest here.
fn content(subject: &mut dyn Subject, case: &Case, delivery: Delivery) -> Vec<String> {
    let options = OpenOptions { delivery, ..OpenOptions::default() };
    let channel = subject.open(&options).expect("it is there");
    let patience = Patience::new(subject.time());
    let row = case.rows().remove(0);
    let outcome = replay(case, &row, channel, patience);
    let transcript = outcome.transcript;
    assert_eq!(outcome.failure, None, "{}, {delivery}\n{transcript}", case.id);
    let received = String::from_utf8(transcript.received().to_vec()).expect("it is text");
    received.split("HTTP/1.1 200 OK\r\n").skip(1).map(after_head).collect()
}

fn after_head(answer: &str) -> String {
    answer.split_once("\r\n\r\n").expect("a whole head").1.to_owned()
}

#[track_caller]
fn keeps_answers_apart(subject: &mut dyn Subject, cuts: Cuts) {
    let file = parse("lengths", "lengths", CASES).unwrap_or_else(|errors| panic!("{}", errors[0]));
    for (case, expected) in file.cases.iter().zip([&["01234"][..], &[""], &["0123456789", "next"]])
    {
        let whole = content(subject, case, Delivery::Whole);
        assert_eq!(whole, expected, "{}", case.id);
        for delivery in cuts.deliveries(90) {
            assert_eq!(content(subject, case, delivery), expected, "{}, {delivery}", case.id);
        }
    }
}

#[test]
fn a_length_that_is_not_kept_never_joins_two_answers_on_core() {
    keeps_answers_apart(&mut Core::new("core", || Liar), Cuts::Every);
}

#[test]
fn a_length_that_is_not_kept_never_joins_two_answers_on_host() {
    keeps_answers_apart(&mut Host::new("host", || Liar), Cuts::Bytes);
}
