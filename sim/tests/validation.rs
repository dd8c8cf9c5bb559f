//! Declared content before a handler: which layers see what breaks the rules, and what is answered.

use std::cell::RefCell;

use samewire::app::layer::{Arrival, Layer, Record, Verdict};
use samewire::app::schema::{Refused, Valid};
use samewire::{Problem, Request, Status, app, schema};
use samewire_sim::Sim;

schema! {
    /// What a lamp does.
    struct Lamp<'x> {
        level: u8 [range ..=100],
        colour: Option<&'x str> [one_of "red" "blue"],
    }
}

schema! {
    /// Which lamp.
    struct Which {
        room: u8 [range 1..=9],
    }
}

/// Notes the stages that a request comes to.
#[derive(Default)]
struct Stages(RefCell<Vec<&'static str>>);

impl Stages {
    fn note(&self, stage: &'static str) -> Verdict {
        self.0.borrow_mut().push(stage);
        Ok(())
    }
}

impl Layer<House> for Stages {
    type State = ();

    fn on_request(&self, _: &House, (): &mut (), _: &mut Arrival<'_, '_>) -> Verdict {
        self.note("request")
    }

    fn pre_validation(&self, _: &House, (): &mut (), _: &mut Arrival<'_, '_>) -> Verdict {
        self.note("pre_validation")
    }

    fn pre_handler(&self, _: &House, (): &(), _: &Request<'_>) -> Verdict {
        self.note("pre_handler")
    }

    fn on_error(&self, _: &House, (): &(), _: &Request<'_>, problem: &mut Problem) {
        self.0.borrow_mut().push("error");
        if problem.status() == Some(Status::BAD_REQUEST) {
            *problem = Problem::conflict("told otherwise");
        }
    }

    fn ended(&self, _: &House, (): &(), record: &Record<'_>) {
        self.0.borrow_mut().push(match record.status() {
            Some(Status::OK) => "200",
            Some(Status::UNPROCESSABLE_CONTENT) => "422",
            _ => "otherwise",
        });
    }
}

#[derive(Default)]
struct House {
    stages: Stages,
}

app! { for house: House;
    layers [&house.stages];
    put "/rooms/{room}" => set(path, json);
    get "/find"         => find(query);
    put "/form"         => from_form(form);
}

async fn set(_: &House, which: Valid<Which>, lamp: Valid<Lamp<'_>>) -> &'static str {
    assert!((1..10).contains(&which.room) && lamp.level <= 100);
    "set"
}

async fn find(_: &House, lamp: Valid<Lamp<'_>>) -> &'static str {
    if lamp.colour == Some("blue") { "blue" } else { "found" }
}

async fn from_form(_: &House, lamp: Valid<Lamp<'_>>) -> Result<&'static str, Refused> {
    match lamp.level {
        13 => Err(Problem::conflict("not that one").into()),
        _ => Ok("formed"),
    }
}

fn stages(sim: &Sim<House>) -> String {
    sim.app().stages.0.take().join(" ")
}

#[test]
fn what_breaks_rules_is_seen_before_validation_and_not_before_the_handler() {
    let sim = Sim::new(House::default());
    let put = |target: &str, content: &str| {
        sim.request("PUT", target).field("Content-Type", "application/json").content(content).send()
    };
    put("/rooms/1", r#"{"level":7,"colour":"red"}"#).expect(200).expect_body("set");
    assert_eq!(stages(&sim), "request pre_validation pre_handler 200");
    let answer = put("/rooms/1", r#"{"level":101,"colour":"green"}"#).expect(422);
    assert!(answer.body().contains("#/level") && answer.body().contains("#/colour"));
    assert_eq!(stages(&sim), "request pre_validation error 422");
    let answer = put("/rooms/0", "{}").expect(422);
    let errors = r#""errors":[{"in":"path","parameter":"room","rule":"range","detail":"must be from 1 to 9"}]}"#;
    assert!(answer.body().ends_with(errors), "{}", answer.body());
    assert_eq!(stages(&sim), "request pre_validation error 422");
    // A problem can be told otherwise, whatever it is about.
    put("/rooms/1", "{").expect(409);
    assert_eq!(stages(&sim), "request pre_validation error otherwise");
}

#[test]
fn a_query_and_a_form_are_judged_as_json_is() {
    let sim = Sim::new(House::default());
    sim.get("/find?level=100").expect(200).expect_body("found");
    sim.get("/find?colour=bl%75e&level=1%30").expect(200).expect_body("blue");
    let answer = sim.get("/find?colour=green&level=x&level=2&more").expect(422);
    for error in [
        r#"{"in":"query","rule":"unknown","#,
        r#"{"in":"query","parameter":"level","rule":"repeated","#,
        r#"{"in":"query","parameter":"colour","rule":"one_of","#,
    ] {
        assert!(answer.body().contains(error), "{error} {}", answer.body());
    }
    // What cannot be decoded is no query, and nobody has judged it: here told otherwise.
    sim.get("/find?level=1&colour=%ff").expect(409);
    let form = |content: &str| {
        sim.request("PUT", "/form")
            .field("Content-Type", "application/x-www-form-urlencoded")
            .content(content)
            .every_cut()
    };
    form("level=1&colour=r%65d").expect(200).expect_body("formed");
    let answer = form("level=1&colour=r+d").expect(422);
    assert!(answer.body().contains(r#"{"in":"body","parameter":"colour","rule":"one_of","#));
    form("level=13").expect(409);
}
