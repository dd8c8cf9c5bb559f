//! WebSocket with tungstenite.

use std::time::Instant;

use futures_util::future::join_all;
use futures_util::{SinkExt as _, StreamExt as _};
use samewire::Limits;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::Frame};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{PLACES, Served, served};
use crate::peer::{ENTRY, GUARD};

type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(server: &Served) -> WebSocket {
    let start = Instant::now();
    loop {
        match timeout(ENTRY, connect_async(server.url("ws", "/ws"))).await {
            Ok(Ok((socket, _))) => return socket,
            failed => assert!(start.elapsed() < GUARD, "no handshake: {:?}", failed.err()),
        }
    }
}

async fn next(socket: &mut WebSocket) -> Option<Message> {
    let next = timeout(GUARD, socket.next()).await.expect("something comes");
    next.map(|message| message.expect("a message"))
}

#[tokio::test]
async fn text_and_binary_come_back() {
    let server = served();
    let mut socket = open(&server).await;
    let long = "é".repeat(Limits::SMALL.message_bytes_max as usize / 2);
    for message in [
        Message::text("hello"),
        Message::text(""),
        Message::text(long),
        Message::binary([0, 255].repeat(200)),
    ] {
        socket.send(message.clone()).await.unwrap();
        assert_eq!(next(&mut socket).await, Some(message));
    }
}

#[tokio::test]
async fn fragments_come_back_as_one_message_after_the_pong() {
    let server = served();
    let mut socket = open(&server).await;
    let frame = |text: &'static str, data, last| {
        Message::Frame(Frame::message(text, OpCode::Data(data), last))
    };
    socket.send(frame("Hel", Data::Text, false)).await.unwrap();
    socket.send(Message::Ping("between".into())).await.unwrap();
    socket.send(frame("l", Data::Continue, false)).await.unwrap();
    socket.send(frame("o", Data::Continue, true)).await.unwrap();
    assert_eq!(next(&mut socket).await, Some(Message::Pong("between".into())));
    assert_eq!(next(&mut socket).await, Some(Message::text("Hello")));
}

#[tokio::test]
async fn a_close_is_answered_and_ends_the_stream() {
    let server = served();
    let mut socket = open(&server).await;
    let frame = CloseFrame { code: CloseCode::Normal, reason: "bye".into() };
    socket.close(Some(frame)).await.unwrap();
    match next(&mut socket).await {
        Some(Message::Close(Some(echo))) => assert_eq!(echo.code, CloseCode::Normal),
        other => panic!("{other:?}"),
    }
    assert_eq!(next(&mut socket).await, None);
}

#[tokio::test]
async fn a_message_beyond_the_limit_is_closed_with_1009() {
    let server = served();
    let mut socket = open(&server).await;
    let bytes = Limits::SMALL.message_bytes_max as usize + 1;
    socket.send(Message::binary(vec![0; bytes])).await.unwrap();
    match next(&mut socket).await {
        Some(Message::Close(Some(close))) => assert_eq!(close.code, CloseCode::Size),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn another_version_is_told_which_is_spoken() {
    let server = served();
    let mut request = server.url("ws", "/ws").into_client_request().unwrap();
    request.headers_mut().insert("Sec-WebSocket-Version", "8".parse().unwrap());
    let start = Instant::now();
    loop {
        match connect_async(request.clone()).await {
            Err(Error::Http(answer)) => {
                assert_eq!(answer.status(), StatusCode::UPGRADE_REQUIRED);
                assert_eq!(answer.headers()["Sec-WebSocket-Version"], "13");
                return;
            }
            // There is no place for a moment.
            Err(why) => assert!(start.elapsed() < GUARD, "{why}"),
            Ok(opened) => panic!("{opened:?}"),
        }
    }
}

#[tokio::test]
async fn as_many_as_there_are_places_talk_at_once_and_leave_without_a_word() {
    let server = served();
    for _ in 0..3 {
        let mut sockets = join_all((0..PLACES).map(|_| open(&server))).await;
        for turn in 0..10 {
            let talks = sockets.iter_mut().enumerate().map(|(number, socket)| async move {
                let message = Message::text(format!("{turn} of {number}"));
                socket.send(message.clone()).await.unwrap();
                assert_eq!(next(socket).await, Some(message));
            });
            join_all(talks).await;
        }
        drop(sockets);
        server.fill();
    }
}
