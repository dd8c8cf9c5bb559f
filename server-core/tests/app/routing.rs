//! Which route a request gets, and what is answered where there is none: by a search through a small
//! table, and by the index of a large one.

use proptest::prelude::*;
use samewire::app::layer::{Arrival, Layer, Verdict};
use samewire::{Rendered, Respond, Result, Status, WebSocket, app};

use crate::answers;

/// Few enough to be searched.
struct Small;

app! { for Small;
    get    "/led"           => ok;
    put    "/led"           => ok;
    post   "/{room}/led"    => in_room(path);
    patch  "/{room:u32}/led" => number(path);
    ws     "/live"          => live(ws);
    delete "/all/{*rest}"   => in_room(path);
}

async fn ok(_: &Small) -> Status {
    Status::OK
}

async fn in_room(_: &Small, _: &[u8]) -> Status {
    Status::OK
}

async fn number(_: &Small, _: u32) -> Status {
    Status::OK
}

async fn live(_: &Small, _: WebSocket<'_>) -> Result {
    Ok(())
}

/// The same with so much beside it that there is an index.
struct Large {
    small: Small,
}

app! { for large: Large;
    get "/a1" => other; get "/a2" => other; get "/a3" => other; get "/a4" => other;
    get "/a5" => other; get "/a6" => other; get "/a7" => other; get "/a8" => other;
    get "/b1" => other; get "/b2" => other; get "/b3" => other; get "/b4" => other;
    plugin => Small(large.small);
    mount "/below/here" => Small(large.small);
}

async fn other(_: &Large) -> Status {
    Status::ACCEPTED
}

fn asked(method: &str, target: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nHost: a\r\n\r\n")
}

const METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"];

#[test]
fn a_large_table_answers_as_a_small_one() {
    let paths = [
        "/led",
        "/led/",
        "/",
        "/3/led",
        "/kitchen/led",
        "/x/led/y",
        "/live",
        "/all/",
        "/all/x/y",
        "/all",
        "/l%65d",
        "//led",
        "/a1/led",
        "/nothing",
    ];
    let large = Large { small: Small };
    for path in paths {
        for method in METHODS {
            let expected = answers(&Small, &asked(method, path));
            assert_eq!(answers(&large, &asked(method, path)), expected, "{method} {path}");
            let below = asked(method, &format!("/below/here{path}"));
            assert_eq!(answers(&large, &below), expected, "{below}");
        }
    }
}

#[test]
fn allow_is_what_the_table_knows() {
    let large = Large { small: Small };
    for (target, allowed) in [
        ("/led", "GET, HEAD, PUT, OPTIONS"),
        ("/kitchen/led", "POST, OPTIONS"),
        ("/3/led", "POST, PATCH, OPTIONS"),
        ("/live", "GET, OPTIONS"),
        ("/below/here/all/x", "DELETE, OPTIONS"),
    ] {
        for method in ["OPTIONS", "TRACE"] {
            let answer = answers(&large, &asked(method, target));
            let allow = answer.lines().find_map(|line| line.strip_prefix("Allow: "));
            assert_eq!(allow, Some(allowed), "{method} {target}: {answer}");
        }
    }
    let everything = "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS";
    for answer in [answers(&large, &asked("OPTIONS", "*")), answers(&Small, &asked("OPTIONS", "*"))]
    {
        assert!(answer.contains(&format!("\r\nAllow: {everything}\r\n")), "{answer}");
    }
}

/// What a guard must never let through.
const SECRET: &str = "secret";

struct Guarded;

app! { for Guarded;
    layers "/private" [Refuse];
    get "/private"           => secret;
    get "/private/{*rest}"   => secret;
    get "/public/{*rest}"    => public(path);
    get "/{*rest}"           => public(path);
}

struct Refuse;

impl<A: ?Sized> Layer<A> for Refuse {
    type State = ();

    fn on_request(&self, _: &A, (): &mut (), _: &mut Arrival<'_, '_>) -> Verdict {
        Err(Status::FORBIDDEN.into())
    }
}

async fn secret(_: &Guarded) -> &'static str {
    SECRET
}

/// Tells what a handler would open files by.
async fn public<'x>(_: &Guarded, rest: &'x [u8]) -> impl Respond + use<'x> {
    Rendered::text(move |to| to.put(rest))
}

proptest! {
    /// However its path is written, a request for what is private is refused, and no other route
    /// gets one that leads there.
    #[test]
    fn guard_and_router_see_one_path(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "/", "//", "/.", "/..", "/private", "/public", "/priv", "ate", "%2F", "%2f", "%2e",
                "%2E%2e", "/%70rivate", "/p%72ivat%65", "%5C", ";", "%00", "/PRIVATE", "%25%32%46",
            ]),
            1..8,
        ),
    ) {
        let target = format!("/{}", pieces.concat().trim_start_matches('/'));
        let answer = answers(&Guarded, &asked("GET", &target));
        prop_assert!(!answer.contains(SECRET), "{}", target);
        if let Some(rest) = answer.split_once("\r\n\r\n").map(|(_, rest)| rest)
            && answer.starts_with("HTTP/1.1 200")
        {
            prop_assert!(!rest.split('/').any(|segment| matches!(segment, "." | "..")), "{}", rest);
            prop_assert!(!rest.contains("%2e") && !rest.contains("%70"), "{}", rest);
        }
        let plain = target.replace("%70", "p").replace("%72", "r").replace("%65", "e");
        if plain == "/private" || plain.starts_with("/private/") {
            prop_assert!(answer.starts_with("HTTP/1.1 403"), "{}: {}", target, answer);
        }
    }
}
