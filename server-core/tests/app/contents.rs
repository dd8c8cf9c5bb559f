//! What a handler is given: content as text and as JSON, parts of the path, the request itself.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use samewire::app::Text;
use samewire::{Json, Problem, Rendered, Request, Respond, Result, app};
use serde::{Deserialize, Serialize};

use crate::{answer, get, post};

struct Panel;

app! { for Panel;
    post "/text"               => text(text);
    post "/led"                => set_led(json);
    post "/shapes"             => shapes(json);
    get  "/pair/{name}/{level}" => pair(path);
    get  "/raw/{name}"         => raw(path);
    get  "/request"            => request(request);
    put  "/parts/{name}"       => parts(request);
}

async fn text<'x>(_: &Panel, text: Text<'x>) -> impl Respond + use<'x> {
    Rendered::text(move |to| to.put(text.to_uppercase().as_bytes()))
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Led {
    level: u8,
    #[serde(default)]
    blinks: bool,
}

async fn set_led(_: &Panel, Json(led): Json<Led>) -> Result<Json<Led>> {
    if led.level > 100 {
        return Err(Problem::unprocessable("level is a \"percentage\""));
    }
    Ok(Json(led))
}

async fn pair<'x>(_: &Panel, (name, level): (&'x str, u8)) -> impl Respond + use<'x> {
    Rendered::text(move |to| {
        let _ = write!(to, "{name}={level}");
    })
}

async fn raw<'x>(_: &Panel, name: &'x [u8]) -> impl Respond + use<'x> {
    Rendered::new(b"application/octet-stream", move |to| to.put(name))
}

async fn request<'x>(_: &Panel, request: Request<'x>) -> impl Respond + use<'x> {
    Rendered::text(move |to| {
        let _ = write!(to, "{} ", request.version());
        to.put(request.query());
    })
}

async fn parts<'x>(_: &Panel, request: Request<'x>) -> impl Respond + use<'x> {
    Rendered::text(move |to| {
        let filename = request.parameter("content-disposition", "FileName");
        to.put(request.method_name());
        for part in [request.path(), request.query(), request.field("x-UPPER").unwrap_or_default()]
        {
            to.put(b" ");
            to.put(part);
        }
        let _ = write!(to, " {}", request.version());
        to.put(b" ");
        filename.into_iter().flat_map(|name| name.bytes()).for_each(|byte| to.push(byte));
    })
}

const OK: &str = "HTTP/1.1 200 OK";
const BAD: &str = "HTTP/1.1 400 Bad Request";

#[test]
fn a_request_is_read_by_its_parts() {
    let head = "PUT /parts/a%2fb?c=d HTTP/1.0\r\nX-upper: E \r\n\
        Content-Disposition: attachment; filename=\"a;\\\"b\\\".txt\"; size=1\r\n\r\n";
    let expected = "PUT /parts/a%2fb c=d E HTTP/1.0 a;\"b\".txt";
    assert_eq!(answer(&Panel, head), (OK.into(), expected.into()));
}

#[test]
fn text_is_utf8_or_the_request_is_bad() {
    let is = |content: &str| answer(&Panel, &post("/text", "text/plain", content));
    assert_eq!(is("grüße"), (OK.into(), "GRÜSSE".into()));
    assert_eq!(is(""), (OK.into(), String::new()));
    let latin = post("/text", "text/plain", "gr~~e").into_bytes();
    let latin: Vec<u8> =
        latin.iter().map(|byte| if *byte == b'~' { 0xfc } else { *byte }).collect();
    let out = String::from_utf8(crate::said(&Panel, &latin)).unwrap();
    assert!(out.starts_with(BAD), "{out}");
    let detail = r#"{"title":"Bad Request","status":400,"detail":"the content is not UTF-8"}"#;
    assert!(out.contains("\r\nContent-Type: application/problem+json\r\n"), "{out}");
    assert!(out.ends_with(detail), "{out}");
}

