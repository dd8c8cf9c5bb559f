//! A connection whose doors and verbs are called in any order, by a driver and an application who have
//! not read a word about them; then a driver comes that follows the law, and it must end.
//!
//! Two bytes are an operation, so any bytes are a row of them: a fuzzer cuts and joins them as it
//! likes, which a grammar of its own (`arbitrary`) would only make harder.

use std::task::Poll;

use samewire::buffer::Writer;
use samewire::connection::state::{State, TRANSITIONS};
use samewire::connection::{
    Collected, Connection, Incoming, Input, Output, Piece, Streaming, Wire,
};
use samewire::http::date::HttpDate;
use samewire::http::response::ResponseHead;
use samewire::limits::ANSWER_HEAD_BYTES_MIN;
use samewire::ws::close::Code;
use samewire::ws::message::Kind;
use samewire::{Instant, Limits, Misuse, Status};

/// Small enough that short inputs reach each of them.
const LIMITS: Limits = Limits {
    head_bytes_max: 160,
    target_bytes_max: 64,
    field_lines_max: 8,
    content_bytes_max: 128,
    collected_bytes_max: 48,
    chunk_overhead_bytes_max: 32,
    answer_bytes_max: 96,
    answer_head_bytes_max: ANSWER_HEAD_BYTES_MIN,
    chunk_bytes_max: 32,
    drain_bytes_max: 32,
    requests_max: 4,
    message_bytes_max: 64,
    fragments_max: 4,
    ..Limits::SMALL
};

/// What answers are made of.
const CONTENT: &[u8; 255] = &{
    let mut content = [0; 255];
    let mut at = 0;
    while at < content.len() {
        content[at] = b'a' + (at % 26) as u8;
        at += 1;
    }
    content
};

/// What no single call writes: a head, the largest content, the largest control frames.
const GROWTH_BYTES_MAX: usize = 1024;
/// What a polite driver needs at most: each deadline a few times, each request, each byte.
const ROUNDS_MAX: usize = 400;

/// Plays the operations.
pub(crate) fn play(input: &[u8]) {
    let mut play = Play::new();
    let mut rest = input;
    while let [operation, argument, behind @ ..] = rest {
        rest = play.operate(*operation, *argument, behind);
    }
    play.end();
}

/// Operations that receive these bytes, and ask after each piece what there is to do.
pub(crate) fn received(bytes: &[u8]) -> Vec<u8> {
    let ask = [9, 0, 10, 0, 12, 0, 14, 255, 17, 20, 22, 0, 24, 0, 25, 0, 3, 0];
    let pieces = bytes.chunks(120).map(|piece| {
        let n = u8::try_from(piece.len()).expect("a short piece");
        [&[0, n], piece, &ask].concat()
    });
    pieces.take(4).collect::<Vec<_>>().concat()
}

struct Play {
    connection: Connection,
    receive: Vec<u8>,
    send: Vec<u8>,
    date: Option<HttpDate>,
    now: Instant,
    /// All that was written: what has left, and what stands.
    left: Vec<u8>,
    standing: Vec<u8>,
    head_bytes: usize,
    piece_bytes: usize,
}

impl Play {
    fn new() -> Self {
        let (receive, send) =
            (vec![0; LIMITS.receive_bytes_min()], vec![0; LIMITS.send_bytes_min()]);
        LIMITS.fits(receive.len(), send.len()).expect("buffers of the smallest size");
        Self {
            connection: Connection::new(Instant::ZERO, &LIMITS),
            receive,
            send,
            date: None,
            now: Instant::ZERO,
            left: Vec::new(),
            standing: Vec::new(),
            head_bytes: 0,
            piece_bytes: 0,
        }
    }

