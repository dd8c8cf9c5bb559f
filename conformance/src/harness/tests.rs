use std::cell::Cell;

use libtest_mimic::{Arguments, run};
use samewire::{Json, Limits, Problem, Response, Result, Status, app};

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
    put  "/count" => set_count;
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

async fn set_count(_: &Broken) -> Result<Status> {
    Err(Problem::unprocessable(DETAIL))
}

/// As long as a list of two rules that are broken.
const DETAIL: &str = "a count is not set by who counts, and it is not set by who only looks on; it \
    is what it is because of all that came before, and the next one adds one to it";

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
fn what_a_problem_says_is_shown_to_its_end() {
    let said = fails("memory::own/pieces/set").expect("it fails");
    let end = format!("{DETAIL}\\\"}}\"\n");
    assert!(said.contains(&end), "{end:?} is not in\n{said}");
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
fn what_was_ignored_is_counted_by_its_reason() {
    let harness = harness(Broken::default).except("http/host/presence", "a proxy is in front");
    let ignored = harness.ignored.clone();
    let tests = harness.tests().expect("the suite is in order");
    let conclusion = run(&Arguments::from_iter(["suite", "memory::http/host/presence"]), tests);
    let summary = ignored.to_string();
    let counted = format!("  {:>4}  a proxy is in front\n", conclusion.num_ignored);
    assert!(conclusion.num_ignored > 1 && summary.contains(&counted), "{summary}");
}

/// What is wrong with how the app is put under the suite, at which place in the source.
fn mistakes(harness: Harness<fn() -> Broken>) -> Vec<String> {
    let errors = harness.all().map(|_| ()).expect_err("an error");
    let place = concat!(file!(), ":");
    assert!(errors.iter().all(|error| error.path.starts_with(place)), "{errors:?}");
    errors.into_iter().map(|error| format!("{}; {}", error.message, error.hint)).collect()
}

#[test]
fn a_path_that_nobody_has_is_named() {
    let harness = harness(Broken::default as fn() -> Broken)
        .at("/ws", "/liev")
        .at("/", "/count")
        .at("/slow", "/count")
        .at("/wss", "/live")
        .at("/led", "/light")
        .at("/ws", "/live");
    let hint = "name the path where the app has it; what an app has nowhere needs no `.at`";
    let expected = [
        format!(
            "`.at(\"/ws\", \"/liev\")`: GET /liev is no WebSocket that echoes (it answers 404); \
             {hint}"
        ),
        format!("`.at(\"/slow\", \"/count\")`: GET /count answers at once (it answers 200); {hint}"),
        "`.at(\"/wss\", \"/live\")`: no case looks for anything at /wss; did you mean `/ws`?".into(),
        "`.at(\"/led\", \"/light\")`: no case looks for anything at /led; the suite looks at /, \
         /echo, /cookie, /hello, /users/, /stream, /slow, /ws"
            .into(),
        "`.at(\"/ws\", \"/live\")`: /ws has been put at /liev before; the first one holds: leave one \
         of them out"
            .into(),
    ];
    assert_eq!(mistakes(harness), expected);
}

#[test]
fn an_exception_of_nothing_is_named() {
    let harness = harness(Broken::default as fn() -> Broken)
        .except("http/hosts", "a proxy is in front")
        .except("http/host", "a proxy is in front")
        .except("app/", "it is no demo");
    let expected = [
        "`.except(\"http/hosts\", …)`: no case's id begins like this; did you mean `http/host`?",
        "`.except(\"app/\", …)`: no case's id begins like this; ids are what tests are called by, \
         behind `memory::`",
    ];
    assert_eq!(mistakes(harness), expected);
}

#[test]
fn cases_that_cannot_be_read_end_it() {
    let errors =
        harness(Broken::default).cases("no/such/folder").all().map(|_| ()).expect_err("an error");
    let [error] = &errors[..] else { panic!("{errors:?}") };
    assert!(error.message.starts_with("cannot be read"), "{error}");
    let hint = "`.cases` names a folder with `.case` files, seen from ";
    assert!(error.hint.starts_with(hint) && error.hint.ends_with("conformance"), "{error}");
}

#[test]
fn the_app_runs_within_its_own_bounds() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/own_app/bounds");
    let harness = harness(Broken::default).cases(folder);
    let limits = Limits { target_bytes_max: 40, ..Limits::SMALL };
    for name in ["memory::own/target/of-forty-one", "tcp::own/target/of-forty-one"] {
        assert_eq!(find(harness.clone().limits(limits), name).run(), Ok(None), "{name}");
        let said = find(harness.clone(), name).run().expect_err("it is taken");
        assert!(said.contains("got 404"), "{said}");
    }
    // What a case sets holds beside them.
    let both = "memory::own/target/of-twenty-one";
    assert_eq!(find(harness.limits(limits), both).run(), Ok(None));
}

#[test]
fn tests_are_filtered_by_their_names() {
    let tests = harness(Broken::default).tests().expect("the suite is in order");
    let words = ["suite", "--exact", "memory::http/host/presence/missing"];
    let conclusion = run(&Arguments::from_iter(words), tests);
    assert_eq!((conclusion.num_passed + conclusion.num_failed, conclusion.num_ignored), (1, 0));
}
