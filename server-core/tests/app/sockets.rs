//! What a WebSocket's handler may send, and how it may end.

use samewire::http::status::Status;
use samewire::ws::close::Code;
use samewire::{Json, Problem, Result, WebSocket, app};

use crate::client::{HANDSHAKE, frame};
use crate::said;

struct Panel;

app! { for Panel;
    ws "/ws" => talk(ws);
}

/// Does what the first message says.
async fn talk(_: &Panel, ws: WebSocket<'_>) -> Result {
    let (mut inbox, mut outbox) = ws.split();
    let Some(message) = inbox.receive().await else { return Ok(()) };
    match message.text() {
        Some("text") => outbox.send("täxt").await?,
        Some("binary") => outbox.send(&[0, 255][..]).await?,
        Some("json") => outbox.send(Json([1, 2])).await?,
        Some("large") => outbox.send(&[0; 201][..]).await?,
        Some("large json") => outbox.send(Json("x".repeat(200))).await?,
        Some("leave") => outbox.close(Code::GOING_AWAY, &"ü".repeat(100)),
        Some("odd leave") => outbox.close(Code::GOING_AWAY, &["x", &"ü".repeat(100)].concat()),
        Some(_) => return Err(Problem::new(Status::FORBIDDEN, "no such word")),
        None => {}
    }
    Ok(())
}

/// What is sent after the handshake's answer to one message of this kind.
fn told(first: u8, payload: &[u8]) -> Vec<u8> {
    let out = said(&Panel, &[HANDSHAKE, &frame(first, payload)].concat());
    let end = out.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    assert!(out.starts_with(b"HTTP/1.1 101 "), "{}", out.escape_ascii());
    out[end..].to_vec()
}

#[test]
fn messages_are_of_the_kind_of_what_is_sent() {
    for (word, expected) in [
        (&b"text"[..], &b"\x81\x05t\xc3\xa4xt\x88\x02\x03\xe8"[..]),
        (b"binary", b"\x82\x02\x00\xff\x88\x02\x03\xe8"),
        (b"json", b"\x81\x05[1,2]\x88\x02\x03\xe8"),
    ] {
        assert_eq!(
            told(0x81, word).escape_ascii().to_string(),
            expected.escape_ascii().to_string()
        );
    }
    assert_eq!(told(0x82, b"text"), b"\x88\x02\x03\xe8", "binary is no text");
}

#[test]
fn a_handler_that_fails_says_why() {
    let detail = b"\x88\x0e\x03\xf3no such word";
    assert_eq!(
        told(0x81, b"unknown").escape_ascii().to_string(),
        detail.escape_ascii().to_string()
    );
}

#[test]
fn reasons_are_cut_between_letters() {
    for (word, reason) in
        [(&b"leave"[..], "ü".repeat(61)), (b"odd leave", ["x", &"ü".repeat(61)].concat())]
    {
        let out = told(0x81, word);
        assert_eq!(out[..4], [0x88, reason.len() as u8 + 2, 0x03, 0xe9]);
        assert_eq!(String::from_utf8_lossy(&out[4..]), reason);
    }
}

#[test]
fn what_is_too_large_is_not_sent() {
    for word in ["large", "large json"] {
        let out = told(0x81, word.as_bytes());
        assert_eq!(out[..2], [0x88, 0x02], "{word}: {}", out.escape_ascii());
    }
}
