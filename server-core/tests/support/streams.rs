//! Streams as clients and attackers send them: by the grammar, and then with a few faults.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::client::{HANDSHAKE, frame};

/// A change to a stream.
#[derive(Clone, Debug)]
enum Fault {
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Truncate(Index),
}

/// Bytes that mean something somewhere.
const TELLING: &[u8] = b"\0\t\n\r \"#%,-./0159:;=?@AZ[\\]afz\x7f\x80\xff";

/// What is smuggled into streams: line ends, fields and whole requests.
const PIECES: &[&str] = &[
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    " ",
    ": ",
    "0\r\n\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 0\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Expect: 100-continue\r\n",
    " folded\r\n",
    "GET /hello HTTP/1.1\r\nHost: b\r\n\r\n",
];

fn fault() -> impl Strategy<Value = Fault> {
    let piece = prop_oneof![
        select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        select(TELLING).prop_map(|byte| vec![byte]),
    ];
    prop_oneof![
        4 => (any::<Index>(), select(TELLING)).prop_map(|(at, byte)| Fault::Replace(at, byte)),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Fault::Replace(at, byte)),
        3 => (any::<Index>(), piece).prop_map(|(at, piece)| Fault::Insert(at, piece)),
        2 => (any::<Index>(), 1..8_usize).prop_map(|(at, n)| Fault::Remove(at, n)),
        1 => (any::<Index>(), 1..60_usize).prop_map(|(at, n)| Fault::Repeat(at, n)),
        1 => any::<Index>().prop_map(Fault::Truncate),
    ]
}

fn apply(faults: Vec<Fault>, stream: &mut Vec<u8>) {
    for fault in faults {
        let place = |at: Index| at.index(stream.len() + 1);
        match fault {
            Fault::Replace(at, byte) if !stream.is_empty() => {
                let at = at.index(stream.len());
                stream[at] = byte;
            }
            Fault::Replace(..) => {}
            Fault::Insert(at, piece) => {
                let at = place(at);
                stream.splice(at..at, piece);
            }
            Fault::Remove(at, n) => {
                let at = place(at);
                stream.drain(at..stream.len().min(at + n));
            }
            Fault::Repeat(at, n) => {
                let at = place(at);
                let again = stream[at..stream.len().min(at + n)].to_vec();
                stream.splice(at..at, again);
            }
            Fault::Truncate(at) => stream.truncate(at.index(stream.len() + 1)),
        }
    }
}

/// A stream as it should be in one case of three, else with up to three faults.
fn with_faults(streams: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let faults = prop_oneof![1 => Just(Vec::new()), 2 => vec(fault(), 1..4)];
    (streams, faults).prop_map(|(mut stream, faults)| {
        apply(faults, &mut stream);
        stream
    })
}

/// Requests, one after the other, of all kinds that the fixture's app knows; in front of them,
/// perhaps, a burst of small ones, so that they come to stand anywhere in a buffer.
pub(crate) fn requests() -> impl Strategy<Value = Vec<u8>> {
    const SMALL: &[u8] = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
    let burst = prop_oneof![2 => Just(0), 1 => 0..80_usize].prop_map(|count| SMALL.repeat(count));
    let requests = vec(request(), 1..6).prop_map(|requests| requests.concat());
    (burst, with_faults(requests)).prop_map(|(burst, requests)| [burst, requests].concat())
}

/// What the fixture's app has routes for, the ones with content more often.
const LINES: &[&str] = &[
    "GET /hello",
    "GET /%68ello",
    "GET http://a/hello",
    "GET /stream",
    "GET /users/7",
    "POST /collect",
    "POST /collect?a=b&c",
    "POST /count",
    "POST /count",
    "POST /first",
    "POST /ignore",
    "POST /leak",
];

/// What it has none for, or not for this method.
const OTHER_LINES: &[&str] =
    &["GET /users/seven", "GET /none", "POST /hello", "OPTIONS /hello", "PURGE /", "DELETE /count"];

fn request() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![9 => select(LINES), 1 => select(OTHER_LINES)];
    let version = prop_oneof![9 => Just("HTTP/1.1"), 1 => Just("HTTP/1.0"), 1 => Just("HTTP/1.2")];
    let empty_lines = prop_oneof![8 => Just(""), 1 => Just("\r\n"), 1 => Just("\r\n\r\n\r\n")];
    let head = (empty_lines, line, version, fields());
    (head, content()).prop_map(|((empty_lines, line, version, fields), content)| {
        let (framing, content) = content;
        let start = format!("{empty_lines}{line} {version}\r\n");
        [start.as_bytes(), &fields, framing.as_bytes(), b"\r\n", &content].concat()
    })
}

