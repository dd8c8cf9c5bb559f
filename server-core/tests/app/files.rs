//! Files of the program: what is sent of them, and that a part is always a part of the same whole.

use proptest::prelude::*;
use samewire::app::files::{Files, Served};
use samewire::{Limits, app, files};

use crate::{answers, get, said};

/// More than any send buffer here holds, and different at every place.
static LARGE: [u8; 10_000] = {
    let mut bytes = [0; 10_000];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = (at * 7 + at / 251) as u8;
        at += 1;
    }
    bytes
};

static SITE: Files = files! {
    "index.html" => b"<p>top</p>";
    "docs/index.html" => b"<p>docs</p>";
    "large.bin" => &LARGE, modified "Sat, 05 Nov 1994 00:00:00 GMT";
    "app.js" => b"let it = 'be';", gzip b"\x1f\x8b (a gzip)";
    "raw" => b"", content_type "text/x-nothing";
}
.cache_control("public, max-age=3600");

struct Panel;

app! { for Panel;
    get "/"               => home;
    get "/static/{*path}" => file(path);
}

async fn home(_: &Panel) -> Served<'static> {
    SITE.at("index.html")
}

async fn file<'x>(_: &Panel, path: &'x [u8]) -> Served<'x> {
    SITE.at(path)
}

fn ask(method: &str, path: &str, fields: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: a\r\n{fields}\r\n")
}

/// Head and content of one answer.
fn asked(method: &str, path: &str, fields: &str) -> (String, Vec<u8>) {
    let mut answer = said(&Panel, ask(method, path, fields).as_bytes());
    let end = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    let content = answer.split_off(end);
    (String::from_utf8(answer).unwrap(), content)
}

#[test]
fn a_file_is_sent_with_all_that_is_known_of_it() {
    insta::assert_snapshot!(answers(&Panel, &get("/static/app.js")));
    insta::assert_snapshot!(answers(&Panel, &get("/")));
    insta::assert_snapshot!(answers(&Panel, &get("/static/docs")));
    insta::assert_snapshot!(answers(&Panel, &ask("GET", "/static/raw", "If-None-Match: *\r\n")));
}

#[test]
fn what_is_longer_than_the_buffer_leaves_from_where_it_lies() {
    assert!(LARGE.len() > 2 * Limits::SMALL.send_bytes_min());
    let (head, content) = asked("GET", "/static/large.bin", "");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("\r\nContent-Length: 10000\r\n"), "{head}");
    assert_eq!(content, LARGE);
}

#[test]
fn head_says_what_get_says() {
    for path in ["", "index.html", "docs/", "docs", "app.js", "raw", "large.bin", "nothing"] {
        let path = format!("/static/{path}");
        for fields in
            ["", "Accept-Encoding: gzip\r\n", "If-None-Match: *\r\n", "If-Match: \"x\"\r\n"]
        {
            let (head, _) = asked("GET", &path, fields);
            assert_eq!(asked("HEAD", &path, fields), (head, Vec::new()), "{path} {fields}");
        }
    }
}

#[test]
fn each_form_has_its_tag_and_is_asked_for_by_it() {
    let tag = |fields: &str| {
        let (head, content) = asked("GET", "/static/app.js", fields);
        let tag = head.lines().find_map(|line| line.strip_prefix("ETag: ")).unwrap();
        (tag.to_owned(), content)
    };
    let (plain, content) = tag("");
    assert_eq!(content, b"let it = 'be';");
    let (gzip, content) = tag("Accept-Encoding: gzip\r\n");
    assert_eq!(content, b"\x1f\x8b (a gzip)");
    assert_ne!(plain, gzip);
    for (coding, own, other) in [("", &plain, &gzip), ("gzip", &gzip, &plain)] {
        let status = |tag: &str| {
            let fields = format!("Accept-Encoding: {coding}\r\nIf-None-Match: {tag}\r\n");
            asked("GET", "/static/app.js", &fields).0[9..12].to_owned()
        };
        assert_eq!((status(own), status(other)), ("304".into(), "200".into()), "{coding}");
    }
}

proptest! {
    #[test]
    fn a_range_gives_that_slice(a in 0..10_000usize, b in 0..10_000usize, suffix: bool) {
        let (first, last) = (a.min(b), a.max(b));
        let (range, slice) = match suffix {
            true => (format!("-{}", LARGE.len() - first), &LARGE[first..]),
            false => (format!("{first}-{last}"), &LARGE[first..=last]),
        };
        let (head, content) = asked("GET", "/static/large.bin", &format!("Range: bytes={range}\r\n"));
        prop_assert!(head.starts_with("HTTP/1.1 206 Partial Content\r\n"), "{}", head);
        let last = first + slice.len() - 1;
        let content_range = format!("\r\nContent-Range: bytes {first}-{last}/10000\r\n");
        let content_length = format!("\r\nContent-Length: {}\r\n", slice.len());
        prop_assert!(head.contains(&content_range) && head.contains(&content_length), "{}", head);
        prop_assert_eq!(content, slice);
    }

    /// Whatever is asked, one answer comes, and it is one of a few.
    #[test]
    fn hostile_fields_get_one_of_a_few_answers(
        name in prop_oneof![
            Just("Range"), Just("If-Range"), Just("If-Match"), Just("If-None-Match"),
            Just("If-Modified-Since"), Just("If-Unmodified-Since"), Just("Accept-Encoding"),
        ],
        value in "([ -~]|bytes=|\"|,|;q=|W/|\\*|gzip|0|-){0,40}",
        file in prop_oneof![Just("large.bin"), Just("app.js"), Just("raw")],
    ) {
        let (head, content) = asked("GET", &format!("/static/{file}"), &format!("{name}: {value}\r\n"));
        let status: u16 = head[9..12].parse().unwrap();
        prop_assert!([200, 206, 304, 406, 412, 416].contains(&status), "{}", head);
        prop_assert!(content.len() <= LARGE.len());
    }
}
