//! An app whose connections share something: a case that asks for it begins with a fresh one each
//! time, on whatever target that can be, and is skipped where it cannot.

use std::cell::Cell;

use samewire::{Json, app};
use samewire_conformance::case::Case;
use samewire_conformance::case::parse::parse;
use samewire_conformance::cuts::Cuts;
use samewire_conformance::result::Status;
use samewire_conformance::subject::Subject;
use samewire_conformance::subject::core::Core;
use samewire_conformance::subject::host::Host;
use samewire_conformance::subject::remote::Remote;
use samewire_conformance::subject::url::Url;
use samewire_conformance::trial::Trial;

#[derive(Default)]
struct Counter {
    count: Cell<u32>,
}

app! { for Counter; get "/" => count; }

async fn count(app: &Counter) -> Json<u32> {
    app.count.set(app.count.get() + 1);
    Json(app.count.get())
}

/// A case that passes if nobody has asked before.
fn case(needs: &str) -> Case {
    let source = format!(
        "### first\nWho asks first is told so.\nrule rfc9110-9.1-get-head\n{needs}\n\
         > GET / HTTP/1.1\\r\\n\n> Host: example\\r\\n\\r\\n\n< 200\n  body \"1\"\n! open\n"
    );
    let mut file = parse("app/count", "count.case", &source).expect("the case is in order");
    file.cases.remove(0)
}

fn run(case: &Case, subject: Box<dyn Subject>) -> Status {
    let (reference, slow, foreign, keeps) = (None, false, false, false);
    let cuts = Cuts::Bytes;
    let mut trial = Trial { subject, reference, cuts, slow, known: &[], foreign, keeps };
    // Twice, as after other cases.
    trial.run(case, &case.rows()).expect("the server is there");
    trial.run(case, &case.rows()).expect("the server is there").status
}

#[test]
fn the_app_begins_anew_for_each_replay() {
    let case = case("needs shared\n");
    assert_eq!(run(&case, Box::new(Core::new("core", Counter::default))), Status::Passed);
    assert_eq!(run(&case, Box::new(Host::new("host", Counter::default))), Status::Passed);
}

#[test]
fn otherwise_a_case_finds_what_others_have_left() {
    let status = run(&case(""), Box::new(Host::new("host", Counter::default)));
    let Status::Failed(fault) = status else { panic!("{status:?}") };
    assert_eq!(fault.failure.what, "got \"2\"");
}

#[test]
fn an_app_that_cannot_begin_anew_is_not_asked() {
    let why = "needs shared: its app cannot begin anew for each replay";
    let url = Url::parse("url:http://127.0.0.1:9").expect("a URL");
    let remote = Remote::new("panel", "127.0.0.1:9").expect("an address");
    for subject in [Box::new(url) as Box<dyn Subject>, Box::new(remote)] {
        assert_eq!(run(&case("needs shared\n"), subject), Status::Skipped(why.into()));
    }
}
