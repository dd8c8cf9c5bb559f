//! Who is let in by a key, a password or a token, and what the others are told.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use samewire::app;
use samewire::app::layer::{Access, ApiKey, Basic, Bearer, Login, is_same};

use crate::Machine;

struct Panel {
    passwords: Basic<fn(&Self, &Login<'_>) -> bool>,
    tokens: Bearer<fn(&Self, &str) -> Access>,
    keys: ApiKey<fn(&Self, &str) -> bool>,
    pin: &'static str,
}

app! { for panel: Panel;
    get "/basic" [Basic::new("panel", "Aladdin", "open sesame")] => index;
    get "/users" [&panel.passwords] => index;
    get "/bearer" [Bearer::new("panel", &["mF_9.B5f-4.1JqM", "second"])] => index;
    get "/issued" [&panel.tokens] => index;
    get "/key" [ApiKey::new(&["first", "second"])] => index;
    get "/pin" [&panel.keys] => index;
}

async fn index(_: &Panel) -> &'static str {
    "inside"
}

fn panel() -> Panel {
    Panel {
        passwords: Basic::by("users", |panel, login| {
            login.user == "Zo\u{eb}" && login.password == panel.pin
        }),
        tokens: Bearer::by("panel", |panel, token| match token {
            "read" => Access::Scope("write"),
            _ if token == panel.pin => Access::Granted,
            _ => Access::Invalid,
        }),
        keys: ApiKey::by(is_pin as fn(&Panel, &str) -> bool).field("X-Pin"),
        pin: "1234",
    }
}

fn is_pin(panel: &Panel, key: &str) -> bool {
    is_same(panel.pin.as_bytes(), key.as_bytes())
}

#[track_caller]
fn assert_in(path: &str, lines: &str) {
    let answer = Machine::new().get(&panel(), path, lines);
    assert_eq!((answer.status, &*answer.content), (200, "inside"), "{lines:?}");
    assert_eq!(answer.field("WWW-Authenticate"), None);
}

#[track_caller]
fn assert_out(path: &str, lines: &str, status: u16, challenge: &str) {
    let answer = Machine::new().get(&panel(), path, lines);
    assert_eq!(
        (answer.status, answer.field("WWW-Authenticate")),
        (status, Some(challenge)),
        "{lines:?}"
    );
    assert!(!answer.content.contains("inside"));
    assert_eq!(answer.field("Content-Type"), Some("application/problem+json"));
}

#[test]
fn basic_asks_for_a_user_and_a_password() {
    let challenge = "Basic realm=\"panel\", charset=\"UTF-8\"";
    assert_in("/basic", "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n");
    assert_in("/basic", "authorization: bAsIc  QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n");
    let too_long = format!("Authorization: Basic {}\r\n", "QUFB".repeat(2000));
    for lines in [
        "",
        "Authorization: Basic\r\n",
        // aladdin, another password, a prefix, something behind, no colon, no padding.
        "Authorization: Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n",
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZg==\r\n",
        "Authorization: Basic QWxhZGRpbjpvcGVu\r\n",
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZSE=\r\n",
        "Authorization: Basic QWxhZGRpbg==\r\n",
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ\r\n",
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ= =\r\n",
        "Authorization: Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n",
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==, Basic QWxh\r\n",
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\
         Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n",
        "From: Aladdin@example\r\n",
        &too_long,
    ] {
        assert_out("/basic", lines, 401, challenge);
    }
}

#[test]
fn basic_asks_the_app() {
    let login = STANDARD.encode("Zo\u{eb}:1234");
    assert_in("/users", &format!("Authorization: Basic {login}\r\n"));
    let challenge = "Basic realm=\"users\", charset=\"UTF-8\"";
    for other in [&b"Zo\xc3\xab:"[..], b"Zo\xc3\xab:12345", b"Zoe:1234", b"Zo\xeb:1234"] {
        let login = STANDARD.encode(other);
        assert_out("/users", &format!("Authorization: Basic {login}\r\n"), 401, challenge);
    }
}

