//! An app with a route of each kind: content collected, streamed, ignored and leaked, answers of a
//! known length and of chunks, a WebSocket that echoes.

use samewire::{Body, Bytes, Json, Rendered, Respond, Response, Result, Status, WebSocket, app};

/// An app whose answers depend on nothing but the request.
pub(crate) struct Fixture;

app! { for Fixture;
    get  "/hello"          => hello;
    post "/collect"        => collect(bytes);
    post "/count"          => count(body);
    post "/first"          => first(body);
    post "/ignore"         => ignore;
    post "/leak"           => leak(body);
    get  "/stream"         => stream(response);
    get  "/users/{id:u32}" => user(path);
    ws   "/ws"             => echo(ws);
}

async fn hello(_: &Fixture) -> &'static str {
    "hello"
}

async fn collect<'x>(_: &Fixture, bytes: Bytes<'x>) -> impl Respond + use<'x> {
    Rendered::text(move |to| to.put(&bytes))
}

async fn count(_: &Fixture, mut body: Body<'_>) -> Result<Json<u32>> {
    let mut bytes = 0;
    while let Some(chunk) = body.chunk().await? {
        bytes += chunk.len() as u32;
    }
    Ok(Json(bytes))
}

/// How much one piece holds depends on the cut; what follows from it must not.
async fn first(_: &Fixture, mut body: Body<'_>) -> Result<&'static str> {
    body.chunk().await?;
    Ok("first")
}

async fn ignore(_: &Fixture) -> Status {
    Status::ACCEPTED
}

async fn leak(_: &Fixture, mut body: Body<'_>) -> &'static str {
    let _ = body.chunk().await;
    std::mem::forget(body);
    "leaked"
}

async fn stream(_: &Fixture, response: Response<'_>) -> Result {
    let mut content = response.chunked(Status::OK, "text/plain").await;
    for line in 0..20u8 {
        content.write(&[b'a' + line; 70]).await?;
    }
    content.finish().await;
    Ok(())
}

async fn user(_: &Fixture, id: u32) -> Json<u32> {
    Json(id)
}

async fn echo(_: &Fixture, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    while let Some(message) = inbox.receive().await {
        outbox.send(message).await?;
    }
    Ok(())
}
