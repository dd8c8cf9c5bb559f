//! Lengths that 32 or 64 bits cannot hold, or hold as a negative number: what a peer declares is
//! 64 bits wide until it has been compared with a limit. The limits here forbid nothing, so that
//! nothing but the width decides. (With the limits of boards: the cases `beyond-32-bits` and
//! `beyond-64-bits` of framing and chunks, `huge-length` of messages.)

mod support;

#[path = "support/whole.rs"]
mod whole;

use samewire::http::chunked::{Chunked, Progress};
use samewire::http::framing::Framing;
use samewire::http::head::{Head, Parsed};
use samewire::ws::frame::{self, Header, Opcode};
use samewire::ws::message::Message;
use samewire::{Limits, Violation};

use support::client::{HANDSHAKE, frame};
use support::fixture::Fixture;
use support::serve::{answers, run};
use whole::Client;

const UNLIMITED: Limits = Limits {
    content_bytes_max: u64::MAX,
    drain_bytes_max: u32::MAX,
    message_bytes_max: u32::MAX,
    ..Limits::SMALL
};

/// Around every width at which a number may wrap or change its sign; five more than some of them,
/// which is the content that a wrapped number would leave.
const LENGTHS: [u64; 16] = [
    (1 << 31) - 1,
    1 << 31,
    (1 << 31) + 5,
    (1 << 32) - 1,
    1 << 32,
    (1 << 32) + 1,
    (1 << 32) + 5,
    (1 << 33) + 5,
    (1 << 62) + 5,
    (1 << 63) - 1,
    1 << 63,
    (1 << 63) + 1,
    (1 << 63) + 5,
    (3 << 62) + 5,
    u64::MAX - 1,
    u64::MAX,
];

const SMUGGLED: &str = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

fn sized(path: &str, length: u128) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n")
}

fn chunked(path: &str, size: u128) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{size:x}\r\n")
}

#[test]
fn lengths_are_read_as_they_are() {
    for length in LENGTHS {
        let bytes = sized("/", length.into());
        let mut head = Head::NEW;
        assert_eq!(head.parse(bytes.as_bytes(), &UNLIMITED), Parsed::Complete(bytes.len()));
        assert_eq!(head.framing(), Framing::Length(length));

        let size = format!("{length:X}\r\n");
        let mut chunks = Chunked::new(&UNLIMITED);
        assert_eq!(chunks.advance(size.as_bytes()), (size.len(), Progress::Data), "{size}");
        assert_eq!(chunks.data_left(), length);
        chunks.consume(5);
        assert_eq!(chunks.data_left(), length - 5);

        let bytes = [&[0x82, 0xff][..], &length.to_be_bytes(), &[0; 4]].concat();
        match frame::header(&bytes) {
            frame::Parsed::Complete(header) => assert_eq!(header.length, length),
            violation => {
                assert_eq!(violation, frame::Parsed::Violation(Violation::FrameLength));
                assert!(length >= 1 << 63, "{length:#x}");
            }
        }
    }
}

#[test]
fn lengths_beyond_64_bits_are_refused() {
    for more in [0, 1, 5, 1 << 31, 1 << 32, 1 << 63, u128::from(u64::MAX)] {
        let length = (1 << 64) + more;
        let mut head = Head::NEW;
        let parsed = head.parse(sized("/", length).as_bytes(), &UNLIMITED);
        assert_eq!(parsed, Parsed::Violation(Violation::LengthInvalid), "{length}");
        let (_, progress) = Chunked::new(&UNLIMITED).advance(format!("{length:x}\r\n").as_bytes());
        assert_eq!(progress, Progress::Violation(Violation::ChunkSize), "{length:x}");
    }
}

#[test]
fn sizes_of_chunks_do_not_wrap_together() {
    for size in LENGTHS {
        let mut chunks = Chunked::new(&UNLIMITED);
        chunks.advance(format!("{size:x}\r\n").as_bytes());
        chunks.consume(size);
        let more = format!("\r\n{:x}\r\n", u64::MAX - size + 1);
        let (_, progress) = chunks.advance(more.as_bytes());
        assert_eq!(progress, Progress::Violation(Violation::ContentTooLarge), "{size:x}");
    }
}

/// Answers to a request that declares far more than the five bytes behind it.
fn answered(request: &str) -> String {
    let bytes = [request, "hello", "\r\n0\r\n\r\n", SMUGGLED].concat();
    let mut client = Client::new(bytes.as_bytes(), usize::MAX);
    let limits = Limits { message_bytes_max: 64, ..UNLIMITED };
    run(&Fixture, &mut client, &limits);
    String::from_utf8(client.out).unwrap()
}

#[test]
fn content_goes_on_to_its_declared_end() {
    for length in LENGTHS {
        for request in [
            sized("/count", length.into()),
            sized("/first", length.into()),
            sized("/ignore", length.into()),
            sized("/none", length.into()),
            sized("/collect", length.into()),
            chunked("/count", length.into()),
            chunked("/first", length.into()),
            chunked("/ignore", length.into()),
            chunked("/collect", length.into()),
        ] {
            let out = answered(&request);
            assert_eq!(out.matches("HTTP/1.1 ").count(), 1, "{request}{out}");
            assert!(!out.contains("hello"), "{request}{out}");
            if request.contains("/count") {
                assert!(out.starts_with("HTTP/1.1 400 "), "{request}{out}");
            }
            if request.contains("/collect") && request.contains("Length") {
                assert!(out.starts_with("HTTP/1.1 413 "), "{request}{out}");
            }
        }
    }
}

#[test]
fn lengths_of_fragments_do_not_wrap_together() {
    let begin = |message: &mut Message, opcode, length| {
        let header = Header { fin: false, opcode, length, mask: [0; 4], bytes: 14 };
        message.begin(&header, &UNLIMITED)
    };
    let most = u64::from(u32::MAX);
    for (first, second, fits) in [
        (most, 0, true),
        (most, 1, false),
        (5, most - 5, true),
        (5, most - 4, false),
        (5, most, false),
        (5, most + 1, false),
        (5, most + 2, false),
        (1 << 31, 1 << 31, false),
        (5, (1 << 63) - 1, false),
        (5, u64::MAX - 4, false),
    ] {
        let mut message = Message::NEW;
        assert_eq!(begin(&mut message, Opcode::Binary, first), Ok(()));
        let expected = if fits { Ok(()) } else { Err(Violation::MessageTooBig) };
        let second = begin(&mut message, Opcode::Continuation, second);
        assert_eq!(second, expected, "{first:#x} and {second:?}");
    }
}

#[test]
fn a_frame_of_such_a_length_ends_the_websocket() {
    for length in LENGTHS {
        let huge = [&[0x82, 0xff][..], &length.to_be_bytes(), &[0; 4], b"hello"].concat();
        let bytes = [HANDSHAKE, &huge, &frame(0x81, b"smuggled")].concat();
        let out = answers(&bytes, &mut || usize::MAX, usize::MAX);
        let end = out.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        let code: u16 = if length < 1 << 63 { 1009 } else { 1002 };
        let [high, low] = code.to_be_bytes();
        assert_eq!((out[end], &out[end + 2..end + 4]), (0x88, &[high, low][..]), "{length:#x}");
        assert_eq!(out.len(), end + 2 + usize::from(out[end + 1]), "{length:#x}");
    }
}
