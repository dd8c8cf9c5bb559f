//! The table: what is found in it, and what the compiler refuses to put into it.

use super::{File, Files, Found, Tag, sorted};
use std::panic::catch_unwind;
use std::vec::Vec;

static SITE: Files = files! {
    "sub/index.html" => b"sub";
    "index.html" => b"top";
    "a" => b"a";
    "a.txt" => b"a.txt";
    "a/b/index.html" => b"a/b";
    "a/b.txt" => b"a/b.txt";
    "sub.txt" => b"sub.txt";
    "%C3%A9.txt" => b"e";
    "index.html/index.html" => b"odd";
};

fn found(path: &str) -> Option<&'static str> {
    match SITE.find(path.as_bytes())? {
        Found::File(file) => Some(file.path()),
        Found::Directory(location) => Some(str::from_utf8(location).unwrap()),
    }
}

#[test]
fn any_order_becomes_the_order_of_the_paths() {
    let paths: Vec<_> = SITE.files().iter().map(|file| file.path().as_bytes()).collect();
    assert!(paths.is_sorted_by(|one, other| one < other), "{paths:?}");
}

#[test]
fn every_file_is_found_by_its_path_alone() {
    for file in SITE.files() {
        assert_eq!(found(file.path()), Some(file.path()));
        for changed in ["/", "%00", ".", "x", "/.", "//"].map(|end| [file.path(), end].concat()) {
            assert_ne!(found(&changed), Some(file.path()), "{changed}");
        }
        for changed in
            ["/", "./", "../", "%2F", "sub/../"].map(|begin| [begin, file.path()].concat())
        {
            assert_eq!(found(&changed), None, "{changed}");
        }
    }
}

#[test]
fn a_directory_has_a_slash_and_an_index() {
    for (path, what) in [
        ("", Some("index.html")),
        ("sub/", Some("sub/index.html")),
        ("sub", Some("sub/")),
        ("a", Some("a")),
        ("a/", None),
        ("a/b", Some("b/")),
        ("a/b/", Some("a/b/index.html")),
        ("index.html", Some("index.html")),
        ("index.html/", Some("index.html/index.html")),
        ("/", None),
        ("//", None),
        ("sub//", None),
        ("nothing", None),
        ("nothing/", None),
    ] {
        assert_eq!(found(path), what, "{path}");
    }
}

#[test]
fn paths_that_no_request_can_ask_for_are_refused() {
    for path in [
        "", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/..", "a/../b", "a b", "a?b", "a#b",
        "a\\b", "a:b", "é", "a%", "a%2", "a%2f", "a%2F", "a%41", "a%00", "a%5C", "a%zz", "a\0",
    ] {
        assert!(catch_unwind(|| File::new(path, b"")).is_err(), "{path:?} is accepted");
    }
    for path in ["a", ".a", "...", "..a", "a..", "a/.b/c.d", "a%20b", "%C3%A9", "a+b@c,d;e=f(!)"] {
        File::new(path, b"");
    }
}

#[test]
fn mistakes_in_a_table_are_refused() {
    let refused = |make: fn()| assert!(catch_unwind(make).is_err());
    refused(|| _ = File::new("a", b"").modified("Sun, 06 Nov 94 08:49:37 GMT"));
    refused(|| _ = File::new("a", b"").modified("Sun, 06 Nov 1994 08:49:37 UTC"));
    refused(|| _ = File::new("a", b"").content_type("text/plain\r\nX: y"));
    refused(|| _ = File::tagged("a", b"", "0123"));
    refused(|| _ = File::tagged("a", b"", "0123456789abcdeg"));
    refused(|| _ = SITE.cache_control("no-store\r\nX: y"));
    static TWICE: [File; 2] = sorted([File::new("a", b"1"), File::new("a", b"2")]);
    refused(|| _ = Files::new(&TWICE));
    static UNSORTED: [File; 2] = [File::new("b", b"1"), File::new("a", b"2")];
    refused(|| _ = Files::new(&UNSORTED));
}

#[test]
fn a_tag_follows_from_the_content() {
    // The test vectors of the hash's authors: http://www.isthe.com/chongo/src/fnv/test_fnv.c
    for (content, tag) in [
        ("", "\"cbf29ce484222325\""),
        ("a", "\"af63dc4c8601ec8c\""),
        ("foobar", "\"85944171f73967e8\""),
    ] {
        assert_eq!(Tag::of(content.as_bytes()).as_bytes(), tag.as_bytes());
        assert_eq!(Tag::of(content.as_bytes()).digits(), &tag[1..17]);
        assert_eq!(Tag::read(&tag[1..17]), Tag::of(content.as_bytes()));
    }
}
