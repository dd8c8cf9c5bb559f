//! Bounds of a part of the app.

use samewire::app::layer::{BodyLimit, Timeout};
use samewire::{Body, Bytes, Result, Status, app};

use crate::{Answer, Machine};

struct Panel;

app! { for Panel;
    layers "/short" [BodyLimit(8)];
    layers "/quick" [Timeout(250)];
    post "/short"       => whole(bytes);
    post "/short/piece" => pieces(body);
    post "/short/still" => unread;
    post "/long"        => whole(bytes);
    get  "/quick"       => never;
    get  "/slow"        => never;
}

async fn whole(_: &Panel, _: Bytes<'_>) -> &'static str {
    "taken"
}

async fn pieces(_: &Panel, mut body: Body<'_>) -> Result<Status> {
    while body.chunk().await?.is_some() {}
    Ok(Status::ACCEPTED)
}

async fn unread(_: &Panel) -> &'static str {
    "unread"
}

async fn never(_: &Panel) -> &'static str {
    std::future::pending().await
}

fn post(path: &str, rest: &str) -> Answer {
    let request = format!("POST {path} HTTP/1.1\r\nHost: a\r\n{rest}");
    Answer::read(&Machine::new().said(&Panel, &request))
}

#[test]
fn content_is_bounded_where_it_is_said() {
    for path in ["/short", "/short/piece", "/short/still"] {
        let taken = post(path, "Content-Length: 8\r\n\r\n12345678");
        assert!(taken.status < 300, "{path} {taken:?}");
        let refused = post(path, "Content-Length: 9\r\n\r\n123456789");
        assert_eq!(refused.status, 413, "{path}");
        assert!(refused.content.contains("\"status\":413"));
    }
    let huge = "Content-Length: 18446744073709551615\r\n\r\n";
    assert_eq!(post("/short", huge).status, 413);
    assert_eq!(post("/long", "Content-Length: 9\r\n\r\n123456789").status, 200);
}

#[test]
fn chunks_count_together() {
    for path in ["/short", "/short/piece"] {
        let taken =
            post(path, "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n3\r\n678\r\n0\r\n\r\n");
        assert!(taken.status < 300, "{path} {taken:?}");
        for chunks in ["9\r\n123456789\r\n0\r\n\r\n", "5\r\n12345\r\n4\r\n6789\r\n0\r\n\r\n"] {
            let refused = post(path, &format!("Transfer-Encoding: chunked\r\n\r\n{chunks}"));
            assert_eq!(refused.status, 413, "{path} {chunks:?}");
            assert_eq!(refused.field("Connection"), Some("close"));
        }
    }
}

/// A refusal comes before the content, and what follows is no request.
#[test]
fn refused_content_is_never_a_request() {
    let said = Machine::new().said(
        &Panel,
        "POST /short HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n\
         GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
    );
    assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "{said}");
    assert!(said.starts_with("HTTP/1.1 413"));
}

#[test]
fn handlers_are_quick_where_it_is_said() {
    for (path, millis) in [("/quick", 250), ("/slow", 30_000)] {
        let machine = Machine::new();
        assert_eq!(machine.get(&Panel, path, "").status, 503, "{path}");
        assert_eq!(machine.millis.get(), millis, "{path}");
    }
}
