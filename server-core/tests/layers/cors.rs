//! Which pages of other origins a browser lets read an answer.

use samewire::app;
use samewire::app::layer::{AnyOrigin, Basic, Cors, Origins};

use crate::{Answer, Machine};

struct Panel;

const LISTED: Cors<Origins> = Cors::of(&["https://good.example", "http://good.example:8080"])
    .credentials()
    .methods("GET, PUT, DELETE")
    .fields("Content-Type, X-API-Key")
    .exposed("X-Request-ID")
    .max_age(600);
const ANY: Cors<AnyOrigin> = Cors::any();

app! { for Panel;
    layers [LISTED, Basic::new("panel", "user", "password")];
    get "/" => index;
}

async fn index(_: &Panel) -> &'static str {
    "index"
}

struct Open;

app! { for Open;
    layers [ANY];
    get  "/" => open;
    post "/" => open;
}

async fn open(_: &Open) -> &'static str {
    "open"
}

const LOGIN: &str = "Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n";

const ORIGIN: &str = "Access-Control-Allow-Origin";
const CREDENTIALS: &str = "Access-Control-Allow-Credentials";
const METHODS: &str = "Access-Control-Allow-Methods";
const HEADERS: &str = "Access-Control-Allow-Headers";

#[test]
fn listed_origins_may_read() {
    let machine = Machine::new();
    for origin in ["https://good.example", "http://good.example:8080"] {
        let answer = machine.get(&Panel, "/", &format!("{LOGIN}Origin: {origin}\r\n"));
        assert_eq!((answer.status, answer.field(ORIGIN)), (200, Some(origin)));
        assert_eq!(answer.field(CREDENTIALS), Some("true"));
        assert_eq!(answer.field("Access-Control-Expose-Headers"), Some("X-Request-ID"));
        assert_eq!(answer.field("Vary"), Some("Origin"));
        assert_eq!((answer.field(METHODS), answer.field(HEADERS)), (None, None));
    }
}

#[test]
fn nobody_else_may_read() {
    let machine = Machine::new();
    for lines in [
        "",
        "Origin: null\r\n",
        "Origin:\r\n",
        "Origin: http://good.example\r\n",
        "Origin: https://good.example:8443\r\n",
        "Origin: https://good.example.evil.example\r\n",
        "Origin: https://evilgood.example\r\n",
        "Origin: https://good.example.\r\n",
        "Origin: https://GOOD.example\r\n",
        "Origin: *\r\n",
        "Origin: https://good.example, https://evil.example\r\n",
        "Origin: https://good.example\r\nOrigin: https://evil.example\r\n",
        "Origin: https://good.example\r\nOrigin: https://good.example\r\n",
    ] {
        let answer = machine.get(&Panel, "/", &format!("{LOGIN}{lines}"));
        assert_eq!((answer.status, answer.content.as_str()), (200, "index"), "{lines:?}");
        assert_nothing_allowed(&answer);
        assert_eq!(answer.field("Vary"), Some("Origin"), "caches must know, {lines:?}");
    }
}

fn assert_nothing_allowed(answer: &Answer) {
    let allows = |(name, _): &(String, String)| name.starts_with("Access-Control");
    assert!(!answer.fields.iter().any(allows), "{answer:?}");
}

#[test]
fn errors_can_be_read_too() {
    let answer = Machine::new().get(&Panel, "/", "Origin: https://good.example\r\n");
    assert_eq!((answer.status, answer.field(ORIGIN)), (401, Some("https://good.example")));
    let lines = format!("{LOGIN}Origin: https://good.example\r\n");
    let answer = Machine::new().get(&Panel, "/nowhere", &lines);
    assert_eq!((answer.status, answer.field(ORIGIN)), (404, Some("https://good.example")));
}

#[test]
fn a_preflight_is_told_what_is_allowed() {
    let machine = Machine::new();
    for asked in ["", "Access-Control-Request-Headers: content-type,x-api-key\r\n"] {
        let lines = format!(
            "Origin: https://good.example\r\nAccess-Control-Request-Method: PUT\r\n{asked}"
        );
        for path in ["/", "/nowhere"] {
            let answer = machine.ask(&Panel, "OPTIONS", path, &lines);
            assert_eq!(answer.status, 204, "{answer:?}");
            assert_eq!(answer.field(ORIGIN), Some("https://good.example"));
            assert_eq!(answer.field(CREDENTIALS), Some("true"));
            assert_eq!(answer.field(METHODS), Some("GET, PUT, DELETE"));
            assert_eq!(answer.field(HEADERS), Some("Content-Type, X-API-Key"));
            assert_eq!(answer.field("Access-Control-Max-Age"), Some("600"));
            assert_eq!(answer.field("Vary"), Some("Origin"));
            assert_eq!(answer.field("Allow"), None);
        }
    }
}

#[test]
fn a_preflight_for_more_is_refused() {
    let machine = Machine::new();
    for (origin, method, fields) in [
        ("https://evil.example", "PUT", ""),
        ("null", "PUT", ""),
        ("https://good.example", "PATCH", ""),
        ("https://good.example", "put", ""),
        ("https://good.example", "", ""),
        ("https://good.example", "GET, PUT", ""),
        ("https://good.example", "PUT", "x-other"),
        ("https://good.example", "PUT", "content-type, x-other"),
        ("https://good.example", "PUT", "content-type x-api-key"),
        ("https://good.example", "PUT", "*"),
    ] {
        let lines = format!(
            "Origin: {origin}\r\nAccess-Control-Request-Method: {method}\r\n\
             Access-Control-Request-Headers: {fields}\r\n"
        );
        let answer = machine.ask(&Panel, "OPTIONS", "/", &lines);
        assert_eq!(answer.status, 403, "{lines}");
        assert_nothing_allowed(&answer);
    }
}

#[test]
fn other_options_requests_are_no_preflights() {
    let machine = Machine::new();
    for lines in ["", "Origin: https://good.example\r\n", "Access-Control-Request-Method: PUT\r\n"]
    {
        let answer = machine.ask(&Panel, "OPTIONS", "/", &format!("{LOGIN}{lines}"));
        assert_eq!((answer.status, answer.field("Allow")), (204, Some("GET, HEAD, OPTIONS")));
    }
}

#[test]
fn any_origin_is_a_star_and_has_no_credentials() {
    let machine = Machine::new();
    for origin in ["https://one.example", "null"] {
        let answer = machine.get(&Open, "/", &format!("Origin: {origin}\r\n"));
        assert_eq!(answer.field(ORIGIN), Some("*"));
        assert_eq!((answer.field(CREDENTIALS), answer.field("Vary")), (None, None));
        let lines = format!("Origin: {origin}\r\nAccess-Control-Request-Method: POST\r\n");
        let answer = machine.ask(&Open, "OPTIONS", "/", &lines);
        assert_eq!((answer.status, answer.field(ORIGIN)), (204, Some("*")));
        assert_eq!(answer.field(METHODS), Some("GET, HEAD, POST"));
        assert_eq!((answer.field(CREDENTIALS), answer.field(HEADERS)), (None, None));
    }
    assert_nothing_allowed(&machine.get(&Open, "/", ""));
}
