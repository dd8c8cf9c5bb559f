//! What does not fit: handlers, what they take and return, layers, and what is mounted.

use samewire::{Json, Result, Status, Text, WebSocket, app};

struct Panel;

struct Led {
    _level: u8,
}

struct Log;

app! { for panel: Panel;
    layers [Log];
    get   "/no-app"      => no_app;
    get   "/not-async"   => not_async;
    post  "/other-type"  => other_type(text);
    post  "/no-json"     => no_json(json);
    get   "/paths/{x}"   => no_path(path);
    get   "/two/{x}/{y}" => no_paths(path);
    get   "/no-query"    => no_query(query);
    post  "/no-form"     => no_form(form);
    post  "/bare-json"   => bare_json(json);
    get   "/no-answer"   => no_answer;
    get   "/no-error"    => no_error;
    get   "/socket"      => socket(ws);
    ws    "/no-farewell" => no_farewell(ws);
    mount "/mounted"     => Mounted(panel.field);
}

async fn no_app() -> Status {
    Status::OK
}

fn not_async(_: &Panel) -> Status {
    Status::OK
}

async fn other_type(_: &Panel, _: u8) -> Status {
    Status::OK
}

async fn no_json(_: &Panel, _: Json<Led>) -> Status {
    Status::OK
}

async fn no_path(_: &Panel, _: f32) -> Status {
    Status::OK
}

async fn no_paths(_: &Panel, _: (u8, f32)) -> Status {
    Status::OK
}

async fn no_query(_: &Panel, _: u8) -> Status {
    Status::OK
}

async fn no_form(_: &Panel, _: Led) -> Status {
    Status::OK
}

async fn bare_json(_: &Panel, _: Led) -> Status {
    Status::OK
}

async fn no_answer(_: &Panel) -> Led {
    Led { _level: 1 }
}

async fn no_error(_: &Panel) -> core::result::Result<&'static str, core::fmt::Error> {
    Ok("")
}

async fn socket(_: &Panel, _: WebSocket<'_>) -> Result {
    Ok(())
}

async fn no_farewell(_: &Panel, _: WebSocket<'_>) -> u8 {
    1
}

struct Mounted;

app! { for Mounted;
    post "/" => text(text);
}

async fn text(_: &Mounted, _: Text<'_>) -> Status {
    Status::OK
}

fn main() {}
