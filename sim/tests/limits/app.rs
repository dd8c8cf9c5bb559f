//! An app that meets every limit.

use samewire::app::Multipart;
use samewire::{Body, Bytes, Json, Respond, Response, Result, Status, WebSocket, app};

pub(crate) struct Bounded;

app! { for Bounded;
    get  "/"        => index;
    post "/collect" => collect(bytes);
    post "/count"   => count(body);
    post "/unread"  => unread;
    get  "/json"    => json;
    get  "/lines"   => lines;
    get  "/stream"  => stream(response);
    get  "/never"   => never;
    post "/parts"   => parts(multipart);
    ws   "/ws"      => echo(ws);
}

async fn index(_: &Bounded) -> &'static str {
    "index"
}

async fn collect(_: &Bounded, _: Bytes<'_>) -> Status {
    Status::OK
}

async fn count(_: &Bounded, mut body: Body<'_>) -> Result<Status> {
    while body.chunk().await?.is_some() {}
    Ok(Status::OK)
}

async fn unread(_: &Bounded) -> Status {
    Status::OK
}

async fn json(_: &Bounded) -> Json<[u64; 7]> {
    // Seven numbers of twenty digits, six commas and two brackets.
    Json([u64::MAX; 7])
}

async fn lines(_: &Bounded) -> Result<impl Respond> {
    Ok(Json(1).with_field("X-Long", const { [b'x'; 300] })?)
}

/// Two hundred bytes and two.
async fn stream(_: &Bounded, response: Response<'_>) -> Result {
    let mut body = response.chunked(Status::OK, "text/plain").await;
    body.write(&[b'-'; 202]).await?;
    body.finish().await;
    Ok(())
}

async fn never(_: &Bounded) -> Status {
    std::future::pending().await
}

async fn parts(_: &Bounded, mut form: Multipart<'_>) -> Result<Status> {
    while form.next_part().await?.is_some() {}
    Ok(Status::OK)
}

/// Echoes, but says farewell to who says `bye`.
async fn echo(_: &Bounded, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    while let Some(message) = inbox.receive().await {
        if message.text() == Some("bye") {
            break;
        }
        outbox.send(message).await?;
    }
    Ok(())
}
