//! Forms with files, beside multer, which is somebody else's reader of RFC 7578, and a file that is
//! larger than the memory of the server.

use std::cell::RefCell;
use std::task::{Context, Poll};

use futures_util::stream;
use proptest::prelude::*;
use samewire::app::Multipart;
use samewire::{Gone, Limits, Result, Status, Transport, app, serve};

use crate::whole::Client;
use crate::{LIMITS, Passing, run};

/// What is said of a part.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    name: String,
    filename: Option<String>,
    media_type: String,
    data: Vec<u8>,
}

/// Keeps what it is sent.
#[derive(Default)]
struct Store {
    parts: RefCell<Vec<Said>>,
    bytes: RefCell<u64>,
}

app! { for Store;
    post "/parts" => keep(multipart);
    post "/count" => count(multipart);
    post "/text"  => text(multipart);
}

async fn keep(store: &Store, mut form: Multipart<'_>) -> Result<Status> {
    while let Some(mut part) = form.next_part().await? {
        let mut said = Said {
            name: part.name().into(),
            filename: part.filename().map(Into::into),
            media_type: String::from_utf8_lossy(part.content_type()).into(),
            data: Vec::new(),
        };
        while let Some(data) = part.chunk().await? {
            assert!(!data.is_empty());
            said.data.extend(data);
        }
        // What was said of the part is still there behind its end, which comes again.
        assert_eq!(part.name(), said.name);
        assert_eq!(part.chunk().await?, None);
        store.parts.borrow_mut().push(said);
    }
    Ok(Status::CREATED)
}

async fn count(store: &Store, mut form: Multipart<'_>) -> Result<Status> {
    // The first part is passed over, none of it read.
    form.next_part().await?;
    let Some(mut part) = form.next_part().await? else { return Ok(Status::NO_CONTENT) };
    while let Some(data) = part.chunk().await? {
        *store.bytes.borrow_mut() += data.len() as u64;
    }
    assert!(form.next_part().await?.is_none());
    assert!(form.next_part().await?.is_none());
    Ok(Status::CREATED)
}

async fn text(store: &Store, mut form: Multipart<'_>) -> Result<Status> {
    let mut room = [0; 16];
    while let Some(mut part) = form.next_part().await? {
        let said = part.text(&mut room).await?.to_owned();
        let data = said.into_bytes();
        let part = Said { name: String::new(), filename: None, media_type: String::new(), data };
        store.parts.borrow_mut().push(part);
    }
    Ok(Status::CREATED)
}

fn post(path: &str, boundary: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; \
         boundary=\"{boundary}\"\r\nContent-Length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), content].concat()
}

/// The status line, and what the store keeps.
fn sent(path: &str, boundary: &str, content: &[u8]) -> (String, Vec<Said>) {
    let store = Store::default();
    let request = post(path, boundary, content);
    let mut client = Client::new(&request, usize::MAX);
    run(&store, &mut client, &mut Passing::default());
    let out = String::from_utf8(client.out).unwrap();
    (out.lines().next().unwrap_or_default().to_owned(), store.parts.take())
}

/// What multer reads, or why it does not.
fn theirs(boundary: &str, content: &[u8]) -> Result<Vec<Said>, multer::Error> {
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> = vec![Ok(content.to_vec())];
    let mut form = multer::Multipart::new(stream::iter(pieces), boundary);
    now(async move {
        let mut parts = Vec::new();
        while let Some(part) = form.next_field().await? {
            parts.push(Said {
                name: part.name().unwrap_or_default().into(),
                filename: part.file_name().map(Into::into),
                media_type: part.content_type().map_or("text/plain".into(), ToString::to_string),
                data: part.bytes().await?.to_vec(),
            });
        }
        Ok(parts)
    })
}

/// What comes of a future that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut cx = Context::from_waker(std::task::Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return value;
        }
    }
}