#[test]
fn json_must_say_that_it_is_json_and_have_the_shape() {
    let malformed = "malformed JSON, or a member is missing or wrong";
    for (media_type, content, status, expected) in [
        (
            "application/json",
            r#"{"level":40,"blinks":true}"#,
            "200 OK",
            r#"{"level":40,"blinks":true}"#,
        ),
        ("application/json", r#"{"level":40}"#, "200 OK", r#"{"level":40,"blinks":false}"#),
        ("text/plain", r#"{"level":40}"#, "415 Unsupported Media Type", "the content must be JSON"),
        ("application/json", r#"{"level":40"#, "400 Bad Request", malformed),
        ("application/json", r#"{"blinks":true}"#, "400 Bad Request", malformed),
        ("application/json", r#"{"level":40,"colour":"red"}"#, "400 Bad Request", malformed),
        ("application/json", r#"{"level":40,"level":41}"#, "400 Bad Request", malformed),
        ("application/json", r#"{"level":40.}"#, "400 Bad Request", malformed),
        ("application/json", r#"{"level":4e}"#, "400 Bad Request", malformed),
        ("application/json", r#"{"level":256}"#, "400 Bad Request", malformed),
        (
            "application/json",
            r#"{"level":101}"#,
            "422 Unprocessable Content",
            r#""detail":"level is a \"percentage\"""#,
        ),
    ] {
        let (line, answered) = answer(&Panel, &post("/led", media_type, content));
        assert_eq!(line, format!("HTTP/1.1 {status}"), "{content}");
        assert!(answered.contains(expected), "{content}: {answered}");
    }
}

/// What JSON has no word for and serde has.
#[derive(Serialize, Deserialize)]
struct Shapes {
    point: Point,
    rooms: BTreeMap<Room, u8>,
    floors: BTreeMap<Floor, u8>,
    #[serde(skip_deserializing)]
    shown: Shown,
    #[serde(skip_deserializing)]
    bytes: Octets,
}

#[derive(Serialize, Deserialize)]
struct Point(i32, i32);

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Room(String);

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Floor {
    Ground,
    First,
}

#[derive(Default)]
struct Shown;

impl fmt::Display for Shown {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a \"shown\" ")?;
        to.write_str("value")
    }
}

impl Serialize for Shown {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[derive(Default)]
struct Octets;

impl Serialize for Octets {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_bytes(&[0, 255])
    }
}

async fn shapes(_: &Panel, shapes: Json<Shapes>) -> Json<Shapes> {
    shapes
}

#[test]
fn shapes_go_in_and_out_as_serde_says() {
    let taken = r#"{"point":[-3,4],"rooms":{"hall":1,"attic":2},"floors":{"First":7}}"#;
    let given = r#"{"point":[-3,4],"rooms":{"attic":2,"hall":1},"floors":{"First":7},"shown":"a \"shown\" value","bytes":[0,255]}"#;
    let (line, content) = answer(&Panel, &post("/shapes", "application/json", taken));
    assert_eq!((line.as_str(), content.as_str()), (OK, given));
    for wrong in [
        taken.replace("First", "Second"),
        taken.replace("[-3,4]", "[-3]"),
        taken.replace("[-3,4]", "[-3,4,5]"),
        taken.replace("\"hall\"", "7"),
    ] {
        let (line, _) = answer(&Panel, &post("/shapes", "application/json", &wrong));
        assert_eq!(line, BAD, "{wrong}");
    }
}

#[test]
fn paths_hold_words_and_numbers() {
    for (path, status, content) in [
        ("/pair/lamp/7", "200 OK", "lamp=7"),
        ("/pair/%C3%BC/255", "200 OK", "%C3%BC=255"),
        ("/pair/lamp/256", "404 Not Found", "no such resource"),
        ("/pair/lamp/x", "404 Not Found", "no such resource"),
        ("/raw/%6Camp", "200 OK", "lamp"),
    ] {
        let (line, answered) = answer(&Panel, &get(path));
        assert_eq!(line, format!("HTTP/1.1 {status}"), "{path}");
        assert!(answered.contains(content), "{path}: {answered}");
    }
}

#[test]
fn requests_tell_their_version_and_query() {
    assert_eq!(answer(&Panel, &get("/request?a=b&c")).1, "HTTP/1.1 a=b&c");
    assert_eq!(answer(&Panel, &get("/request")).1, "HTTP/1.1 ");
    assert_eq!(answer(&Panel, "GET /request?7 HTTP/1.0\r\n\r\n").1, "HTTP/1.0 7");
}
