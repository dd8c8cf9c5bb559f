//! WebSocket with tungstenite, where the limits are a laptop's.

use futures_util::{SinkExt as _, StreamExt as _};
use samewire::Limits;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::demo;
use crate::peer::GUARD;

#[tokio::test]
async fn a_long_message_comes_back() {
    let server = demo(Limits::LARGE);
    let url = format!("ws://{}/ws", server.local_addr());
    let (mut socket, _) = connect_async(url).await.expect("a handshake");
    let long = Message::text("é".repeat(30_000));
    socket.send(long.clone()).await.unwrap();
    let echo = timeout(GUARD, socket.next()).await.expect("something comes");
    assert_eq!(echo.expect("a message").unwrap(), long);
}
