//! Framing beside hyper's server: request by request, it hands the same method, target and content
//! to its service that we hand to a handler. A request that is cut off reaches neither.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use proptest::prelude::*;
use samewire::{Body, Limits, Request, Result, Status, app};

use crate::divergences::{AUTHORITY, CONNECTION, Divergence, HEADS, agree, check};
use crate::streams::requests;
use crate::support::serve::run;
use crate::whole::Client;

const KNOWN: &[&Divergence] = &[&HEADS, &CONNECTION, &AUTHORITY];

/// A request that reached a handler with all of its content.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    method: String,
    authority: Option<String>,
    /// With the query, in the normal form: an empty path is `/` (RFC 3986 §6.2.3).
    path: String,
    content: Vec<u8>,
}

/// Takes all requests that there are methods for.
#[derive(Default)]
struct Recorder(RefCell<Vec<Seen>>);

app! { for Recorder;
    get    "/{*rest}" => record(request, body);
    post   "/{*rest}" => record(request, body);
    put    "/{*rest}" => record(request, body);
    delete "/{*rest}" => record(request, body);
    patch  "/{*rest}" => record(request, body);
}

async fn record(app: &Recorder, request: Request<'_>, mut body: Body<'_>) -> Result<Status> {
    let mut content = Vec::new();
    while let Some(chunk) = body.chunk().await? {
        content.extend_from_slice(chunk);
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let target = request.target();
    let query = target.query().map_or(String::new(), |query| format!("?{}", text(query)));
    app.0.borrow_mut().push(Seen {
        method: text(request.method_name()),
        authority: target.authority().map(text),
        path: text(target.path()) + &query,
        content,
    });
    Ok(Status::ACCEPTED)
}

/// What became of each request: handed over; answered without a handler, while the connection goes
/// on; and behind the last of them, nothing.
fn ours(bytes: &[u8]) -> Vec<Option<Seen>> {
    let app = Recorder::default();
    let mut client = Client::new(bytes, usize::MAX);
    run(&app, &mut client, &Limits { requests_max: u16::MAX, ..Limits::SMALL });
    let mut seen = app.0.into_inner().into_iter();
    let out = String::from_utf8_lossy(&client.out);
    let mut all = Vec::new();
    for answer in out.split("HTTP/1.1 ").skip(1) {
        match &answer[..3] {
            "100" => {}
            "202" => all.push(Some(seen.next().unwrap())),
            // Refused, and the last of this connection; or there is no route for it.
            _ if answer.contains("\r\nConnection: close") => break,
            _ => all.push(None),
        }
    }
    assert_eq!(seen.next(), None, "a request without an answer");
    all
}

/// Bytes that are read, and nobody who reads.
struct Io<'a>(&'a [u8]);

impl Read for Io<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut into: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        let n = into.remaining().min(self.0.len());
        let (now, later) = self.0.split_at(n);
        into.put_slice(now);
        self.0 = later;
        Poll::Ready(Ok(()))
    }
}

impl Write for Io<'_> {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Poll::Ready(Ok(from.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn theirs(bytes: &[u8]) -> Vec<Seen> {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let seen = Rc::clone(&seen);
        async move {
            let (head, body) = request.into_parts();
            if let Ok(content) = body.collect().await {
                let path = head.uri.path_and_query().map(ToString::to_string);
                seen.borrow_mut().push(Seen {
                    method: head.method.to_string(),
                    authority: head.uri.authority().map(ToString::to_string),
                    path: normal(&path.unwrap_or_default()),
                    content: content.to_bytes().to_vec(),
                });
            }
            let answer = hyper::Response::new(Empty::<&[u8]>::new());
            Ok::<_, Infallible>(answer)
        }
    });
    {
        let server = http1::Builder::new().half_close(true).serve_connection(Io(bytes), service);
        let mut server = pin!(server);
        let mut cx = Context::from_waker(Waker::noop());
        let polls = (0..10_000).take_while(|_| server.as_mut().poll(&mut cx).is_pending()).count();
        assert!(polls < 10_000, "hyper waits for ever: {}", bytes.escape_ascii());
    }
    seen.take()
}

/// `path` in the form in which we hand it over: unreserved characters are decoded. What hyper takes
/// for a percent-encoding and we do not, stays.
fn normal(path: &str) -> String {
    let mut parts = path.split('%');
    let mut normal = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                normal.push(byte.into());
                normal += &part[2..];
            }
            _ => {
                normal.push('%');
                normal += part;
            }
        }
    }
    normal
}

fn compare(bytes: &[u8]) -> Result<(), String> {
    let (ours, theirs) = (ours(bytes), theirs(bytes));
    for (at, ours) in ours.iter().enumerate() {
        match (ours, theirs.get(at)) {
            (None, _) => {}
            (Some(ours), Some(theirs)) if ours == theirs => {}
            (Some(ours), theirs) => return Err(format!("request {at}: {theirs:?}, not {ours:?}")),
        }
    }
    Ok(())
}

#[test]
fn known_divergences_are_still_there() {
    check(KNOWN, compare);
}

#[test]
fn a_burst_is_seen_by_both() {
    let bytes = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\
        PURGE /b HTTP/1.1\r\nHost: a\r\n\r\n\
        POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nyo\r\n0\r\nA: b\r\n\r\n\
        GET /d HTTP/1.1\r\nHost: a\r\n\r\n";
    let ours = ours(bytes);
    let theirs = theirs(bytes);
    assert_eq!(ours.len(), 4, "{ours:?}");
    assert_eq!(ours[1], None);
    assert_eq!(theirs.len(), 4, "{theirs:?}");
    assert_eq!((&theirs[0].content[..], &theirs[2].content[..]), (&b"hi"[..], &b"yo"[..]));
    assert_eq!(compare(bytes), Ok(()));
}

/// Every pair of bytes wherever a request may end, and in the parts of a target.
#[test]
fn short_strings_in_any_place_end_alike() {
    const CHUNKED: &str = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut accepted = 0;
    for (before, after) in [
        ("GET http://", "/ HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        ("GET http://a:", "/ HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        ("GET http://a", " HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        ("GET /", " HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:", format!("\r\n\r\n{:99}", "")),
        (CHUNKED, format!("\r\n{:15}\r\n0\r\n\r\n", "")),
        (CHUNKED, "1\r\nx\r\n0\r\n\r\n".to_owned()),
        (CHUNKED, "\r\n\r\n".to_owned()),
    ] {
        for pair in 0..=u16::MAX {
            let bytes = [before.as_bytes(), &pair.to_be_bytes(), after.as_bytes()].concat();
            if !ours(&bytes).is_empty() {
                accepted += 1;
                assert_eq!(agree(&bytes, KNOWN, compare), Ok(()));
            }
        }
    }
    assert!(accepted > 15_000, "{accepted}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn requests_end_where_they_end_for_hyper(bytes in requests()) {
        prop_assert_eq!(agree(&bytes, KNOWN, compare), Ok(()));
    }
}
