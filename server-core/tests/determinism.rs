//! The law of determinism: what goes out depends on the bytes and on time, never on how the bytes
//! were cut, nor on how much the peer takes at a time.

mod support;

use support::client::{HANDSHAKE, frame};
use support::serve::answers;

fn check(name: &str, bytes: &[u8]) -> String {
    let whole = answers(bytes, &mut || usize::MAX, usize::MAX);
    let say = |out: &[u8]| String::from_utf8_lossy(out).into_owned();
    for step in 1..40 {
        let out = answers(bytes, &mut || step, 7 + step);
        assert_eq!(say(&out), say(&whole), "{name}, {step} bytes a read");
    }
    for cut in 1..bytes.len().min(2500) {
        let mut first = Some(cut);
        let out = answers(bytes, &mut || first.take().unwrap_or(usize::MAX), usize::MAX);
        assert_eq!(say(&out), say(&whole), "{name}, cut at {cut}");
    }
    say(&whole)
}

fn post(path: &str, content: &str) -> String {
    let bytes = content.len();
    format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {bytes}\r\n\r\n{content}")
}

fn chunked(path: &str, content: &[&str]) -> String {
    let mut text = format!("POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for chunk in content {
        text += &format!("{:x};a=b\r\n{chunk}\r\n", chunk.len());
    }
    text + "0\r\nX: y\r\n\r\n"
}

const GET: &str = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn answers_do_not_depend_on_the_cut() {
    let long = "x".repeat(500);
    let too_long = "y".repeat(700);
    for (name, bytes, answered) in [
        ("pipelined", GET.repeat(30), 30),
        ("collected", [post("/collect", "hello"), GET.into()].concat(), 2),
        ("collected chunks", [chunked("/collect", &["hel", "lo"]), GET.into()].concat(), 2),
        ("long content", [post("/collect", &long), GET.into()].concat(), 2),
        ("long chunks", [chunked("/collect", &[&long, "z"]), GET.into()].concat(), 2),
        ("too long", [post("/collect", &too_long), GET.into()].concat(), 1),
        ("too long in chunks", [chunked("/collect", &[&too_long]), GET.into()].concat(), 1),
        ("counted", [post("/count", &too_long.repeat(3)), GET.into()].concat(), 2),
        ("first piece, small", [post("/first", &"z".repeat(300)), GET.into()].concat(), 2),
        ("first piece, large", [post("/first", &"z".repeat(301)), GET.into()].concat(), 1),
        ("first piece, chunked", [chunked("/first", &["z"]), GET.into()].concat(), 1),
        ("ignored, small", [post("/ignore", &"z".repeat(300)), GET.into()].concat(), 2),
        ("ignored, large", [post("/ignore", &"z".repeat(301)), GET.into()].concat(), 1),
        ("leaked", [post("/leak", "hello"), GET.into()].concat(), 2),
        ("not found", [post("/none", "hello"), GET.into()].concat(), 2),
        ("stream", ["GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", GET].concat(), 2),
        ("stream to 1.0", ["GET /stream HTTP/1.0\r\n\r\n", GET].concat(), 1),
        ("garbage", ["GET /hello HTTP/1.1\r\nHo st: a\r\n\r\n", GET].concat(), 1),
        ("ended early", post("/collect", "hello").replace("hello", "hel"), 1),
    ] {
        let out = check(name, bytes.as_bytes());
        assert_eq!(out.matches("HTTP/1.1 ").count(), answered, "{name}: {out}");
    }
}

#[test]
fn continue_is_sent_when_the_content_is_asked_for() {
    let post =
        "POST /collect HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    let out = check("expect", [post, "hello", GET].concat().as_bytes());
    assert!(out.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "{out}");
    let out = check(
        "expect, unread",
        [&post.replace("/collect", "/ignore"), "hello"].concat().as_bytes(),
    );
    assert!(out.starts_with("HTTP/1.1 202 Accepted\r\n"), "{out}");
    assert!(out.contains("\r\nConnection: close\r\n"), "{out}");
}

#[test]
fn frames_do_not_depend_on_the_cut() {
    for (name, frames, end) in [
        (
            "echo",
            vec![frame(0x81, b"Hello"), frame(0x82, &[0, 255]), frame(0x88, &[3, 232])],
            &b"\x81\x05Hello\x82\x02\x00\xff\x88\x02\x03\xe8"[..],
        ),
        (
            "fragments",
            vec![frame(0x01, b"Hel"), frame(0x89, b"x"), frame(0x80, b"lo"), frame(0x88, b"")],
            b"\x8a\x01x\x81\x05Hello\x88\x00",
        ),
        (
            "many",
            [vec![frame(0x81, &[b'a'; 100]); 60], vec![frame(0x88, b"")]].concat(),
            b"aaa\x88\x00",
        ),
        (
            "bad text",
            vec![frame(0x01, b"a\xc3"), frame(0x80, b"\x28"), frame(0x81, b"no")],
            b"\x88\x0b\x03\xefnot UTF-8",
        ),
        ("unmasked", vec![b"\x81\x02hi".to_vec(), frame(0x81, b"no")], b"\x88\x09\x03\xeano mask"),
    ] {
        let bytes = [HANDSHAKE, &frames.concat()].concat();
        let whole = answers(&bytes, &mut || usize::MAX, usize::MAX);
        assert!(whole.ends_with(end), "{name}: {}", whole.escape_ascii());
        check(name, &bytes);
    }
}