#[test]
fn bearers_have_a_token() {
    for token in ["mF_9.B5f-4.1JqM", "second"] {
        assert_in("/bearer", &format!("Authorization: bearer {token}\r\n"));
    }
    let (bare, malformed, invalid) = (
        "Bearer realm=\"panel\"",
        "Bearer realm=\"panel\", error=\"invalid_request\"",
        "Bearer realm=\"panel\", error=\"invalid_token\"",
    );
    for (lines, status, challenge) in [
        ("", 401, bare),
        ("Authorization: Basic QWxhZGRpbjpvcGVu\r\n", 401, bare),
        ("Authorization: Bearer\r\n", 400, malformed),
        ("Authorization: Bearer a b\r\n", 400, malformed),
        ("Authorization: Bearer \"second\"\r\n", 400, malformed),
        ("Authorization: Bearer second\r\nAuthorization: Bearer second\r\n", 400, malformed),
        ("Authorization: Bearer secon\r\n", 401, invalid),
        ("Authorization: Bearer secondd\r\n", 401, invalid),
        ("Authorization: Bearer Second\r\n", 401, invalid),
        ("Authorization: Bearer second=\r\n", 401, invalid),
    ] {
        assert_out("/bearer", lines, status, challenge);
    }
    // Addresses are logged everywhere.
    assert_out("/bearer?access_token=second", "", 401, bare);
}

#[test]
fn a_token_may_be_good_for_less() {
    assert_in("/issued", "Authorization: Bearer 1234\r\n");
    assert_out(
        "/issued",
        "Authorization: Bearer read\r\n",
        403,
        "Bearer realm=\"panel\", error=\"insufficient_scope\", scope=\"write\"",
    );
}

#[test]
fn machines_show_a_key() {
    let challenge = "ApiKey field=\"X-API-Key\"";
    for key in ["first", "second"] {
        assert_in("/key", &format!("X-API-Key: {key}\r\n"));
        assert_in("/key", &format!("x-api-KEY:\t{key} \r\n"));
    }
    for lines in [
        "",
        "X-API-Key:\r\n",
        "X-API-Key: firs\r\n",
        "X-API-Key: firstt\r\n",
        "X-API-Key: FIRST\r\n",
        "X-API-Key: first, second\r\n",
        "X-API-Key: first\r\nX-API-Key: first\r\n",
        "X-API-Keys: first\r\n",
        "X_API_Key: first\r\n",
        "Authorization: Bearer first\r\n",
    ] {
        assert_out("/key", lines, 401, challenge);
    }
    assert_in("/pin", "X-Pin: 1234\r\n");
    assert_out("/pin", "X-Pin: 1235\r\n", 401, "ApiKey field=\"X-Pin\"");
    assert_out("/pin", "X-API-Key: 1234\r\n", 401, "ApiKey field=\"X-Pin\"");
}

/// What an app without a secret forgot to set lets nobody in.
#[test]
fn an_empty_secret_is_none() {
    struct Empty;

    app! { for Empty;
        layers "/key" [ApiKey::new(&["", ""])];
        layers "/bearer" [Bearer::new("panel", &[])];
        get "/key"    => empty;
        get "/bearer" => empty;
    }

    async fn empty(_: &Empty) -> &'static str {
        "inside"
    }

    let machine = Machine::new();
    assert_eq!(machine.get(&Empty, "/key", "X-API-Key:\r\n").status, 401);
    assert_eq!(machine.get(&Empty, "/key", "").status, 401);
    assert_eq!(machine.get(&Empty, "/bearer", "Authorization: Bearer =\r\n").status, 400);
}

#[test]
fn secrets_are_not_shown() {
    let login = Login { user: "Aladdin", password: "open sesame" };
    let shown = format!(
        "{:?} {:?} {:?} {login:?}",
        Basic::new("panel", "Aladdin", "open sesame"),
        Bearer::new("panel", &["open sesame"]),
        ApiKey::new(&["open sesame"]),
    );
    assert_eq!(
        shown,
        "Basic { realm: \"panel\", .. } Bearer { realm: \"panel\", .. } \
         ApiKey { field: \"X-API-Key\", .. } Login(***)"
    );
}

/// A guard before a part of an app stays before it when the app is mounted in another.
#[test]
fn a_guard_moves_with_its_app() {
    struct Inner;

    app! { for Inner;
        layers "/secret" [ApiKey::new(&["first"])];
        get "/secret"    => inner;
        get "/secret/of" => inner;
        get "/open"      => inner;
    }

    async fn inner(_: &Inner) -> &'static str {
        "inside"
    }

    struct Outer {
        inner: Inner,
    }

    app! { for outer: Outer;
        mount "/inner" => Inner(outer.inner);
    }

    let (machine, outer) = (Machine::new(), Outer { inner: Inner });
    for path in ["/inner/secret", "/inner/secret/of", "/inner/%73ecret"] {
        assert_eq!(machine.get(&outer, path, "").status, 401, "{path}");
        assert_eq!(machine.get(&outer, path, "X-API-Key: first\r\n").status, 200, "{path}");
    }
    assert_eq!(machine.get(&outer, "/inner/open", "").status, 200);
    assert_eq!(machine.get(&outer, "/secret", "").status, 404);
}
