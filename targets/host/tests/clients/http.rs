//! HTTP/1.1 with reqwest, which has no part in how we read the RFCs.

use std::io::Cursor;
use std::net::SocketAddr;

use reqwest::blocking::{Body, Client};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use samewire::{Bytes, Limits, Rendered, Request, Respond};
use samewire_host::Server;

use crate::demo;
use crate::peer::GUARD;

fn client() -> Client {
    Client::builder().timeout(GUARD).build().expect("a client")
}

fn url(server: SocketAddr, target: &str) -> String {
    format!("http://{server}{target}")
}

#[test]
fn one_connection_carries_many_requests() {
    let (server, client) = (demo(Limits::LARGE), client());
    for _ in 0..50 {
        let answer = client.get(url(server.local_addr(), "/hello")).send().unwrap();
        assert_eq!(answer.text().unwrap(), r#"{"message":"Hello, World!"}"#);
    }
    drop(client);
    let counts = server.stop();
    assert_eq!((counts.accepted, counts.writes), (1, 50), "a connection, a write for each answer");
}

/// Tells how an upload came.
struct Uploads;

samewire::app! { for Uploads;
    post "/" => upload(request, bytes);
}

async fn upload<'x>(
    _: &Uploads,
    request: Request<'x>,
    content: Bytes<'x>,
) -> impl Respond + use<'x> {
    Rendered::text(move |to| {
        to.put(request.field("Transfer-Encoding").unwrap_or_default());
        to.put(&content);
    })
}

#[test]
fn a_chunked_upload_arrives_whole() {
    let server = Server::new(|| Uploads).bind("127.0.0.1:0").start().unwrap();
    let content = "0123456789".repeat(3_000);
    // A body of unknown length.
    let body = Body::new(Cursor::new(content.clone()));
    let answer = client().post(url(server.local_addr(), "/")).body(body).send().unwrap();
    assert_eq!(answer.text().unwrap(), format!("chunked{content}"));
}

#[test]
fn head_has_the_fields_of_get_and_no_content() {
    let (server, client) = (demo(Limits::LARGE), client());
    let get = client.get(url(server.local_addr(), "/hello")).send().unwrap();
    let head = client.head(url(server.local_addr(), "/hello")).send().unwrap();
    assert_eq!(head.status(), 200);
    for name in [CONTENT_LENGTH, CONTENT_TYPE] {
        assert_eq!(head.headers().get(&name), get.headers().get(&name), "{name}");
        assert!(head.headers().contains_key(&name), "{name}");
    }
    assert_eq!(head.text().unwrap(), "");
    // What follows on the connection is not taken for content.
    assert_eq!(client.get(url(server.local_addr(), "/")).send().unwrap().status(), 200);
    drop(client);
    assert_eq!(server.stop().accepted, 1);
}

#[test]
fn a_large_body_goes_both_ways() {
    const BYTES: usize = 256 * 1024;
    let limits = Limits {
        content_bytes_max: BYTES as u64,
        collected_bytes_max: BYTES as u32,
        answer_bytes_max: BYTES as u32,
        ..Limits::LARGE
    };
    let (server, client) = (demo(limits), client());
    let content: Vec<u8> = (0..BYTES).map(|at| (at % 251) as u8).collect();
    let post = |content: Vec<u8>| {
        let request = client.post(url(server.local_addr(), "/"));
        request.header(CONTENT_TYPE, "text/x-test").body(content).send()
    };
    let answer = post(content.clone()).unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/x-test");
    assert!(answer.bytes().unwrap() == content, "the echo differs");
    let one_more = [&*content, b"x"].concat();
    assert_eq!(post(one_more).unwrap().status(), 413);
}
