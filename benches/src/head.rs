//! The inputs, and the parsers that read them.

use std::hint::black_box;

use samewire::Limits;
use samewire::http::head::{Head, Parsed};

/// A request head.
pub(crate) struct Input {
    pub(crate) name: &'static str,
    pub(crate) bytes: &'static [u8],
}

/// A parser of request heads.
pub(crate) struct Parser {
    pub(crate) name: &'static str,
    /// The length of the head that the bytes begin with.
    pub(crate) read: fn(&[u8]) -> Option<usize>,
}

pub(crate) const INPUTS: &[Input] = &[
    Input { name: "picohttpparser", bytes: PICOHTTPPARSER },
    Input { name: "hello", bytes: b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n" },
];

pub(crate) const PARSERS: [&Parser; 2] =
    [&Parser { name: "samewire", read: samewire }, &Parser { name: "httparse", read: httparse }];

/// The request that picohttpparser's benchmark reads, and most others' since.
const PICOHTTPPARSER: &[u8] =
    b"GET /wp-content/uploads/2010/03/hello-kitty-darth-vader-pink.jpg HTTP/1.1\r\n\
    Host: www.kittyhell.com\r\n\
    User-Agent: Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10.6; ja-JP-mac; rv:1.9.2.3) \
    Gecko/20100401 Firefox/3.6.3 Pathtraq/0.9\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Language: ja,en-us;q=0.7,en;q=0.3\r\n\
    Accept-Encoding: gzip,deflate\r\n\
    Accept-Charset: Shift_JIS,utf-8;q=0.7,*;q=0.7\r\n\
    Keep-Alive: 115\r\n\
    Connection: keep-alive\r\n\
    Cookie: wp_ozh_wsa_visits=2; wp_ozh_wsa_visit_lasttime=xxxxxxxxxx; \
    __utma=xxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.x; \
    __utmz=xxxxxxxxx.xxxxxxxxxx.x.x.utmccn=(referral)|utmcsr=reader.livedoor.com|\
    utmcct=/reader/|utmcmd=referral\r\n\r\n";

const _: () = assert!(PICOHTTPPARSER.len() == 703);

/// All that the server asks of a head: it is judged, and its framing and persistence are decided.
#[inline(never)]
fn samewire(bytes: &[u8]) -> Option<usize> {
    let mut head = Head::NEW;
    let parsed = head.parse(bytes, &Limits::LARGE);
    black_box((head.framing(), head.persists()));
    match parsed {
        Parsed::Complete(end) => Some(end),
        _ => None,
    }
}

/// Lines and their names and values. Framing, Host and persistence are left to its caller.
#[inline(never)]
fn httparse(bytes: &[u8]) -> Option<usize> {
    let mut fields = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(end)) => Some(end),
        _ => None,
    }
}
