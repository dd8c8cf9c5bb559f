use std::cell::Cell;

use libtest_mimic::{Arguments, run};
use samewire::{Json, Response, Result, Status, app};

use super::{Harness, One, harness};

/// Answers on the second connection otherwise than on the first, and how its requests were cut.
#[derive(Default)]
struct Broken {
    count: Cell<u32>,
}

app! { for Broken;
    get  "/"      => index(response);
    get  "/count" => count;
    post "/"      => pieces(body);
}

async fn index(_: &Broken, response: Response<'_>) -> Result {
    // It promises more than it sends.
    let mut content = response.sized(Status::OK, "text/plain", 10).await;
    content.write(b"short").await?;
    content.finish().await;
    Ok(())
}

async fn count(app: &Broken) -> Json<u32> {
    app.count.set(app.count.get() + 1);
    Json(app.count.get())
}

async fn pieces(_: &Broken, mut body: samewire::Body<'_>) -> Result<Json<u32>> {
    let mut count = 0;
    while body.chunk().await?.is_some() {
        count += 1;
    }
    Ok(Json(count))
}

fn find<F>(harness: Harness<F>, name: &str) -> One<F>
where
    F: Fn() -> Broken + Clone + Send + Sync + 'static,
{
    let mut all = harness.all().expect("the cases are in order").into_iter();
    all.find(|one| one.name == name).expect("there is such a test")
}

/// Runs one test on the broken app: whether it failed, and what it said.
fn fails(name: &str) -> Option<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/own_app/broken");
    let harness = harness(Broken::default).cases(folder);
    let test = find(harness, name);
    test.run().err()
}

#[test]
fn a_broken_app_goes_red_and_says_how_to_see_it_again() {
    let said = fails("memory::http/persistence/keep/stays-by-default").expect("it fails");
    for part in [
        "FAIL memory  http/persistence/keep/stays-by-default  (whole)\n  --> fixtures/http/persistence/keep.case:",
        "got an answer that is cut short\n",
        "what came: \"HTTP/1.1 200 OK\\r\\n",
        "\\r\\n\\r\\nshort\"\nreplay: cargo test -p samewire-conformance --test samewire_conformance -- --exact memory::http/persistence/keep/stays-by-default\n",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
}

#[test]
fn a_cut_that_changes_an_answer_is_named_and_can_be_had_again() {
    let said = fails("memory::own/pieces/one").expect("it fails");
    for part in [
        "DIFF memory  pieces/one  (byte by byte)  is not the same as whole, from byte ",
        "FAIL memory  pieces/one  (byte by byte)\n  --> ",
        "got \"2\"\n",
        " -- --exact memory::own/pieces/one\n",
    ] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
}

#[test]
fn each_replay_has_an_app_of_its_own() {
    assert_eq!(fails("memory::own/pieces/count"), None);
    assert_eq!(fails("tcp::own/pieces/count"), None);
}

#[test]
fn what_the_app_lacks_is_ignored_with_the_reason() {
    let harness = harness(Broken::default).except("http/host", "there is a proxy in front");
    for (name, expected) in [
        (
            "memory::http/chunked/answers/streamed",
            "needs chunked-out: GET /stream does not answer in chunks (it answers 404)",
        ),
        ("tcp::http/host/presence/missing", "there is a proxy in front"),
    ] {
        assert_eq!(find(harness.clone(), name).run(), Ok(Some(expected.into())), "{name}");
    }
}

#[test]
fn cases_that_cannot_be_read_end_it() {
    let errors =
        harness(Broken::default).cases("no/such/folder").all().map(|_| ()).expect_err("an error");
    assert!(errors[0].message.starts_with("cannot be read"), "{}", errors[0]);
}

#[test]
fn tests_are_filtered_by_their_names() {
    let tests = harness(Broken::default).tests().expect("the suite is in order");
    let words = ["suite", "--exact", "memory::http/host/presence/missing"];
    let conclusion = run(&Arguments::from_iter(words), tests);
    assert_eq!((conclusion.num_passed + conclusion.num_failed, conclusion.num_ignored), (1, 0));
}
