//! A connection by its doors and verbs, without the app layer: what a caller may do wrong, and what
//! happens while there is no room.

use std::task::Poll;

use samewire::buffer::Writer;
use samewire::connection::{Connection, Incoming, Input, Output, Piece, Streaming, Wire};
use samewire::http::response::ResponseHead;
use samewire::http::status::Status;
use samewire::limits::ANSWER_HEAD_BYTES_MIN;
use samewire::ws::close::Code;
use samewire::ws::message::Kind;
use samewire::{Instant, Limits, Misuse, Respond as _, Violation};

const LIMITS: Limits = Limits {
    answer_bytes_max: 200,
    answer_head_bytes_max: ANSWER_HEAD_BYTES_MIN,
    chunk_bytes_max: 64,
    handler_ms_max: 10_000,
    write_ms_max: 20_000,
    ..Limits::SMALL
};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const HEAD: ResponseHead<'static> = ResponseHead::new(Status::OK);

/// A connection that has received `bytes`, in buffers as small as they may be.
fn with(bytes: &[u8], act: impl FnOnce(&mut Wire<'_>)) {
    let mut connection = Connection::new(Instant::ZERO, &LIMITS);
    let mut receive = vec![0; LIMITS.receive_bytes_min()];
    let mut send = vec![0; LIMITS.send_bytes_min()];
    let mut date = None;
    let mut wire = connection.lend(&LIMITS, &mut receive, &mut send, &mut date);
    wire.receive_space()[..bytes.len()].copy_from_slice(bytes);
    wire.handle_input(Instant::ZERO, Input::Received(bytes.len()));
    act(&mut wire);
}

/// The same with a request whose head has been taken.
fn with_request(bytes: &[u8], act: impl FnOnce(&mut Wire<'_>)) {
    with(bytes, |wire| {
        let head_bytes = wire.head().unwrap();
        wire.pass_head(head_bytes);
        act(wire);
    });
}

/// And with a WebSocket.
fn with_websocket(act: impl FnOnce(&mut Wire<'_>)) {
    with_request(GET, |wire| {
        wire.upgrade(b"dGhlIHNhbXBsZSBub25jZQ==", None);
        sent(wire);
        act(wire);
    });
}

/// Lets all output go.
fn sent(wire: &mut Wire<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    while !wire.unsent().is_empty() {
        out.extend_from_slice(wire.unsent());
        let n = wire.unsent().len();
        wire.handle_input(Instant::ZERO, Input::Sent(n));
    }
    out
}

fn misuse(wire: &Wire<'_>) -> Option<Misuse> {
    wire.connection().misuse()
}

#[test]
fn a_request_is_answered_once() {
    type Verb = fn(&mut Wire<'_>) -> Poll<()>;
    let verbs: [Verb; 4] = [
        |wire| wire.respond(&HEAD, b"again"),
        |wire| wire.respond_rendered(&HEAD, &mut |to| to.put(b"again")),
        |wire| wire.begin_stream(&HEAD, Streaming::Length(5)),
        |wire| {
            wire.upgrade(b"dGhlIHNhbXBsZSBub25jZQ==", None);
            Poll::Ready(())
        },
    ];
    for (at, verb) in verbs.into_iter().enumerate() {
        with_request(GET, |wire| {
            assert_eq!(wire.respond(&HEAD, b"once"), Poll::Ready(()));
            assert_eq!(misuse(wire), None);
            assert_eq!(verb(wire), Poll::Ready(()), "verb {at}");
            assert_eq!(misuse(wire), Some(Misuse::AnsweredTwice), "verb {at}");
            assert!(sent(wire).ends_with(b"\r\n\r\nonce"), "verb {at}");
        });
    }
}

#[test]
fn a_stream_that_was_never_begun_has_no_end() {
    with_request(GET, |wire| {
        assert_eq!(wire.finish(), Poll::Ready(()));
        assert!(wire.unsent().is_empty());
        assert_eq!(wire.respond(&HEAD, b"yet"), Poll::Ready(()));
        assert!(sent(wire).ends_with(b"yet"));
    });
}

/// Once the connection ends within an answer, who still writes it is heard no more: what came behind
/// the end of our half would break the stream, and a last chunk would make the part look whole.
#[test]
fn an_answer_that_was_given_up_goes_no_further() {
    for streaming in [Streaming::Chunked, Streaming::Length(9)] {
        with_request(GET, |wire| {
            assert_eq!(wire.begin_stream(&HEAD, streaming), Poll::Ready(()));
            wire.end_exchange();
            sent(wire);
            assert_eq!(wire.poll_output(), Output::Shutdown);
            assert_eq!(wire.write(b"more"), 4);
            assert_eq!(wire.finish(), Poll::Ready(()));
            assert_eq!(wire.poll_output(), Output::Shutdown, "{streaming:?}");
        });
    }
}

#[test]
fn a_declared_length_is_kept_or_misuse() {
    for (bytes, expected) in
        [(4, Some(Misuse::LengthNotKept)), (5, None), (6, Some(Misuse::LengthNotKept))]
    {
        with_request(GET, |wire| {
            assert_eq!(wire.begin_stream(&HEAD, Streaming::Length(bytes)), Poll::Ready(()));
            let n = wire.write(b"01234");
            assert_eq!(n, 5.min(bytes as usize));
            wire.write(&b"01234"[n..]);
            assert_eq!(wire.finish(), Poll::Ready(()));
            assert_eq!(misuse(wire), expected, "{bytes}");
        });
    }
}

#[test]
fn an_answer_waits_for_room_behind_another() {
    let render = |to: &mut Writer<'_>| to.put(&[b'x'; 200]);
    let next = |wire: &mut Wire<'_>| {
        let head_bytes = wire.head().unwrap();
        wire.pass_head(head_bytes);
    };
    with(&GET.repeat(2), |wire| {
        next(wire);
        assert_eq!(wire.respond(&HEAD, b"first"), Poll::Ready(()));
        wire.end_exchange();
        next(wire);
        assert_eq!(wire.respond_rendered(&HEAD, &mut { render }), Poll::Pending);
        assert!(sent(wire).ends_with(b"\r\n\r\nfirst"));
        assert_eq!(wire.respond_rendered(&HEAD, &mut { render }), Poll::Ready(()));
        assert_eq!(misuse(wire), None);
        assert!(sent(wire).ends_with(&[b'x'; 200]));
    });
}

#[test]
fn a_broken_rule_is_told_with_its_requirement() {
    with(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", |wire| {
        assert_eq!(wire.head(), None);
        let violation = wire.connection().violation();
        assert_eq!(violation, Some(Violation::SpaceBeforeColon));
        let requirement = violation.map(Violation::requirement);
        assert_eq!(requirement, Some("rfc9112-5.1-ws-before-colon-400"));
        assert!(sent(wire).starts_with(b"HTTP/1.1 400 "));
    });
}

#[test]
fn a_closed_connection_takes_and_gives_nothing() {
    with(b"", |wire| {
        wire.handle_input(Instant::ZERO, Input::PeerClosed);
        assert_eq!(wire.poll_output(), Output::Ready);
        assert_eq!(wire.head(), None);
        assert_eq!(wire.poll_output(), Output::Shutdown);
        wire.handle_input(Instant::ZERO, Input::Shut);
        assert_eq!(wire.poll_output(), Output::Close);
        assert!(wire.receive_space().is_empty());
        assert!(!wire.wants_input());
        assert_eq!(wire.piece(), Piece::Broken);
        assert_eq!(wire.send(Kind::Text, b"x"), Poll::Ready(Err(None)));
        assert!(wire.unsent().is_empty());
    });
}

#[test]
fn a_websocket_has_no_content() {
    with_websocket(|wire| {
        assert_eq!(wire.piece(), Piece::Broken);
        wire.took(7);
        assert_eq!(wire.message(), Incoming::More);
    });
}

#[test]
fn nothing_is_sent_behind_a_close_frame() {
    with_websocket(|wire| {
        wire.close(Code::NORMAL, b"bye");
        assert_eq!(sent(wire), b"\x88\x05\x03\xe8bye");
        assert_eq!(wire.send(Kind::Text, b"x"), Poll::Ready(Err(None)));
        let rendered = wire.send_rendered(Kind::Text, &mut |to| to.put(b"x"));
        assert_eq!(rendered, Poll::Ready(Err(None)));
        assert_eq!(wire.message(), Incoming::Over);
        assert!(wire.unsent().is_empty());
    });
}

#[test]
fn a_message_waits_for_room_or_is_misuse() {
    with_websocket(|wire| {
        let content = |to: &mut Writer<'_>| to.put(&[b'x'; 200]);
        let mut waits = 0;
        while wire.send_rendered(Kind::Text, &mut { content }).is_ready() {
            waits += 1;
        }
        assert!(waits > 0);
        assert_eq!(wire.send(Kind::Binary, &[b'y'; 200]), Poll::Pending);
        sent(wire);
        let rendered = wire.send_rendered(Kind::Text, &mut { content });
        assert_eq!(rendered, Poll::Ready(Ok(())));
        sent(wire);
        let large = wire.send_rendered(Kind::Text, &mut |to| to.put(&[b'x'; 201]));
        assert_eq!(large, Poll::Ready(Err(Some(Misuse::AnswerTooLarge))));
        let large = wire.send(Kind::Binary, &[b'y'; 201]);
        assert_eq!(large, Poll::Ready(Err(Some(Misuse::AnswerTooLarge))));
    });
}

#[test]
fn memory_must_hold_what_the_limits_allow() {
    let (receive, send) = (LIMITS.receive_bytes_min(), LIMITS.send_bytes_min());
    assert_eq!(LIMITS.fits(receive, send), Ok(()));
    assert_eq!(LIMITS.fits(receive - 1, send), Err(Misuse::ReceiveBufferTooSmall));
    assert_eq!(LIMITS.fits(receive, send - 1), Err(Misuse::SendBufferTooSmall));
    let chunkless = Limits { chunk_bytes_max: 0, ..LIMITS };
    assert_eq!(chunkless.fits(receive, send), Err(Misuse::ChunkEmpty));
    let headless = Limits { answer_head_bytes_max: ANSWER_HEAD_BYTES_MIN - 1, ..LIMITS };
    assert_eq!(headless.fits(receive, send), Err(Misuse::AnswerHeadTooSmall));
}

#[test]
fn fields_that_would_break_a_head_are_misuse() {
    for value in [&b"a\r\nX: y"[..], b"a\n", b"\0", b"\x7f"] {
        let typed = HEAD.content_type_from(value).err();
        assert_eq!(typed, Some(Misuse::FieldInvalid), "{}", value.escape_ascii());
        let named = Status::OK.with_field("X-Name", value).err();
        assert_eq!(named, Some(Misuse::FieldInvalid), "{}", value.escape_ascii());
    }
    assert_eq!(Status::OK.with_field("X Name", b"a").err(), Some(Misuse::FieldInvalid));
}

#[test]
fn time_between_points_is_never_negative() {
    let (early, late) = (Instant::from_millis(5), Instant::from_millis(1 << 40));
    assert_eq!(late.duration_since(early).as_millis(), (1 << 40) - 5);
    assert_eq!(early.duration_since(late).as_millis(), 0);
}

#[test]
fn a_writer_counts_what_is_written_into_its_free_part() {
    let mut memory = [0; 8];
    let mut writer = Writer::new(&mut memory);
    writer.put(b"abc");
    writer.free()[..2].copy_from_slice(b"de");
    writer.advance(2);
    assert_eq!((writer.written(), writer.free().len()), (Some(5), 3));
    writer.advance(usize::MAX);
    assert_eq!((writer.written(), writer.free().len()), (Some(8), 0));
    assert_eq!(&memory, b"abcde\0\0\0");
}

/// Room must not depend on how output left: what is left of long content moves into the buffer as
/// soon as it fits, and then there is room for the next answer.
#[test]
fn the_rest_of_long_content_makes_room_for_the_next_answer() {
    static LONG: [u8; 640] = [b'x'; 640];
    with_request(&[GET, GET].concat(), |wire| {
        assert_eq!(wire.respond(&HEAD, &LONG), Poll::Ready(()));
        wire.end_exchange();
        let standing = wire.unsent().len();
        assert!(standing < LONG.len(), "{standing} bytes hold all of it");
        assert_eq!(wire.head(), None);
        let (gone, kept) = wire.unsent().split_at(standing - 8);
        let (mut out, kept) = (gone.to_vec(), kept.len());
        wire.handle_input(Instant::ZERO, Input::Sent(standing - kept));
        assert!(wire.unsent().len() > kept, "the rest stands where it lies");
        assert!(wire.head().is_some(), "no room for the next answer");
        out.extend(sent(wire));
        assert!(out.ends_with(&LONG) && !out[..out.len() - LONG.len()].contains(&b'x'));
    });
}

/// A slow reader has the time to write anew for each step that it has taken, in however small
/// pieces: what is left over from one step counts for the next.
#[test]
fn small_pieces_add_up_to_a_step() {
    static LONG: [u8; 4096] = [b'x'; 4096];
    with_request(GET, |wire| {
        assert_eq!(wire.respond(&HEAD, &LONG), Poll::Ready(()));
        wire.end_exchange();
        // Two pieces are a step, and three of them take longer than one step may.
        let third = u64::from(LIMITS.write_ms_max / 3 + 1);
        for turn in 1..=6 {
            let piece = wire.unsent().len().min(600);
            wire.handle_input(Instant::from_millis(third * turn), Input::Sent(piece));
            assert_ne!(wire.poll_output(), Output::Close, "turn {turn}");
        }
    });
}

/// An answer that waits for room is there: the handler was not slow, the peer is.
#[test]
fn a_handler_that_waits_for_room_is_not_slow() {
    let content = |to: &mut Writer<'_>| to.put(&[b'x'; 200]);
    with_request(&[GET, GET].concat(), |wire| {
        assert_eq!(wire.respond(&HEAD, &[b'y'; 100]), Poll::Ready(()));
        wire.end_exchange();
        let head_bytes = wire.head().expect("there is room for a head");
        wire.pass_head(head_bytes);
        assert_eq!(wire.respond_rendered(&HEAD, &mut { content }), Poll::Pending);
        let late = Instant::from_millis(u64::from(LIMITS.handler_ms_max) + 1);
        wire.handle_input(late, Input::Timeout);
        let n = wire.unsent().len();
        wire.handle_input(late, Input::Sent(n));
        assert_eq!(wire.respond_rendered(&HEAD, &mut { content }), Poll::Ready(()));
        assert!(wire.unsent().starts_with(b"HTTP/1.1 200 "), "refused as slow");
    });
}