fn fields() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![
        1 => "[!#$%&'*+.^_`|~0-9a-zA-Z-]{1,12}",
        1 => select(&["Accept", "Cookie", "X-Long-Name", "Trailer", "TE"][..]).prop_map(str::to_owned),
    ];
    let value = vec(prop_oneof![b' '..=b'~', Just(b'\t'), 0x80..=0xff_u8], 0..24);
    let any_line =
        (name, select(&["", " ", "\t ", "   "][..]), value).prop_map(|(name, blank, value)| {
            [name.as_bytes(), b":", blank.as_bytes(), &value, b"\r\n"].concat()
        });
    let known_line = select(
        &[
            "Connection: keep-alive\r\n",
            "connection: close\r\n",
            "Connection: upgrade, keep-alive\r\n",
            "Expect: 100-continue\r\n",
            "Upgrade: websocket\r\n",
            "Content-Type: application/json\r\n",
        ][..],
    );
    // With another one of its kind a request has to be refused.
    let framing_line = select(
        &[
            "Content-Length: 5\r\n",
            "content-length:0\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Host: b\r\n",
        ][..],
    );
    let line = prop_oneof![
        3 => any_line,
        1 => known_line.prop_map(|line| line.as_bytes().to_vec()),
        1 => prop::option::weighted(0.2, framing_line)
            .prop_map(|line| line.unwrap_or_default().as_bytes().to_vec()),
    ];
    let host = select(&["Host: a\r\n", "host:a:80\r\n", "HOST: [::1]:8080\r\n", "Host:\r\n"][..]);
    (host, vec(line, 0..4)).prop_map(|(host, lines)| [host.as_bytes(), &lines.concat()].concat())
}

/// The line that frames a content, and the content so framed.
fn content() -> impl Strategy<Value = (String, Vec<u8>)> {
    let bytes = |n| vec(any::<u8>(), n);
    let sized = prop_oneof![3 => bytes(0..40), 1 => bytes(250..700)];
    let sized = sized.prop_map(|data| (format!("Content-Length: {}\r\n", data.len()), data));
    let end = select(&["0\r\n\r\n", "000;last\r\n\r\n", "0\r\nA: b\r\nC:d\r\n\r\n"][..]);
    let chunk = (bytes(1..90), select(&["", ";a", ";a=b", " ; c=\"d;\\\"\"", ";e;f=g"][..]));
    let chunk = chunk.prop_map(|(data, extension)| {
        [format!("{:x}{extension}\r\n", data.len()).as_bytes(), &data, b"\r\n"].concat()
    });
    let chunks = (vec(chunk, 0..6), end).prop_map(|(chunks, end)| {
        let line = "Transfer-Encoding: chunked\r\n".to_owned();
        (line, [&chunks.concat(), end.as_bytes()].concat())
    });
    prop_oneof![3 => Just((String::new(), Vec::new())), 3 => sized, 3 => chunks]
}

/// A handshake and frames, most of them as a client may send them.
pub(crate) fn frames() -> impl Strategy<Value = Vec<u8>> {
    let streams = with_faults(vec(frame_sequence(), 1..6).prop_map(|frames| frames.concat()));
    streams.prop_map(|frames| [HANDSHAKE, &frames].concat())
}

/// A message, perhaps in fragments with a control frame between them, or any frame.
fn frame_sequence() -> impl Strategy<Value = Vec<u8>> {
    let text = || "\\PC{0,20}".prop_map(String::into_bytes);
    let bytes = || vec(any::<u8>(), 0..60);
    let whole = prop_oneof![
        2 => text().prop_map(|text| frame(0x81, &text)),
        2 => (select(&[0x82, 0x89, 0x8a][..]), bytes()).prop_map(|(first, data)| frame(first, &data)),
        1 => bytes().prop_map(|data| frame(0x81, &data)),
    ];
    let fragments = (
        select(&[1, 2][..]),
        "\\PC{0,20}",
        any::<Index>(),
        prop::option::of((select(&[0x89, 0x8a][..]), "[a-z]{0,9}")),
    );
    let fragments = fragments.prop_map(|(first, text, cut, control)| {
        let (front, back) = text.as_bytes().split_at(cut.index(text.len() + 1));
        let control = control.map(|(first, payload)| frame(first, payload.as_bytes()));
        [frame(first, front), control.unwrap_or_default(), frame(0x80, back)].concat()
    });
    let code = prop_oneof![3 => 1000..=1015_u16, 1 => any::<u16>(), 1 => 2999..=5000_u16];
    let reason = prop_oneof![3 => text(), 1 => bytes()];
    let close = (code, reason)
        .prop_map(|(code, reason)| frame(0x88, &[&code.to_be_bytes()[..], &reason].concat()));
    let any_frame = (any::<u8>(), bytes()).prop_map(|(first, data)| frame(first, &data));
    prop_oneof![12 => whole, 12 => fragments, 2 => close, 1 => Just(frame(0x88, b"")), 1 => any_frame]
}
