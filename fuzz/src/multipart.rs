//! A form with files, beside a reader that sees all of it at once, and beside multer.

use std::cell::RefCell;
use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use samewire::app::Multipart;
use samewire::{Limits, Result, Status, app};
use samewire_sim::World;

use crate::asked::{Answered, LIMITS, ask, deliveries};
use crate::oracle;
use crate::parts::{self, Said};
use crate::requests::split;

/// Small enough that short inputs reach each of them.
const SMALL: Limits =
    Limits { parts_max: 3, part_head_bytes_max: 96, collected_bytes_max: 128, ..LIMITS };

/// Keeps what it is sent. A part that breaks off was never whole, and is not kept.
#[derive(Default)]
struct Store {
    parts: RefCell<Vec<Said>>,
}

app! { for Store;
    post "/" => keep(multipart);
}

async fn keep(store: &Store, mut form: Multipart<'_>) -> Result<Status> {
    while let Some(mut part) = form.next_part().await? {
        let mut said = Said {
            name: part.name().into(),
            filename: part.filename().map(Into::into),
            media_type: part.content_type().to_vec(),
            data: Vec::new(),
        };
        while let Some(data) = part.chunk().await? {
            assert!(!data.is_empty());
            said.data.extend(data);
        }
        assert_eq!(part.name(), said.name, "it is not there any more");
        assert_eq!(part.chunk().await?, None);
        store.parts.borrow_mut().push(said);
    }
    Ok(Status::NO_CONTENT)
}

/// The boundary stands in front of the first line's end, the content behind it.
pub(crate) fn compare(input: &[u8]) {
    thread_local! {
        static WORLD: World<Store> = World::new(Store::default(), SMALL);
    }
    let (boundary, content) = split(input, b"\n").unwrap_or((b"b", input));
    let length = content.len();
    let lines = [b"Content-Type: multipart/form-data; boundary=\"", boundary, b"\"\r\n"].concat();
    let request = [b"POST / HTTP/1.1\r\nHost: a\r\n", &lines[..]].concat();
    let request =
        [&request, format!("Content-Length: {length}\r\n\r\n").as_bytes(), content].concat();
    // What is no request is not for us.
    if oracle::head::request(&request).is_none_or(|head| head.fields.len() != 3) {
        return;
    }
    let outcomes = deliveries(&request).map(|(delivery, how)| {
        WORLD.with(|world| {
            let answer = ask(world, &request, delivery);
            (how, answer, world.app().parts.take())
        })
    });
    let [(_, answer, parts), others @ ..] = outcomes;
    for (how, other, others_parts) in others {
        assert_eq!((&other, &others_parts), (&answer, &parts), "{how}");
    }
    if !is_boundary(boundary) {
        return assert_eq!((answer.status(), parts.len()), (400, 0));
    }
    judge(&answer, &parts, boundary, content);
}

/// RFC 2046 §5.1.1.
fn is_boundary(boundary: &[u8]) -> bool {
    let is_known = |byte: &u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(byte);
    (1..=70).contains(&boundary.len()) && boundary.iter().all(is_known) && !boundary.ends_with(b" ")
}

fn judge(answer: &Answered, parts: &[Said], boundary: &[u8], content: &[u8]) {
    let (expected, status) = parts::read(boundary, content, &SMALL);
    assert_eq!(answer.status(), status);
    assert_eq!(parts, expected);
    // What multer refuses beside (it knows fewer spellings) is its affair. So is where it finds a first
    // delimiter: anywhere, not only where a line begins; and that it wants a line end for itself in
    // front of each delimiter behind a head.
    let delimiter = [b"--", boundary].concat();
    let is_plain = content.starts_with(&delimiter)
        && split(content, &[b"\r\n\r\n", &delimiter[..]].concat()).is_none();
    if let (204, true, Ok(boundary)) = (status, is_plain, str::from_utf8(boundary))
        && let Some(theirs) = theirs(boundary, content)
    {
        assert_eq!(theirs.len(), parts.len(), "multer sees other parts");
        for (data, part) in theirs.iter().zip(parts) {
            assert_eq!(data, &part.data, "multer sees other data");
        }
    }
}

/// The data of the parts as multer sees them.
fn theirs(boundary: &str, content: &[u8]) -> Option<Vec<Vec<u8>>> {
    let pieces = futures_util::stream::iter([Ok::<_, Infallible>(content.to_vec())]);
    let mut form = multer::Multipart::new(pieces, boundary);
    let mut future = pin!(async move {
        let mut parts = Vec::new();
        while let Some(part) = form.next_field().await? {
            parts.push(part.bytes().await?.to_vec());
        }
        Ok::<_, multer::Error>(parts)
    });
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(parts) = future.as_mut().poll(&mut cx) {
            return parts.ok();
        }
    }
}
