//! The app that the fixtures speak to, written once and run unchanged on every target.
//!
//! | route | what it answers |
//! | --- | --- |
//! | `GET /` | a line of text |
//! | `POST /` | the content, with its Content-Type |
//! | `/echo`, GET, HEAD, POST, PUT, DELETE, PATCH | the received field lines as text, in order |
//! | `GET /cookie` | the cookies, as `name=value` lines |
//! | `POST /cookie` | 303 to the form's `then`, setting a cookie of the form's `name` and `value` |
//! | `GET /search` | the pairs of the query as `name=value` lines, at most its `limit` |
//! | `POST /form` | the pairs of a form, as `name=value` lines |
//! | `POST /upload` | for each part its name, file name, type, length and Adler-32 sum |
//! | `PUT /json` | a note: an object with a `text` and a `level`, which is 0 if it is left out |
//! | `POST /json` | the value of the JSON text at the query's `at`, as `$.a[0]` |
//! | `GET /hello` | `{"message":"Hello, World!"}` |
//! | `GET /users/{id}` | `{"id":…}` for a number, else 404 |
//! | `POST /people` | somebody in JSON, as declared in `people`, with 201; else 422 with all that is wrong |
//! | `GET /people`, `POST /people/search` | a search by a query or a form, read as declared; else 422 |
//! | `GET /people/{id}/days/{day}` | the two parameters, read as declared; else 422 |
//! | `GET /stream` | lines of text, in chunks |
//! | `GET /slow` | nothing, ever: how long the server waits for a handler can be seen |
//! | `GET /static/{*path}` | the files below `www`, one of them with a gzip variant, two with a date |
//! | `PUT /drafts/{name}` | 204 for `first`, which exists and has the entity tag `"1"`; 201 for others |
//! | `/led`, GET, PUT, PATCH | `{"on":…,"percent":…}`: the lamp, one for all connections |
//! | `GET /sensor` | `{"millidegrees":…}`: what the thermometer says |
//! | `/events`, `/converse`, `/protocols`, `/chat` | what goes on between connections: see [`live`] |
//! | `GET /private` | a line of text, for a user and a password |
//! | `/doors/…` | lines of text, each behind a layer: see `doors` |
//! | `/pages`, `/open` | lines of text that pages of one other origin, or of any, may read |
//! | `GET /ws` | a WebSocket that sends every message back |
//!
//! Answers that repeat what was sent have a Content-Length, and one frame a message, so that the
//! bytes do not depend on how the request was cut.
#![no_std]
#![forbid(unsafe_code)]

pub mod board;
mod chat;
mod doors;
mod events;
mod input;
pub mod live;
mod people;
mod site;
mod talk;

use board::Board;
use doors::{Doors, Open, Pages};
use live::Live;
use samewire::app::layer::CacheControl;
use samewire::{Bytes, Json, Rendered, Request, Respond, Response, Result, Status, WebSocket, app};
use serde::Serialize;
use site::{SITE, replace_draft};

/// The demo app.
pub struct Demo {
    board: Board,
    live: Live,
    doors: Doors,
}

impl Demo {
    /// The demo app, on a board without pins.
    pub const fn new() -> Self {
        Self::on(Board::simulated())
    }

    /// The demo app on this board.
    pub const fn on(board: Board) -> Self {
        Self { board, doors: Doors::new(), live: Live::new() }
    }
}

impl Default for Demo {
    fn default() -> Self {
        Self::new()
    }
}

app! { for demo: Demo;
    get    "/"               => index;
    post   "/"               => echo_content(request, bytes);
    get    "/echo"           => echo_fields(request);
    post   "/echo"           => echo_fields(request);
    put    "/echo"           => echo_fields(request);
    delete "/echo"           => echo_fields(request);
    patch  "/echo"           => echo_fields(request);
    get    "/cookie"         => echo_cookies(request);
    post   "/cookie"         => input::set_cookie(form);
    get    "/search"         => input::search(query);
    post   "/form"           => input::form(form);
    post   "/upload"         => input::upload(multipart);
    post   "/json"           => input::json(query, json);
    put    "/json"           => input::note(json);
    get    "/hello"          => hello;
    get    "/users/{id:u32}" => user(path);
    post   "/people"         => people::create(json);
    get    "/people"         => people::search(query);
    post   "/people/search"  => people::search(form);
    get    "/people/{id}/days/{day}" => people::day(path);
    get    "/stream"         => stream(response);
    get    "/slow"           => slow;
    files  "/static"         => SITE;
    put    "/drafts/{name}"  => replace_draft(request, path);
    get    "/private" [&doors::PRIVATE, CacheControl::private(60)] => private;
    mount  "/doors"          => Doors(demo.doors);
    mount  "/pages"          => Pages(Pages);
    mount  "/open"           => Open(Open);
    ws     "/ws"             => echo_messages(ws);
    plugin                   => Board(demo.board);
    plugin                   => Live(demo.live);
}

async fn index(_: &Demo) -> &'static str {
    "Samewire: the same bytes on every wire.\n"
}

/// What `GET /hello` answers.
#[derive(Serialize)]
struct Greeting {
    message: &'static str,
}

async fn hello(_: &Demo) -> Json<Greeting> {
    Json(Greeting { message: "Hello, World!" })
}

/// What `GET /users/{id}` answers.
#[derive(Serialize)]
struct User {
    id: u32,
}

async fn user(_: &Demo, id: u32) -> Json<User> {
    Json(User { id })
}

async fn echo_content<'x>(
    _: &Demo,
    request: Request<'x>,
    content: Bytes<'x>,
) -> impl Respond + use<'x> {
    let content_type = request.field("content-type").unwrap_or(b"application/octet-stream");
    Rendered::new(content_type, move |to| to.put(&content))
}

async fn echo_fields<'x>(_: &Demo, request: Request<'x>) -> impl Respond + use<'x> {
    Rendered::text(move |to| {
        for (name, value) in request.fields() {
            to.put(name);
            to.put(b": ");
            to.put(value);
            to.put(b"\n");
        }
    })
}

async fn echo_cookies<'x>(_: &Demo, request: Request<'x>) -> impl Respond + use<'x> {
    Rendered::text(move |to| {
        for (name, value) in request.cookies() {
            to.put(name);
            to.put(b"=");
            to.put(value);
            to.put(b"\n");
        }
    })
}

async fn stream(_: &Demo, response: Response<'_>) -> Result {
    let mut content = response.chunked(Status::OK, "text/plain; charset=utf-8").await;
    for line in [&b"the same\n"[..], b"bytes on\n", b"every wire\n"] {
        content.write(line).await?;
    }
    content.finish().await;
    Ok(())
}

async fn private(_: &Demo) -> &'static str {
    "For your eyes only.\n"
}

async fn slow(_: &Demo) -> &'static str {
    core::future::pending().await
}

async fn echo_messages(_: &Demo, websocket: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = websocket.split();
    while let Some(message) = inbox.receive().await {
        outbox.send(message).await?;
    }
    Ok(())
}
