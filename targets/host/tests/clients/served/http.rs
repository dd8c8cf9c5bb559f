//! HTTP with reqwest: one client and many at once.

use std::io::{Cursor, Read as _};
use std::thread;

use reqwest::StatusCode;
use reqwest::blocking::{Body, Client};
use reqwest::header::CONTENT_TYPE;
use samewire::Limits;

use super::{HELLO, PLACES, Served, patiently, served};
use crate::peer::{ENTRY, GUARD};

/// A client with a connection.
fn client(server: &Served) -> Client {
    let client = Client::builder().timeout(GUARD).build().expect("a client");
    let entry = || client.get(server.url("http", "/hello")).timeout(ENTRY);
    patiently(|| entry().send().ok()?.text().ok()).expect("a place");
    client
}

fn hello(server: &Served, client: &Client) -> String {
    client.get(server.url("http", "/hello")).send().unwrap().text().unwrap()
}

#[test]
fn every_route_answers_on_one_connection() {
    let server = served();
    let client = client(&server);
    let get = |target: &str| client.get(server.url("http", target)).send().unwrap();
    assert_eq!(get("/").text().unwrap(), "Samewire: the same bytes on every wire.\n");
    assert_eq!(get("/users/7").text().unwrap(), r#"{"id":7}"#);
    assert_eq!(get("/users/seven").status(), StatusCode::NOT_FOUND);
    let streamed = get("/stream");
    assert_eq!(streamed.headers()["Transfer-Encoding"], "chunked");
    assert!(streamed.text().unwrap().lines().count() > 1, "lines in chunks");
    assert!(client.get(server.url("http", "/echo")).send().unwrap().status().is_success());
    let head = client.head(server.url("http", "/hello")).send().unwrap();
    assert_eq!(head.headers()["Content-Length"], HELLO.len().to_string());
    assert_eq!(hello(&server, &client), HELLO, "nothing of a HEAD is taken for content");
}

#[test]
fn content_comes_back_whole_with_a_length_and_in_chunks() {
    let server = served();
    let client = client(&server);
    let content = "0123456789".repeat(200);
    for body in [Body::from(content.clone()), Body::new(Cursor::new(content.clone()))] {
        let request = client.post(server.url("http", "/")).header(CONTENT_TYPE, "text/x-test");
        let answer = request.body(body).send().unwrap();
        assert_eq!(answer.headers()[CONTENT_TYPE], "text/x-test");
        assert_eq!(answer.text().unwrap(), content);
    }
}

#[test]
fn content_beyond_the_limit_is_refused_and_another_request_is_not() {
    let server = served();
    let client = client(&server);
    let content = vec![b'x'; Limits::SMALL.collected_bytes_max as usize + 1];
    let answer = client.post(server.url("http", "/")).body(content).send().unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(hello(&server, &client), HELLO);
}

#[test]
fn as_many_clients_as_there_are_places_are_answered_at_once() {
    let server = served();
    thread::scope(|scope| {
        for _ in 0..PLACES {
            scope.spawn(|| {
                let client = client(&server);
                for _ in 0..40 {
                    assert_eq!(hello(&server, &client), HELLO);
                }
            });
        }
    });
}

#[test]
fn one_client_after_the_other_is_answered() {
    let server = served();
    for _ in 0..PLACES * 5 {
        // Each has a connection of its own, which it closes.
        let request = client(&server).get(server.url("http", "/hello"));
        let answer = request.header("Connection", "close").send().unwrap();
        assert_eq!(answer.headers()["Connection"], "close");
        assert_eq!(answer.text().unwrap(), HELLO);
    }
}

#[test]
fn an_answer_that_nobody_reads_to_its_end_holds_no_place() {
    let server = served();
    for _ in 0..PLACES * 2 {
        let mut answer = client(&server).get(server.url("http", "/stream")).send().unwrap();
        answer.read_exact(&mut [0]).unwrap();
    }
}
