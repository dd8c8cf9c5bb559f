//! What a newcomer hears for whom there is no place.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use samewire::app::refuse;
use samewire::{Clock, Gone, Instant, Transport};

use crate::get;

const ANSWER: &str = "HTTP/1.1 503 Service Unavailable\r\n\
    Retry-After: 7\r\n\
    Connection: close\r\n\
    Content-Type: application/problem+json\r\n\
    Content-Length: 44\r\n\r\n";
const CONTENT: &str = r#"{"title":"Service Unavailable","status":503}"#;
const MILLIS_MAX: u32 = 2000;

/// A newcomer who sends so much at a time, and then ends or does nothing more.
struct Newcomer<'n> {
    sends: &'n [u8],
    piece: usize,
    ends: bool,
    heard: Vec<u8>,
    is_shut: bool,
}

impl<'n> Newcomer<'n> {
    fn new(sends: &'n [u8], piece: usize, ends: bool) -> Self {
        Self { sends, piece, ends, heard: Vec::new(), is_shut: false }
    }
}

impl Transport for Newcomer<'_> {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        let n = self.piece.min(into.len()).min(self.sends.len());
        if n == 0 && !self.ends {
            return Poll::Pending;
        }
        let (now, later) = self.sends.split_at(n);
        into[..n].copy_from_slice(now);
        self.sends = later;
        Poll::Ready(Ok(n))
    }

    fn poll_write(&mut self, _: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        assert!(!self.is_shut);
        let n = self.piece.min(from.len());
        self.heard.extend_from_slice(&from[..n]);
        Poll::Ready(Ok(n))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        self.is_shut = true;
        Poll::Ready(Ok(()))
    }
}

/// A clock whose deadline comes when nothing else moves.
#[derive(Default)]
struct Still(Instant, bool);

impl Clock for Still {
    fn now(&self) -> Instant {
        self.0
    }

    fn poll_at(&mut self, _: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        if std::mem::replace(&mut self.1, true) {
            self.0 = deadline;
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

/// What the newcomer hears, and how long it took.
fn refused(newcomer: &mut Newcomer<'_>) -> (String, u64) {
    let mut clock = Still::default();
    {
        let mut refusing = pin!(refuse(newcomer, &mut clock, 7, MILLIS_MAX));
        let mut cx = Context::from_waker(Waker::noop());
        while refusing.as_mut().poll(&mut cx).is_pending() {}
    }
    (String::from_utf8(std::mem::take(&mut newcomer.heard)).unwrap(), clock.0.as_millis())
}

#[test]
fn any_request_is_told_when_to_come_again_and_a_head_without_content() {
    let whole = format!("{ANSWER}{CONTENT}");
    for (request, expected) in [
        (get("/"), &*whole),
        ("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), ANSWER),
        ("HEADS".to_owned(), &*whole),
        ("GET".to_owned(), ""),
        (String::new(), ""),
    ] {
        for piece in [1, 3, usize::MAX] {
            let mut newcomer = Newcomer::new(request.as_bytes(), piece, true);
            assert_eq!(refused(&mut newcomer), (expected.to_owned(), 0), "{request:?} by {piece}");
            assert_eq!(newcomer.is_shut, !expected.is_empty());
        }
    }
}

#[test]
fn the_close_waits_for_the_peers_but_not_for_ever() {
    for (request, is_told) in [("GET", false), ("GET / HTTP/1.1\r\n", true)] {
        let mut newcomer = Newcomer::new(request.as_bytes(), 100, false);
        let (heard, passed) = refused(&mut newcomer);
        assert_eq!((heard.is_empty(), passed), (!is_told, MILLIS_MAX.into()), "{request:?}");
    }
    let endless = vec![b'x'; 1 << 20];
    let mut newcomer = Newcomer::new(&endless, usize::MAX, false);
    let (heard, passed) = refused(&mut newcomer);
    assert_eq!((heard, passed), (format!("{ANSWER}{CONTENT}"), 0));
    let read = endless.len() - newcomer.sends.len();
    assert!((65_536..66_000).contains(&read), "{read} bytes were read");
}