fn written(boundary: &str, parts: &[Said]) -> Vec<u8> {
    let mut content = Vec::new();
    for Said { name, filename, media_type, data } in parts {
        // With what nobody is to mind.
        let is_odd = data.len() % 2 == 1;
        content.extend(format!("--{boundary}\r\n").bytes());
        content.extend(format!("Content-Disposition: form-data; name=\"{name}\"").bytes());
        if let Some(filename) = filename {
            content.extend(format!("; filename=\"{filename}\"").bytes());
            if is_odd {
                content.extend(b"; filename*=UTF-8''no");
            }
        }
        if is_odd {
            content.extend(b"\r\nX-Other: form-data; name=\"no\"");
        }
        if media_type != "text/plain" {
            content.extend(format!("\r\nContent-Type: {media_type}").bytes());
        }
        content.extend(b"\r\n\r\n");
        content.extend(data);
        content.extend(b"\r\n");
    }
    content.extend(format!("--{boundary}--\r\n").bytes());
    content
}

fn parts() -> impl Strategy<Value = Vec<Said>> {
    let data = prop_oneof![
        "(\r\n|--|b|\r|\n|-| ){0,20}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..300),
    ];
    let filename = prop::option::of("[a-zé€ .]{1,12}".prop_map(|name| format!("x{name}x")));
    let media_type = prop_oneof!["text/plain", "image/png", "application/octet-stream"];
    let name = prop_oneof!["[a-zé€\\[\\] ]{1,12}", "a"];
    let part = (name, filename, media_type, data);
    let part = part.prop_map(|(name, filename, media_type, data)| Said {
        name,
        filename,
        media_type,
        data,
    });
    prop::collection::vec(part, 1..5)
}

proptest! {
    #[test]
    fn multer_sees_the_same_parts(boundary in "[a-b'()+_,./:=?-]{1,6}", parts in parts()) {
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        let is_inside = |part: &Said| {
            let data = [b"\r\n", &part.data[..]].concat();
            data.windows(delimiter.len()).any(|window| window == delimiter)
        };
        prop_assume!(!parts.iter().any(is_inside));
        let content = written(&boundary, &parts);
        let (line, ours) = sent("/parts", &boundary, &content);
        prop_assert_eq!(line, "HTTP/1.1 201 Created");
        prop_assert_eq!(&ours, &parts);
        prop_assert_eq!(theirs(&boundary, &content).unwrap(), ours);
    }
}

/// Where both refuse, they refuse for the same reason: the form is not whole, or names nothing.
#[test]
fn multer_refuses_what_is_not_whole() {
    let name = "Content-Disposition: form-data; name=a\r\n";
    for content in [
        "".to_owned(),
        "--b".to_owned(),
        format!("--b\r\n{name}\r\n1"),
        format!("--b\r\n{name}\r\n1\r\n--b"),
        format!("--b\r\n{name}\r\n1\r\n--b-"),
        format!("--b\r\n{name}\r\n1\r\n--c--"),
        format!("--b\n{}\n1\n--b--", name.replace("\r\n", "\n")),
        format!("--b\r\n{name}no field\r\n\r\n1\r\n--b--"),
    ] {
        let (line, _) = sent("/parts", "b", content.as_bytes());
        assert_eq!(line, "HTTP/1.1 400 Bad Request", "{content:?}");
        assert!(theirs("b", content.as_bytes()).is_err(), "{content:?}");
    }
}

/// Other fields mean nothing to either, nor do names in the notation of RFC 5987; where multer finds
/// no name, we refuse the form.
#[test]
fn multer_finds_the_same_names() {
    let part = |head: &str| format!("--b\r\n{head}\r\n\r\n1\r\n--b--");
    for head in [
        "X-Foo: bar\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Length: 9",
        "Transfer-Encoding: chunked\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"",
        "Content-Disposition: form-data; name=\"a\"; filename*=UTF-8''f",
    ] {
        let content = part(head);
        let (line, ours) = sent("/parts", "b", content.as_bytes());
        assert_eq!(line, "HTTP/1.1 201 Created", "{head}");
        assert_eq!(theirs("b", content.as_bytes()).unwrap(), ours, "{head}");
    }
    for head in
        ["X: y", "Content-Disposition: form-data", "Content-Disposition: form-data; x=\"y\""]
    {
        let content = part(head);
        let (line, _) = sent("/parts", "b", content.as_bytes());
        assert_eq!(line, "HTTP/1.1 400 Bad Request", "{head}");
        assert_eq!(theirs("b", content.as_bytes()).unwrap()[0].name, "", "{head}");
    }
}

