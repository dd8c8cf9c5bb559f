//! What a handler may answer, whole or streamed, and what becomes of one that does not keep its
//! word.

use samewire::{Json, Problem, Rendered, Respond, Response, Result, Status, app};

use crate::{answer, answers, get};

struct Panel;

app! { for Panel;
    get  "/octets"       => octets;
    get  "/made"         => made;
    get  "/taken"        => taken;
    get  "/nothing"      => nothing;
    get  "/large"        => large;
    get  "/media/{kind}" => media(path);
    get  "/sized/{bytes:u32}" => sized(path, response);
    get  "/dropped"      => dropped(response);
    get  "/twice"        => twice(response);
    get  "/number"       => number;
}

async fn octets(_: &Panel) -> &'static [u8] {
    &[1, 2, 3]
}

async fn made(_: &Panel) -> (Status, &'static str) {
    (Status::CREATED, "made")
}

async fn taken(_: &Panel) -> Result<&'static str> {
    Err(Problem::conflict("the name is taken"))
}

async fn nothing(_: &Panel) {}

async fn large(_: &Panel) -> impl Respond + use<> {
    Rendered::text(|to| to.put(&[b'x'; 201]))
}

async fn media<'x>(_: &Panel, kind: &'x [u8]) -> impl Respond + use<'x> {
    let with_line_end = [kind, b"\r\nX: y"].concat();
    let is_bad = kind == b"bad";
    let media_type = if is_bad { with_line_end.leak() } else { kind };
    Rendered::new(media_type, |to| to.put(b"content"))
}

/// Promises so many bytes, and writes ten.
async fn sized(_: &Panel, bytes: u32, response: Response<'_>) -> Result {
    let mut content = response.sized(Status::OK, "text/plain", bytes.into()).await;
    content.write(b"01234").await?;
    content.write(b"56789").await?;
    content.finish().await;
    Ok(())
}

async fn dropped(_: &Panel, response: Response<'_>) -> Result {
    let mut content = response.chunked(Status::OK, "text/plain").await;
    content.write(b"half").await?;
    Ok(())
}

/// Answers by a stream, and then by what it returns.
async fn twice(_: &Panel, response: Response<'_>) -> &'static str {
    response.chunked(Status::OK, "text/plain").await.finish().await;
    "once more"
}

async fn number(_: &Panel) -> Json<u32> {
    Json(7)
}

#[test]
fn values_are_answers() {
    let text = answers(&Panel, &get("/octets"));
    assert!(text.contains("\r\nContent-Type: application/octet-stream\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\n\u{1}\u{2}\u{3}"), "{text}");
    assert_eq!(answer(&Panel, &get("/made")), ("HTTP/1.1 201 Created".into(), "made".into()));
    let (line, content) = answer(&Panel, &get("/taken"));
    assert_eq!(line, "HTTP/1.1 409 Conflict");
    let problem = r#"{"title":"Conflict","status":409,"detail":"the name is taken"}"#;
    assert_eq!(content, problem);
    assert_eq!(answer(&Panel, &get("/number")).1, "7");
}

#[test]
fn a_media_type_that_would_break_the_head_is_replaced() {
    let text = answers(&Panel, &get("/media/image"));
    assert!(text.contains("\r\nContent-Type: image\r\n"), "{text}");
    let text = answers(&Panel, &get("/media/bad"));
    assert!(text.contains("\r\nContent-Type: application/octet-stream\r\n"), "{text}");
    assert!(!text.contains("X: y"), "{text}");
}

#[test]
fn who_answers_nothing_or_too_much_is_at_fault() {
    for path in ["/nothing", "/large"] {
        let text = answers(&Panel, &[get(path), get("/made")].concat());
        assert!(text.starts_with("HTTP/1.1 500 Internal Server Error\r\n"), "{path}: {text}");
        assert!(text.contains("\r\nConnection: close\r\n"), "{path}: {text}");
        assert_eq!(text.matches("HTTP/1.1").count(), 1, "{path}: {text}");
    }
}

#[test]
fn an_answer_has_the_length_that_it_promised_or_ends_the_connection() {
    for (bytes, content, goes_on) in
        [(10, "0123456789", true), (7, "0123456", true), (0, "", true), (11, "0123456789", false)]
    {
        let text = answers(&Panel, &[get(&format!("/sized/{bytes}")), get("/number")].concat());
        let (head, rest) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("\r\nContent-Length: {bytes}")), "{head}");
        let next = rest.strip_prefix(content).unwrap();
        assert_eq!(next.starts_with("HTTP/1.1 200 OK\r\n"), goes_on, "{bytes}: {text}");
        assert_eq!(next.is_empty(), !goes_on, "{bytes}: {text}");
    }
}

#[test]
fn a_dropped_stream_is_not_taken_for_a_whole_one() {
    let text = answers(&Panel, &[get("/dropped"), get("/number")].concat());
    assert!(text.ends_with("\r\n\r\n4\r\nhalf\r\n"), "{text}");
}

#[test]
fn a_second_answer_is_left_out() {
    let text = answers(&Panel, &[get("/twice"), get("/number")].concat());
    let (_, rest) = text.split_once("\r\n\r\n").unwrap();
    assert!(rest.starts_with("0\r\n\r\nHTTP/1.1 200 OK\r\n"), "{text}");
    assert!(rest.ends_with("\r\n\r\n7"), "{text}");
}
