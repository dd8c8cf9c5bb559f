//! The layers that come with the library, as clients meet them.

#[path = "../support/whole.rs"]
mod whole;

mod bounds;
mod composed;
mod cors;
mod handed_on;
mod headers;
#[cfg(feature = "jwt")]
mod jwt;
mod log;
mod methods;
mod origins;
mod plugins;
mod rates;
mod request_ids;
mod schemes;

use std::cell::Cell;
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use samewire::{App, Clock, Gone, Instant, Limits, Transport, serve};
use whole::Client;

/// A machine, and who is at the other end.
struct Machine {
    peer: Cell<Option<IpAddr>>,
    millis: Cell<u64>,
    unix_seconds: Cell<Option<u64>>,
    entropy: Cell<Option<[u8; 16]>>,
}

impl Machine {
    fn new() -> Self {
        Self {
            peer: Cell::new(None),
            millis: Cell::new(0),
            unix_seconds: Cell::new(None),
            entropy: Cell::new(None),
        }
    }

    /// What the server says to a client that sends this, waits for the answer, and ends.
    fn said(&self, app: &impl App, request: impl AsRef<[u8]>) -> String {
        let limits = Limits { requests_max: 1000, ..Limits::LARGE };
        let (mut receive, mut send) =
            (vec![0; limits.receive_bytes_min()], vec![0; limits.send_bytes_min()]);
        let mut stream =
            Stream { client: Client::new(request.as_ref(), usize::MAX), peer: self.peer.get() };
        let mut clock = self;
        {
            let mut server =
                pin!(serve(app, &mut stream, &mut clock, &mut receive, &mut send, &limits));
            let mut cx = Context::from_waker(Waker::noop());
            while server.as_mut().poll(&mut cx).is_pending() {}
        }
        String::from_utf8_lossy(&stream.client.out).into_owned()
    }

    /// The answer to a request with these field lines.
    fn ask(&self, app: &impl App, method: &str, path: &str, lines: &str) -> Answer {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: panel.local\r\n{lines}\r\n");
        Answer::read(&self.said(app, &request))
    }

    fn get(&self, app: &impl App, path: &str, lines: &str) -> Answer {
        self.ask(app, "GET", path, lines)
    }
}

/// An answer, taken apart.
#[derive(Debug)]
struct Answer {
    status: u16,
    fields: Vec<(String, String)>,
    content: String,
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, content) = text.split_once("\r\n\r\n").expect(text);
        let (first, lines) = head.split_once("\r\n").unwrap_or((head, ""));
        let fields = lines.split("\r\n").filter_map(|line| line.split_once(": "));
        Self {
            status: first.split(' ').nth(1).unwrap().parse().unwrap(),
            fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            content: content.to_owned(),
        }
    }

    /// The value of the one field of this name.
    #[track_caller]
    fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.fields.iter().filter(|(other, _)| other == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} came twice: {self:?}");
        value
    }
}

/// A stream with an address.
struct Stream<'c> {
    client: Client<'c>,
    peer: Option<IpAddr>,
}

impl Transport for Stream<'_> {
    fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        self.client.poll_read(cx, into)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        self.client.poll_write(cx, from)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        self.client.poll_shutdown(cx)
    }

    fn peer(&self) -> Option<IpAddr> {
        self.peer
    }
}

/// Where somebody waits, time jumps there.
impl Clock for &Machine {
    fn now(&self) -> Instant {
        Instant::from_millis(self.millis.get())
    }

    fn poll_at(&mut self, _: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        self.millis.set(deadline.as_millis());
        Poll::Ready(())
    }

    fn unix_seconds(&self) -> Option<u64> {
        self.unix_seconds.get()
    }

    /// Others at each call.
    fn entropy(&mut self) -> Option<[u8; 16]> {
        let now = self.entropy.get();
        self.entropy.set(now.map(|bytes| bytes.map(|byte| byte.wrapping_add(1))));
        now
    }
}