#[test]
fn the_text_of_a_part_fits_or_is_refused() {
    let form = |data: &[u8]| {
        let said = |data: &[u8]| Said {
            name: "a".into(),
            filename: None,
            media_type: "text/plain".into(),
            data: data.to_vec(),
        };
        let (line, parts) = sent("/text", "b", &written("b", &[said(b"first"), said(data)]));
        (line, parts.into_iter().map(|part| String::from_utf8(part.data).unwrap()).collect())
    };
    let ok =
        |text: &str| ("HTTP/1.1 201 Created".to_owned(), vec!["first".to_owned(), text.into()]);
    assert_eq!(form(b""), ok(""));
    assert_eq!(form("grüße\r\n--".as_bytes()), ok("grüße\r\n--"));
    assert_eq!(form(b"0123456789abcdef"), ok("0123456789abcdef"));
    let first = vec!["first".to_owned()];
    let too_long = ("HTTP/1.1 413 Content Too Large".to_owned(), first.clone());
    assert_eq!(form(b"0123456789abcdefg"), too_long);
    assert_eq!(form(b"\xff"), ("HTTP/1.1 400 Bad Request".to_owned(), first));
}

/// A client that sends a long file without having one: the same block again and again.
struct Endless<'a> {
    front: &'a [u8],
    blocks: usize,
    back: &'a [u8],
    out: Vec<u8>,
}

const BLOCK: &[u8] = &[b'\r'; 4096];

impl Transport for Endless<'_> {
    fn poll_read(&mut self, _: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        if self.front.is_empty() {
            let next = if self.blocks > 0 { BLOCK } else { std::mem::take(&mut self.back) };
            self.blocks = self.blocks.saturating_sub(1);
            self.front = next;
        }
        let n = into.len().min(self.front.len());
        into[..n].copy_from_slice(&self.front[..n]);
        self.front = &self.front[n..];
        Poll::Ready(Ok(n))
    }

    fn poll_write(&mut self, _: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        self.out.extend(from);
        Poll::Ready(Ok(from.len()))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        Poll::Ready(Ok(()))
    }
}

/// 64 MiB of the one byte that each delimiter begins with, through the buffers of a small board.
#[test]
fn a_file_of_any_length_passes_through_small_buffers() {
    const BLOCKS: usize = 16 << 10;
    let limits = Limits { content_bytes_max: 1 << 30, ..LIMITS };
    let name = "Content-Disposition: form-data; name=f\r\n\r\n";
    let (front, back) = (format!("--b\r\n{name}x\r\n--b\r\n{name}"), "\r\n--b--");
    let file = BLOCKS * BLOCK.len();
    let head = format!(
        "POST /count HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n\
         Content-Length: {}\r\n\r\n{front}",
        front.len() + file + back.len()
    );
    let mut client =
        Endless { front: head.as_bytes(), blocks: BLOCKS, back: back.as_bytes(), out: Vec::new() };
    let store = Store::default();
    let (mut receive, mut send) =
        (vec![0; limits.receive_bytes_min()], vec![0; limits.send_bytes_min()]);
    let mut clock = Passing::default();
    now(serve(&store, &mut client, &mut clock, &mut receive, &mut send, &limits));
    assert!(client.out.starts_with(b"HTTP/1.1 201 Created"));
    assert_eq!(store.bytes.take(), file as u64);
}
