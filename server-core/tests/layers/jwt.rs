//! Tokens at the door, and what a handler learns from them. How tokens are judged is shown where
//! they are.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use samewire::app::layer::{Claims, Hs256, Hs512, Jwt};
use samewire::{Json, Result, app};

use crate::Machine;

struct Panel;

const KEY: &[u8; 32] = b"thirty-two bytes that nobody saw";
const TOKENS: Jwt<Hs256, 128> = Jwt::new("panel", KEY).issuer("id").audiences(&["panel"]).leeway(5);

app! { for Panel;
    layers "/private" [TOKENS];
    get "/private"      => name(state);
    get "/private/raw"  => raw(state);
    get "/open"         => open;
}

#[derive(serde::Deserialize)]
struct User {
    sub: u32,
    #[serde(default)]
    admin: bool,
}

async fn name(_: &Panel, claims: &Claims<128>) -> Result<Json<(u32, bool)>> {
    let user: User = claims.read()?;
    Ok(Json((user.sub, user.admin)))
}

async fn raw(_: &Panel, claims: &Claims<128>) -> Json<usize> {
    Json(claims.text().len())
}

async fn open(_: &Panel) -> &'static str {
    "open"
}

fn signed(claims: &str) -> String {
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(KEY).unwrap();
    mac.update(text.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("Authorization: Bearer {text}.{signature}\r\n")
}

fn machine() -> Machine {
    let machine = Machine::new();
    machine.unix_seconds.set(Some(1_000));
    machine
}

#[test]
fn a_handler_reads_the_claims() {
    for (more, answer) in
        [("\"sub\":7,\"admin\":true", "[7,true]"), ("\"sub\":7,\"other\":{\"a\":[1]}", "[7,false]")]
    {
        let claims = format!("{{\"iss\":\"id\",\"aud\":\"panel\",\"exp\":1001,{more}}}");
        let said = machine().get(&Panel, "/private", &signed(&claims));
        assert_eq!((said.status, &*said.content), (200, answer));
        let said = machine().get(&Panel, "/private/raw", &signed(&claims));
        assert_eq!(said.content, claims.len().to_string());
    }
    for more in ["\"sub\":\"7\"", "\"nobody\":1", "\"sub\":7,\"sub\":8"] {
        let claims = format!("{{\"iss\":\"id\",\"aud\":\"panel\",\"exp\":1001,{more}}}");
        let said = machine().get(&Panel, "/private", &signed(&claims));
        assert_eq!(said.status, 403, "good, but not for this: {claims}");
    }
}

#[test]
fn the_others_are_told_why() {
    let good = r#"{"iss":"id","aud":"panel","exp":1001}"#;
    for (lines, status, challenge) in [
        (String::new(), 401, "Bearer realm=\"panel\""),
        (
            "Authorization: Bearer a b\r\n".to_owned(),
            400,
            "Bearer realm=\"panel\", error=\"invalid_request\"",
        ),
        (
            "Authorization: Bearer a.b.c\r\n".to_owned(),
            401,
            "Bearer realm=\"panel\", error=\"invalid_token\", error_description=\"the token is malformed\"",
        ),
        (
            signed(good).replace(".", ".A"),
            401,
            "Bearer realm=\"panel\", error=\"invalid_token\", \
             error_description=\"the signature does not match\"",
        ),
        (
            signed(&good.replace("1001", "995")),
            401,
            "Bearer realm=\"panel\", error=\"invalid_token\", error_description=\"the token has expired\"",
        ),
        (
            signed(&good.replace("panel", "lamp")),
            401,
            "Bearer realm=\"panel\", error=\"invalid_token\", \
             error_description=\"the token is for another audience\"",
        ),
        (
            signed(&format!("{good}{}", " ".repeat(128))),
            401,
            "Bearer realm=\"panel\", error=\"invalid_token\", error_description=\"the token is malformed\"",
        ),
    ] {
        let said = machine().get(&Panel, "/private", &lines);
        assert_eq!(
            (said.status, said.field("WWW-Authenticate")),
            (status, Some(challenge)),
            "{lines}"
        );
    }
    assert_eq!(machine().get(&Panel, "/private/raw", &signed(good)).status, 200);
    assert_eq!(machine().get(&Panel, "/open", "").status, 200);
}

/// It is not the token that is wrong, so nobody should throw it away.
#[test]
fn without_a_clock_no_token_is_judged() {
    let machine = Machine::new();
    let said = machine.get(&Panel, "/private", &signed(r#"{"iss":"id","aud":"panel","exp":1001}"#));
    assert_eq!((said.status, said.field("WWW-Authenticate")), (503, None));
    assert_eq!(machine.get(&Panel, "/private", "").status, 401);
}

#[test]
fn keys_and_claims_are_not_shown() {
    const LONG: &[u8; 64] = &[b'k'; 64];
    let tokens: Jwt<Hs512> = Jwt::new("panel", LONG).lasting();
    let shown = format!("{tokens:?} {:?}", Claims::<16>::default());
    assert!(!shown.contains("kk") && !shown.contains("107"), "{shown}");
}
