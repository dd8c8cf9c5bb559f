//! Hooks for one method: what is to be done before a GET and before a POST, and after them, when
//! the status is known.

use std::cell::RefCell;

use samewire::app::layer::{Arrival, Layer, Record, Verdict};
use samewire::http::request_line::Method;
use samewire::{Problem, Respond, Result, Status, Text, app};

use crate::Machine;

/// Who does something at a GET, and something else at a POST.
#[derive(Default)]
struct Porter {
    heard: RefCell<Vec<String>>,
}

impl Porter {
    fn note(&self, what: impl Into<String>) {
        self.heard.borrow_mut().push(what.into());
    }
}

impl Layer<House> for Porter {
    type State = ();

    fn on_request(&self, _: &House, (): &mut (), arrival: &mut Arrival<'_, '_>) -> Verdict {
        match arrival.request().method() {
            Method::Get => self.note("before a GET"),
            Method::Post => self.note("before a POST"),
            _ => {}
        }
        Ok(())
    }

    fn ended(&self, _: &House, (): &(), record: &Record<'_>) {
        let status = record.status().map_or(0, Status::code);
        match record.request().method() {
            Method::Get => self.note(format!("after a GET: {status}")),
            Method::Post => self.note(format!("after a POST: {status}")),
            _ => {}
        }
    }
}

#[derive(Default)]
struct House {
    porter: Porter,
}

app! { for house: House;
    layers [&house.porter];
    get  "/door" => look;
    post "/door" => knock(text);
    put  "/door" => look;
}

async fn look(house: &House) -> &'static str {
    house.porter.note("a look");
    "a door"
}

async fn knock(house: &House, how: Text<'_>) -> Result<impl Respond + use<>> {
    house.porter.note("a knock");
    if &*how == "loud" {
        return Err(Problem::forbidden("not so loud"));
    }
    Ok("open".with_status(Status::CREATED))
}

/// What the porter and the handlers did at this request, in their order.
fn heard(method: &str, path: &str, content: &str) -> Vec<String> {
    let (machine, house) = (Machine::new(), House::default());
    let length = content.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n\
         Content-Length: {length}\r\n\r\n{content}"
    );
    machine.said(&house, request);
    house.porter.heard.take()
}

#[test]
fn something_is_done_before_a_get_and_after_it_with_its_status() {
    assert_eq!(heard("GET", "/door", ""), ["before a GET", "a look", "after a GET: 200"]);
    // No handler, and a request all the same.
    assert_eq!(heard("GET", "/wall", ""), ["before a GET", "after a GET: 404"]);
}

#[test]
fn something_is_done_before_a_post_and_after_it_with_its_status() {
    let said = heard("POST", "/door", "soft");
    assert_eq!(said, ["before a POST", "a knock", "after a POST: 201"]);
    let said = heard("POST", "/door", "loud");
    assert_eq!(said, ["before a POST", "a knock", "after a POST: 403"]);
}

#[test]
fn hooks_of_one_method_hear_of_no_other() {
    assert_eq!(heard("PUT", "/door", ""), ["a look"]);
}