    /// Calls something, and looks at what became of the connection.
    fn on<T>(&mut self, call: impl FnOnce(&mut Wire<'_>) -> T) -> T {
        let before = self.connection.state();
        let Self { connection, receive, send, date, .. } = self;
        let mut wire = connection.lend(&LIMITS, receive, send, date);
        let result = call(&mut wire);
        let unsent = wire.unsent().to_vec();
        let is_pending = wire.deadline().is_some();
        let after = self.connection.state();
        assert!(can_become(before, after), "{before:?} became {after:?}");
        // What is written is only ever added to: nothing is lost, doubled or changed.
        let tail = self.standing.len().min(unsent.len());
        assert_eq!(unsent[..tail], self.standing[..tail], "what was written is another");
        assert!(unsent.len() <= self.standing.len() + GROWTH_BYTES_MAX, "one call wrote too much");
        self.standing = unsent;
        assert!(self.connection.unread_at() <= self.receive.len());
        let waits_for_peer = matches!(after, State::Idle | State::Head | State::Lingering);
        assert!(is_pending || !waits_for_peer || !self.standing.is_empty(), "{after:?} for ever");
        result
    }

    fn input(&mut self, input: Input) {
        let now = self.now;
        if let Input::Sent(n) = input {
            let n = n.min(self.standing.len());
            self.left.extend(self.standing.drain(..n));
        }
        self.on(|wire| wire.handle_input(now, input));
    }

    /// Receives as many of these bytes as there is space for, and says how many.
    fn receive(&mut self, bytes: &[u8]) -> usize {
        let n = self.on(|wire| {
            let space = wire.receive_space();
            let n = space.len().min(bytes.len());
            space[..n].copy_from_slice(&bytes[..n]);
            n
        });
        self.input(Input::Received(n));
        n
    }

    /// One operation; returned is what it leaves of the bytes behind it.
    fn operate<'x>(&mut self, operation: u8, argument: u8, behind: &'x [u8]) -> &'x [u8] {
        let n = usize::from(argument);
        let content = &CONTENT[..n];
        match operation % 29 {
            0 => {
                let (bytes, rest) = behind.split_at(n.min(behind.len()));
                self.receive(bytes);
                return rest;
            }
            1 => self.input(Input::Received(n)),
            2 => self.input(Input::Sent(n)),
            3 => self.input(Input::Sent(self.standing.len())),
            4 => self.input(Input::Shut),
            5 => self.input(Input::PeerClosed),
            6 => self.input(Input::Drain),
            7 => {
                self.now = self.now.after_millis(u32::from(argument) << (argument % 8));
                self.input(Input::Timeout);
            }
            8 => self.jump(),
            9 => self.poll(),
            10 => self.head(),
            11 => self.on(|wire| wire.pass_head(n)),
            12 => self.piece(),
            13 => self.on(|wire| wire.took(n)),
            14 => self.take(n),
            15 => self.collect(),
            16 => self.on(|wire| wire.drain()),
            17 => self.answer(argument),
            18 => self.begin(argument),
            19 => self.write(content),
            20 => self.on(|wire| {
                let _ = wire.write_rendered(&mut |to| to.put(content));
            }),
            21 => self.finish(),
            22 => self.on(|wire| wire.end_exchange()),
            23 => self.upgrade(),
            24 => self.message(),
            25 => self.on(|wire| wire.release_message()),
            26 => self.send(argument),
            27 => self.on(|wire| wire.close(Code::NORMAL, content)),
            _ => self.on(|wire| wire.set_unix_seconds((n % 3 > 0).then_some(argument.into()))),
        }
        behind
    }

    /// To the next deadline, which must do something.
    fn jump(&mut self) {
        let Some(deadline) = self.on(|wire| wire.deadline()) else { return };
        assert!(deadline >= self.connection.now(), "a deadline that has passed");
        self.now = deadline;
        self.input(Input::Timeout);
        let next = self.on(|wire| wire.deadline());
        assert!(next.is_none_or(|next| next > deadline), "a deadline comes twice");
    }

    fn poll(&mut self) {
        let output = self.on(|wire| wire.poll_output());
        let is_closed = self.connection.state() == State::Closed;
        assert_eq!(output == Output::Close, is_closed);
        assert!(output != Output::Transmit || !self.standing.is_empty(), "nothing to transmit");
        let is_flushing = self.connection.state() == State::Flushing;
        assert!(output != Output::Shutdown || is_flushing && self.standing.is_empty());
    }

    fn head(&mut self) {
        let before = self.connection.state();
        if let Some(n) = self.on(|wire| wire.head()) {
            assert!(matches!(before, State::Idle | State::Head), "a head in {before:?}");
            assert_eq!(self.connection.state(), State::Exchange);
            assert!(n <= usize::from(LIMITS.head_bytes_max));
            self.head_bytes = n;
            self.on(|wire| wire.pass_head(n));
        }
    }

    fn piece(&mut self) {
        self.piece_bytes = match self.on(|wire| wire.piece()) {
            Piece::Data(range) => {
                assert!(!range.is_empty() && range.end <= self.receive.len());
                range.len()
            }
            Piece::More | Piece::End | Piece::Broken => 0,
        };
    }

    /// Some of the piece that was seen last.
    fn take(&mut self, n: usize) {
        let n = n.min(self.piece_bytes);
        self.piece_bytes -= n;
        self.on(|wire| wire.took(n));
    }

    fn collect(&mut self) {
        if let Collected::Whole(n) = self.on(|wire| wire.collect()) {
            assert!(n <= LIMITS.collected_bytes_max as usize);
        }
    }

    /// Whether an answer can be given: a second one is misuse, and changes nothing on the wire.
    fn answer_with(&mut self, verb: impl FnOnce(&mut Wire<'_>) -> Poll<()>) {
        let is_second =
            self.connection.state() == State::Exchange && self.connection.answered().is_some();
        let before = self.standing.clone();
        let poll = self.on(verb);
        if is_second {
            assert_eq!(poll, Poll::Ready(()));
            assert_eq!(self.connection.misuse(), Some(Misuse::AnsweredTwice));
            assert_eq!(self.standing, before, "a second answer");
        }
    }

    fn answer(&mut self, argument: u8) {
        let status = [Status::OK, Status::NO_CONTENT, Status::NOT_MODIFIED, Status::NOT_FOUND];
        let head = ResponseHead::new(status[usize::from(argument % 4)]);
        let content = &CONTENT[..usize::from(argument)];
        if argument & 4 == 0 {
            self.answer_with(|wire| wire.respond(&head, content));
        } else {
            self.answer_with(|wire| wire.respond_rendered(&head, &mut |to| to.put(content)));
        }
    }

    fn begin(&mut self, argument: u8) {
        let length = u64::from(argument / 2);
        let streaming =
            if argument & 1 == 0 { Streaming::Chunked } else { Streaming::Length(length) };
        self.answer_with(|wire| wire.begin_stream(&ResponseHead::OK, streaming));
    }

    /// What was taken has been written, in chunks or as it is.
    fn write(&mut self, content: &[u8]) {
        let before = self.standing.len();
        let is_streaming = self.on(|wire| wire.is_streaming());
        let n = self.on(|wire| wire.write(content));
        assert!(n <= content.len());
        let written = &self.standing[before..];
        assert!(is_streaming || written.is_empty(), "content of no answer");
        // A stream of declared length drops what is beyond it, and says so.
        let is_whole = n <= written.len() || !is_streaming;
        assert!(is_whole || self.connection.misuse() == Some(Misuse::LengthNotKept), "{n} lost");
    }

    fn finish(&mut self) {
        let before = self.standing.len();
        let is_streaming = self.on(|wire| wire.is_streaming());
        let _ = self.on(|wire| wire.finish());
        assert!(is_streaming || self.standing.len() == before, "the end of no answer");
    }

    fn upgrade(&mut self) {
        self.answer_with(|wire| {
            wire.upgrade(b"dGhlIHNhbXBsZSBub25jZQ==", None);
            Poll::Ready(())
        });
    }

    fn message(&mut self) {
        if let Incoming::Message(kind, n) = self.on(|wire| wire.message()) {
            assert!(n <= LIMITS.message_bytes_max as usize);
            let message = self.receive[..n].to_vec();
            assert!(kind == Kind::Binary || str::from_utf8(&message).is_ok(), "no UTF-8");
        }
    }

    /// What is sent is one frame, and only to who listens.
    fn send(&mut self, argument: u8) {
        let content = &CONTENT[..usize::from(argument)];
        let (before, is_open) = (self.standing.len(), self.connection.state() == State::WebSocket);
        let sent = if argument & 1 == 0 {
            self.on(|wire| wire.send(Kind::Text, content))
        } else {
            let mut render = |to: &mut Writer<'_>| to.put(content);
            self.on(|wire| wire.send_rendered(Kind::Text, &mut render))
        };
        let written = &self.standing[before..];
        match sent {
            Poll::Ready(Ok(())) => assert!(is_open && written.ends_with(content)),
            Poll::Ready(Err(why)) => assert!(written.is_empty() && is_open == why.is_some()),
            Poll::Pending => assert!(is_open && written.is_empty()),
        }
    }

    /// Does what the doors say, and answers what there is to answer, until it is over.
    fn end(&mut self) {
        self.input(Input::PeerClosed);
        for _ in 0..ROUNDS_MAX {
            match self.on(|wire| wire.poll_output()) {
                Output::Close => return,
                Output::Transmit => self.input(Input::Sent(self.standing.len())),
                Output::Shutdown => self.input(Input::Shut),
                Output::Ready => self.serve(),
                Output::Wait => self.jump(),
            }
        }
        panic!("{:?} never ends", self.connection);
    }

    fn serve(&mut self) {
        match self.connection.state() {
            State::Idle | State::Head => self.head(),
            State::Exchange => self.on(|wire| wire.end_exchange()),
            State::Draining => self.on(|wire| wire.drain()),
            State::WebSocket | State::Closing => {
                self.on(|wire| wire.release_message());
                self.message();
            }
            State::Flushing | State::Lingering | State::Closed => {}
        }
    }
}

/// Whether the table leads from one state to the other, by any number of steps.
fn can_become(from: State, to: State) -> bool {
    let (mut seen, mut at) = (vec![from], 0);
    while let Some(state) = seen.get(at).copied() {
        let next = TRANSITIONS.iter().filter(|row| row.0 == state).map(|row| row.2);
        for next in next {
            if !seen.contains(&next) {
                seen.push(next);
            }
        }
        at += 1;
    }
    to == State::Closed || seen.contains(&to)
}
