//! Every door of a connection and every codec behind it, without the app layer and without a
//! future. What is not called here is not linked, and its ways to panic would not be found.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::task::{Context, Poll, Waker};

use cortex_m_rt::entry;
use samewire::buffer::Writer;
use samewire::connection::{
    Collected, Connection, Incoming, Input, Output, Piece, Streaming, Wire,
};
use samewire::http::authority::Authority;
use samewire::http::fields::{Fields, elements};
use samewire::http::framing::Framing;
use samewire::http::head::Head;
use samewire::http::request_line::{Method, Version};
use samewire::http::response::ResponseHead;
use samewire::http::status::Status;
use samewire::http::target::Target;
use samewire::ws::close::Code;
use samewire::ws::handshake::{HandshakeRequest, KEY_BYTES, judge};
use samewire::{Clock as _, Limits, Transport as _};
use size::Peer;

const LIMITS: &Limits = &Limits::SMALL;

#[entry]
fn main() -> ! {
    let mut receive = [0; LIMITS.receive_bytes_min()];
    let mut send = [0; LIMITS.send_bytes_min()];
    loop {
        let mut connection = Connection::new(Peer.now(), LIMITS);
        while turn(&mut connection, &mut receive, &mut send) {}
    }
}

/// Pulls what there is, and moves bytes and time once. Nothing is left to do after a close.
fn turn(connection: &mut Connection, receive: &mut [u8], send: &mut [u8]) -> bool {
    let mut date = None;
    let mut wire = connection.lend(LIMITS, receive, send, &mut date);
    wire.set_unix_seconds(black_box(Some(0)));
    let mut key = None;
    if let Some(head_bytes) = wire.head() {
        let from = wire.connection().unread_at();
        let head = *wire.connection().judged_head();
        key = receive.get(from..from + head_bytes).and_then(|bytes| read(&head, bytes));
        wire = connection.lend(LIMITS, receive, send, &mut date);
        wire.pass_head(head_bytes);
    }
    match key {
        Some(key) => wire.upgrade(&key, None),
        None => answer(&mut wire),
    }
    echo(&mut wire);
    wire.drain();
    travel(&mut wire)
}

/// Reads all that a head tells, and the key if it is a handshake.
fn read(head: &Head, bytes: &[u8]) -> Option<[u8; KEY_BYTES]> {
    let target = Target::new(bytes.get(head.target())?);
    black_box((bytes.get(head.method_range()), head.method().as_str()));
    black_box((target.form(), target.path(), target.query()));
    black_box(target.authority().and_then(Authority::parse).map(|at| (at.host, at.port)));
    let fields = Fields::new(bytes.get(head.fields()..)?);
    for (name, value) in fields {
        for element in elements(value) {
            black_box((name, element));
        }
    }
    black_box(fields.first(black_box("accept")));
    let request = HandshakeRequest {
        is_get: head.method() == Method::Get,
        is_http11: head.version() == Version::Http11,
        has_content: !matches!(head.framing(), Framing::None | Framing::Length(0)),
        upgrades: head.upgrades(),
    };
    let offer = judge(request, fields).ok()?;
    black_box(offer.protocols.contains(black_box(b"chat")));
    Some(*offer.key)
}

/// Reads content, or answers, in one of the ways there are.
fn answer(wire: &mut Wire<'_>) {
    let head = ResponseHead::new(black_box(Status::OK)).content_type("text/plain");
    let content = black_box(b"Hello, World!\n");
    let is_done = match black_box(0) {
        0 => wire.respond(&head, content).is_ready(),
        1 => {
            let head = head.content_type_from(content);
            let Ok(head) = head else { return };
            let lines = [(black_box("X-Name"), "value")];
            let head = head.lines(&lines);
            let mut render = |to: &mut Writer<'_>| {
                to.put_decimal(black_box(1));
                let free = to.free().len();
                to.advance(black_box(free));
            };
            wire.respond_rendered(&head, &mut render).is_ready()
        }
        2 => wire.begin_stream(&head, black_box(Streaming::Chunked)).is_pending(),
        3 => wire.write(content) > content.len(),
        4 => wire.finish().is_ready(),
        5 => match wire.piece() {
            Piece::Data(range) => {
                wire.took(black_box(range).len());
                false
            }
            Piece::More => false,
            Piece::End | Piece::Broken => true,
        },
        _ => match black_box(wire.collect()) {
            Collected::More => false,
            Collected::Whole(_) | Collected::Broken => true,
        },
    };
    if is_done {
        wire.end_exchange();
    }
}

/// Takes a message, and sends one or closes.
fn echo(wire: &mut Wire<'_>) {
    let Incoming::Message(kind, bytes) = wire.message() else { return };
    wire.release_message();
    let content = black_box(b"Hello, World!\n");
    let sent = match black_box(bytes) {
        0 => wire.send(kind, content),
        _ => wire.send_rendered(kind, &mut |to| to.put(content)),
    };
    if let (Poll::Pending, Some(code)) = (sent, Code::sendable(black_box(1000))) {
        wire.close(code, content);
    }
}

/// What a driver does between two pulls.
fn travel(wire: &mut Wire<'_>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    let input = match wire.poll_output() {
        Output::Close => return false,
        Output::Ready => return true,
        Output::Transmit => match Peer.poll_write(&mut context, wire.unsent()) {
            Poll::Ready(Ok(n)) => Input::Sent(n),
            _ => return false,
        },
        Output::Shutdown => Input::Shut,
        Output::Wait if !wire.wants_input() => {
            black_box(wire.deadline());
            black_box(Input::Timeout)
        }
        Output::Wait => match Peer.poll_read(&mut context, wire.receive_space()) {
            Poll::Ready(Ok(0)) => Input::PeerClosed,
            Poll::Ready(Ok(n)) => Input::Received(n),
            _ => return false,
        },
    };
    wire.handle_input(Peer.now(), input);
    true
}
