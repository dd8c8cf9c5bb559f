//! Doors, each behind a layer of its own: what is in front of them can be seen from outside.

use samewire::app::layer::{
    Access, AnyOrigin, ApiKey, Basic, Bearer, BodyLimit, CacheControl, Claims, Cors, Hs256, Jwt,
    Origins, RateLimit, RequestId, SameOrigin, SecurityHeaders, Timeout, is_same,
};
use samewire::{Bytes, Rendered, Respond, Result, WebSocket, app};

/// `GET /private`: the user and the password of RFC 7617 §2.
pub(crate) const PRIVATE: Basic = Basic::new("private", "Aladdin", "open sesame");

const KEY: ApiKey = ApiKey::new(&["first-key", "second-key"]);
const BEARER: Bearer<fn(&Doors, &str) -> Access> = Bearer::by("doors", |_, token| {
    if is_same(b"mF_9.B5f-4.1JqM", token.as_bytes()) {
        Access::Granted
    } else if is_same(b"read-only", token.as_bytes()) {
        Access::Scope("enter")
    } else {
        Access::Invalid
    }
});

const OWN: SameOrigin = SameOrigin::new();
const SAFE: SecurityHeaders = SecurityHeaders::new();

/// Claims of so many bytes are enough for the cases.
const CLAIMS_BYTES: usize = 96;
const TOKEN: Jwt<Hs256, CLAIMS_BYTES> =
    Jwt::new("doors", b"thirty-two bytes that nobody saw").issuer("samewire").leeway(60);

/// `/doors`.
#[derive(Debug)]
pub(crate) struct Doors {
    limit: RateLimit<2>,
}

impl Doors {
    pub(crate) const fn new() -> Self {
        Self { limit: RateLimit::per_minute(2) }
    }
}

app! { for doors: Doors;
    get  "/key"     [&KEY]                => inside;
    get  "/bearer"  [&BEARER]             => inside;
    get  "/token"   [&TOKEN]              => claims(state);
    get  "/own"     [&OWN]                => inside;
    post "/own"     [&OWN]                => inside;
    ws   "/live"    [&OWN]                => live(ws);
    ws   "/guarded" [&KEY]                => live(ws);
    get  "/named"   [RequestId]           => inside;
    get  "/safe"    [&SAFE, CacheControl::private(60)] => inside;
    get  "/kept"    [CacheControl::public(3600).immutable()] => inside;
    post "/small"   [BodyLimit(16)]       => echo(bytes);
    get  "/limited" [&doors.limit]        => inside;
    get  "/quick"   [Timeout(500)]        => never;
}

async fn inside(_: &Doors) -> &'static str {
    "You are in.\n"
}

async fn claims<'x>(_: &Doors, claims: &'x Claims<CLAIMS_BYTES>) -> impl Respond + use<'x> {
    Rendered::new(b"application/json", move |to| to.put(claims.text()))
}

async fn echo<'x>(_: &Doors, content: Bytes<'x>) -> impl Respond + use<'x> {
    Rendered::text(move |to| to.put(&content))
}

async fn never(_: &Doors) -> &'static str {
    core::future::pending().await
}

async fn live(_: &Doors, websocket: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = websocket.split();
    while let Some(message) = inbox.receive().await {
        outbox.send(message).await?;
    }
    Ok(())
}

/// `/pages`: what pages of one other origin may read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pages;

const PAGES: Cors<Origins> = Cors::of(&["https://good.example"])
    .credentials()
    .methods("GET, PUT")
    .fields("Content-Type, X-API-Key")
    .exposed("X-Request-ID")
    .max_age(600);

app! { for Pages;
    layers [&PAGES];
    get "/" => page;
    put "/" => page;
}

async fn page(_: &Pages) -> &'static str {
    "A page.\n"
}

/// `/open`: what any page may read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open;

const OPEN: Cors<AnyOrigin> = Cors::any();

app! { for Open;
    layers [&OPEN];
    get "/" => open;
}

async fn open(_: &Open) -> &'static str {
    "For everybody.\n"
}
