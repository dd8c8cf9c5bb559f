//! Limits hold for any input, whatever they are: nothing larger ever reaches a handler, no byte
//! goes beside the lent buffers, and the connection comes to its end.

use std::cell::{Cell, RefCell};

use proptest::collection::vec;
use proptest::prelude::*;
use samewire::{Body, Bytes, Limits, Request, Result, Status, WebSocket, app};

use crate::streams::{frames, requests};
use crate::support::serve::run;
use crate::watched::Watched;

/// The largest of each that a handler has seen.
#[derive(Default)]
struct Seen {
    requests: Cell<usize>,
    target_bytes: Cell<usize>,
    field_lines: Cell<usize>,
    collected_bytes: Cell<usize>,
    content_bytes: Cell<usize>,
    message_bytes: Cell<usize>,
    messages: RefCell<Vec<u8>>,
}

app! { for Seen;
    get  "/{*rest}"   => look(request);
    put  "/{*rest}"   => look(request);
    post "/collect"   => collect(request, bytes);
    post "/count"     => count(request, body);
    post "/first"     => first(request, body);
    post "/{*rest}"   => look(request);
    ws   "/ws"        => echo(ws);
}

impl Seen {
    fn head(&self, request: Request<'_>) {
        self.requests.set(self.requests.get() + 1);
        raise(&self.target_bytes, request.target().as_bytes().len());
        raise(&self.field_lines, request.fields().count());
    }
}

fn raise(cell: &Cell<usize>, to: usize) {
    cell.set(cell.get().max(to));
}

async fn look(app: &Seen, request: Request<'_>) -> Status {
    app.head(request);
    Status::ACCEPTED
}

async fn collect(app: &Seen, request: Request<'_>, bytes: Bytes<'_>) -> Status {
    app.head(request);
    raise(&app.collected_bytes, bytes.len());
    Status::ACCEPTED
}

async fn count(app: &Seen, request: Request<'_>, mut body: Body<'_>) -> Result<Status> {
    app.head(request);
    let mut bytes = 0;
    while let Some(chunk) = body.chunk().await? {
        bytes += chunk.len();
        raise(&app.content_bytes, bytes);
    }
    Ok(Status::ACCEPTED)
}

async fn first(app: &Seen, request: Request<'_>, mut body: Body<'_>) -> Result<Status> {
    app.head(request);
    body.chunk().await?;
    Ok(Status::ACCEPTED)
}

async fn echo(app: &Seen, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    while let Some(message) = inbox.receive().await {
        raise(&app.message_bytes, message.data.len());
        app.messages.borrow_mut().extend_from_slice(message.data);
        outbox.send(message).await?;
    }
    Ok(())
}

/// Any limits, small ones more often. A chunk of an answer has a byte at least.
fn limits() -> impl Strategy<Value = Limits> {
    let head = (60..500_u16, 1..80_u16, 0..9_u8, 0..4_u8);
    let bytes = || prop_oneof![0..60_u32, 0..900_u32];
    let content = (bytes(), bytes(), 0..60_u16, bytes());
    let answers = (0..700_u32, 1..200_u16, 0..6_u16);
    let messages = (bytes(), 0..5_u16);
    (head, content, answers, messages).prop_map(|(head, content, answers, messages)| Limits {
        head_bytes_max: head.0,
        target_bytes_max: head.1,
        field_lines_max: head.2,
        empty_lines_max: head.3,
        content_bytes_max: content.0.into(),
        collected_bytes_max: content.1,
        chunk_overhead_bytes_max: content.2,
        drain_bytes_max: content.3,
        answer_bytes_max: answers.0,
        chunk_bytes_max: answers.1,
        requests_max: answers.2,
        message_bytes_max: messages.0,
        fragments_max: messages.1,
        ..Limits::SMALL
    })
}

