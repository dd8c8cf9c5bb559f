//! Request heads: the inputs, and the parsers that read them.

use std::hint::black_box;
use std::mem::MaybeUninit;

use samewire::Limits;
use samewire::http::fields::FieldSpan;
use samewire::http::head::{Head, Parsed};

use crate::trial::{Input, Work};

pub(crate) fn inputs() -> Vec<Input> {
    [("picohttpparser", PICOHTTPPARSER), ("hello", HELLO)]
        .map(|(name, bytes)| Input { name: name.to_owned(), bytes: bytes.to_vec() })
        .into()
}

/// Validation, framing, persistence, and an index of the fields.
pub(crate) const INDEXED: Work = Work { name: "samewire", run: |bytes, n| all(bytes, n, indexed) };
/// The same without an index, as the server reads heads.
pub(crate) const LEAN: Work = Work { name: "samewire-lean", run: |bytes, n| all(bytes, n, lean) };
pub(crate) const HTTPARSE: Work =
    Work { name: "httparse", run: |bytes, n| all(bytes, n, httparse) };
/// Not for callgrind, which does not know all of SSE4.2.
pub(crate) const PICOHTTPPARSER_WORK: Work =
    Work { name: "picohttpparser", run: |bytes, n| all(bytes, n, picohttpparser) };

/// The fields that there is room for.
const FIELDS_MAX: usize = 32;

const HELLO: &[u8] = b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

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

const _: () = assert!(PICOHTTPPARSER.len() == 703 && HELLO.len() == 45);

fn all(bytes: &[u8], rounds: u32, read: fn(&[u8]) -> Option<usize>) {
    for _ in 0..rounds {
        assert_eq!(read(black_box(bytes)), Some(bytes.len()), "the head is in order");
    }
}

/// All that the server asks of a head: it is judged, and its framing and persistence are decided.
#[inline(never)]
fn lean(bytes: &[u8]) -> Option<usize> {
    let mut head = Head::NEW;
    let parsed = head.parse(bytes, &Limits::LARGE);
    end(parsed, &head)
}

/// The same, and where each field's name and value stand.
#[inline(never)]
fn indexed(bytes: &[u8]) -> Option<usize> {
    let mut head = Head::NEW;
    let mut index = [const { MaybeUninit::<FieldSpan>::uninit() }; FIELDS_MAX];
    let mut places = index.iter_mut();
    let parsed = head.parse_with(bytes, &Limits::LARGE, |span| {
        if let Some(place) = places.next() {
            place.write(span);
        }
    });
    black_box(&index);
    end(parsed, &head)
}

fn end(parsed: Parsed, head: &Head) -> Option<usize> {
    black_box((head.framing(), head.persists()));
    match parsed {
        Parsed::Complete(end) => Some(end),
        _ => None,
    }
}

/// Lines and their names and values, in the way that costs httparse least (and hyper takes).
/// Framing, Host and persistence are left to its caller.
#[inline(never)]
fn httparse(bytes: &[u8]) -> Option<usize> {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS_MAX];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(httparse::Status::Complete(end)) => Some(end),
        _ => None,
    }
}

/// The same of picohttpparser, with the SSE4.2 that its crate turns on.
#[inline(never)]
fn picohttpparser(bytes: &[u8]) -> Option<usize> {
    use picohttpparser_sys::{phr_header, phr_parse_request};

    let mut fields = [const { MaybeUninit::<phr_header>::uninit() }; FIELDS_MAX];
    let (mut method, mut path) = (std::ptr::null(), std::ptr::null());
    let (mut method_bytes, mut path_bytes, mut minor_version) = (0, 0, 0);
    let mut count = FIELDS_MAX;
    // SAFETY: the pointers and lengths are those of live variables, which it only writes, and of
    // `bytes`, which it only reads; it writes no more than `count` fields.
    let end = unsafe {
        phr_parse_request(
            bytes.as_ptr().cast(),
            bytes.len(),
            &mut method,
            &mut method_bytes,
            &mut path,
            &mut path_bytes,
            &mut minor_version,
            fields.as_mut_ptr().cast(),
            &mut count,
            0,
        )
    };
    black_box((method, method_bytes, path, path_bytes, minor_version, count, &fields));
    usize::try_from(end).ok()
}
