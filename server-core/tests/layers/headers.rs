//! Lines that are added to every answer, unless a handler knows better.

use samewire::app::layer::{CacheControl, Layer, SecurityHeaders};
use samewire::http::lines::{FieldLines, Lines};
use samewire::{Problem, Request, Respond, Result, Status, WebSocket, app};

use crate::{Answer, Machine};

struct Panel;

const ALL: SecurityHeaders = SecurityHeaders::new()
    .frames("SAMEORIGIN")
    .referrer("")
    .content("default-src 'self'")
    .transport("max-age=31536000")
    .server("Panel");

app! { for Panel;
    layers "/plain"   [SecurityHeaders::new()];
    layers "/all"     [ALL];
    layers "/public"  [CacheControl::public(3600)];
    layers "/private" [CacheControl::private(u32::MAX).must_revalidate()];
    layers "/fixed"   [CacheControl::public(0).immutable()];
    layers "/never"   [CacheControl::NO_STORE];
    layers "/ask"     [CacheControl::NO_CACHE];
    get "/plain"        => index;
    get "/plain/framed" => framed;
    get "/all"          => index;
    get "/public"       => index;
    get "/public/own"   => own;
    get "/public/gone"  => gone;
    get "/private"      => index;
    get "/fixed"        => index;
    get "/never"        => index;
    get "/ask"          => index;
}

async fn index(_: &Panel) -> &'static str {
    "index"
}

async fn framed(_: &Panel) -> Result<impl Respond + use<>> {
    Ok("framed".with_field("x-frame-options", "SAMEORIGIN")?)
}

async fn own(_: &Panel) -> Result<impl Respond + use<>> {
    Ok("own".with_field("Cache-Control", "no-cache=\"set-cookie\"")?)
}

async fn gone(_: &Panel) -> Result {
    Err(Problem::conflict("gone"))
}

/// Adds lines wherever whoever answers has none of these names.
struct Defaults;

impl<A> Layer<A> for Defaults {
    type State = ();

    fn on_response(
        &self,
        _: &A,
        (): &(),
        _: &Request<'_>,
        _: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        lines.add_default("Retry-After", b"60");
        lines.add_default("Upgrade", b"foo");
        lines.add_default("X-Room", b"any");
    }
}

struct Doors;

app! { for Doors;
    layers [Defaults];
    get "/open" => open;
    get "/full" => full;
    get "/busy" => busy;
    ws  "/bell" => bell(ws);
}

/// Names a room to who finds it full.
struct Room;

impl Lines for Room {
    fn put(&self, status: Status, to: &mut FieldLines<'_, '_>) {
        if status == Status::CONFLICT {
            to.add("X-Room", b"attic");
        }
    }
}

async fn open(_: &Doors) -> impl Respond + use<> {
    "open".with_lines(Room)
}

async fn full(_: &Doors) -> impl Respond + use<> {
    "full".with_lines(Room).with_status(Status::CONFLICT)
}

async fn busy(_: &Doors) -> Result {
    Err(Problem::new(Status::SERVICE_UNAVAILABLE, "").retry_after(30))
}

async fn bell(_: &Doors, _: WebSocket<'_>) -> Result {
    Ok(())
}

fn get(path: &str) -> Answer {
    Machine::new().get(&Panel, path, "")
}

fn security(answer: &Answer) -> Vec<String> {
    let names = ["content-type", "content-length", "connection"];
    let own = |name: &str| names.iter().any(|other| name.eq_ignore_ascii_case(other));
    let lines = answer.fields.iter().filter(|(name, _)| !own(name));
    lines.map(|(name, value)| format!("{name}: {value}")).collect()
}

#[test]
fn browsers_are_told_what_not_to_do() {
    for path in ["/plain", "/plain/nowhere"] {
        assert_eq!(
            security(&get(path)),
            [
                "X-Content-Type-Options: nosniff",
                "X-Frame-Options: DENY",
                "Referrer-Policy: no-referrer"
            ],
            "{path}"
        );
    }
    assert_eq!(
        security(&get("/all")),
        [
            "X-Content-Type-Options: nosniff",
            "X-Frame-Options: SAMEORIGIN",
            "Content-Security-Policy: default-src 'self'",
            "Strict-Transport-Security: max-age=31536000",
            "Server: Panel",
        ]
    );
}

#[test]
fn a_handler_knows_better() {
    assert_eq!(
        security(&get("/plain/framed")),
        [
            "x-frame-options: SAMEORIGIN",
            "X-Content-Type-Options: nosniff",
            "Referrer-Policy: no-referrer"
        ],
    );
    assert_eq!(get("/public/own").field("Cache-Control"), Some("no-cache=\"set-cookie\""));
}

#[test]
fn caches_are_told_what_to_keep() {
    for (path, value) in [
        ("/public", "public, max-age=3600"),
        ("/private", "private, max-age=4294967295, must-revalidate"),
        ("/fixed", "public, max-age=0, immutable"),
        ("/never", "no-store"),
        ("/ask", "no-cache"),
        ("/public/gone", "no-store"),
        ("/public/nowhere", "no-store"),
    ] {
        let answer = get(path);
        assert_eq!(answer.field("Cache-Control"), Some(value), "{path}");
        assert_eq!(answer.field("Expires"), None);
    }
    assert_eq!(get("/nowhere").field("Cache-Control"), None);
}

#[test]
fn a_default_gives_way_to_what_the_answer_says() {
    for (path, status, room, seconds, protocol) in [
        ("/open", 200, "any", "60", "foo"),
        ("/full", 409, "attic", "60", "foo"),
        ("/busy", 503, "any", "30", "foo"),
        ("/bell", 426, "any", "60", "websocket"),
    ] {
        let answer = Machine::new().get(&Doors, path, "");
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.field("X-Room"), Some(room), "{path}");
        assert_eq!(answer.field("Retry-After"), Some(seconds), "{path}");
        assert_eq!(answer.field("Upgrade"), Some(protocol), "{path}");
    }
}