/// The shortest request line with its empty line: no stream has more requests than it has of these.
const REQUEST_BYTES_MIN: usize = b"G / HTTP/1.0\r\n\r\n".len();
/// The longest answer: the handlers' have no content, errors have a line of it.
const ANSWER_BYTES_MAX: usize = b"HTTP/1.1 100 Continue\r\n\r\n".len() + 320;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn limits_hold_for_any_input(
        bytes in prop_oneof![3 => requests(), 2 => frames()],
        limits in limits(),
        brings in prop_oneof![1..30_usize, Just(usize::MAX)],
        takes in prop_oneof![1..30_usize, Just(usize::MAX)],
    ) {
        let seen = Seen::default();
        let mut transport = Watched::new(&bytes, brings, takes, &limits);
        run(&seen, &mut transport, &limits);

        let at_most = |cell: &Cell<usize>, max: u64| cell.get() as u64 <= max;
        prop_assert!(at_most(&seen.requests, limits.requests_max.max(1).into()));
        prop_assert!(at_most(&seen.target_bytes, limits.target_bytes_max.into()));
        prop_assert!(at_most(&seen.field_lines, limits.field_lines_max.into()));
        prop_assert!(at_most(&seen.collected_bytes, limits.collected_bytes_max.into()));
        prop_assert!(at_most(&seen.collected_bytes, limits.content_bytes_max));
        prop_assert!(at_most(&seen.content_bytes, limits.content_bytes_max));
        prop_assert!(at_most(&seen.message_bytes, limits.message_bytes_max.into()));

        // A pong for a ping and an echo for a message are shorter than what asked for them; a
        // server that fails or closes says so once.
        let answers = bytes.len() / REQUEST_BYTES_MIN + 2;
        let out_max = answers * ANSWER_BYTES_MAX + bytes.len() + 125;
        prop_assert!(transport.out.len() <= out_max, "{} bytes", transport.out.len());
        let echoed = seen.messages.borrow();
        prop_assert!(echoed.len() <= bytes.len());
    }

    /// The last byte that is allowed, and the first that is not.
    #[test]
    fn limits_of_content_hold_to_the_byte(
        content in vec(any::<u8>(), 1..300), cuts in vec(1..90_usize, 1..6), is_sized: bool,
        brings in prop_oneof![1..30_usize, Just(usize::MAX)],
    ) {
        let n = content.len() as u32;
        let roomy = Limits { content_bytes_max: 400, collected_bytes_max: 400, ..Limits::SMALL };
        for (path, limits, fits) in [
            ("/collect", Limits { collected_bytes_max: n, ..roomy }, true),
            ("/collect", Limits { collected_bytes_max: n - 1, ..roomy }, false),
            ("/collect", Limits { content_bytes_max: n.into(), ..roomy }, true),
            ("/collect", Limits { content_bytes_max: u64::from(n) - 1, ..roomy }, false),
            ("/count", Limits { content_bytes_max: n.into(), ..roomy }, true),
            ("/count", Limits { content_bytes_max: u64::from(n) - 1, ..roomy }, false),
        ] {
            let bytes = if is_sized { sized(path, &content) } else { chunked(path, &content, &cuts) };
            let seen = Seen::default();
            let mut transport = Watched::new(&bytes, brings, usize::MAX, &limits);
            run(&seen, &mut transport, &limits);
            let out = String::from_utf8_lossy(&transport.out);
            let status = if fits { "HTTP/1.1 202 " } else { "HTTP/1.1 413 " };
            prop_assert!(out.starts_with(status), "{}{}", bytes.escape_ascii(), out);
            let taken = seen.collected_bytes.get().max(seen.content_bytes.get());
            prop_assert_eq!(taken == content.len(), fits);
        }
    }
}

fn sized(path: &str, content: &[u8]) -> Vec<u8> {
    let bytes = content.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {bytes}\r\n\r\n");
    [head.as_bytes(), content].concat()
}

/// In chunks of these sizes, again and again.
fn chunked(path: &str, content: &[u8], sizes: &[usize]) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    let (mut bytes, mut rest) = (head.into_bytes(), content);
    for size in sizes.iter().cycle() {
        let (chunk, after) = rest.split_at(rest.len().min(*size));
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
        rest = after;
        if chunk.is_empty() {
            break;
        }
    }
    bytes
}
