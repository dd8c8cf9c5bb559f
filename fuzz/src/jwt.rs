//! Tokens that are signed with a shared key: which are good, by jsonwebtoken and by the rules of
//! RFC 7519 in a few lines, and that none is after a byte of it was changed.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use samewire::app::layer::{self, Claims, Hs256, Hs384, Hs512, Jwt};
use samewire::{Rendered, Respond, app};
use samewire_sim::clock::EXAMPLE_DATE;
use samewire_sim::{Delivery, World};

use crate::asked::{Answered, LIMITS, ask};
use crate::requests::split;
use crate::token::{self, Algorithm};

/// The bytes of claims that are read.
pub(crate) const CLAIMS_BYTES_MAX: usize = 192;

pub(crate) const KEY: &[u8; 64] =
    b"sixty-four bytes of a key that is as long as the longest of MACs";
const OTHER_KEY: &[u8; 64] = b"sixty-four bytes of a key that nobody here has ever heard of 012";

const fn door<H: layer::Algorithm>() -> Jwt<H, CLAIMS_BYTES_MAX> {
    Jwt::new("fuzz", KEY).issuer(token::ISSUER).audiences(&[token::AUDIENCE]).leeway(token::LEEWAY)
}

const HS256: Jwt<Hs256, CLAIMS_BYTES_MAX> = door();
const HS384: Jwt<Hs384, CLAIMS_BYTES_MAX> = door();
const HS512: Jwt<Hs512, CLAIMS_BYTES_MAX> = door();

struct Doors;

app! { for Doors;
    get "/HS256" [&HS256] => claims(state);
    get "/HS384" [&HS384] => claims(state);
    get "/HS512" [&HS512] => claims(state);
}

async fn claims<'x>(_: &Doors, claims: &'x Claims<CLAIMS_BYTES_MAX>) -> impl Respond + use<'x> {
    Rendered::text(move |to| to.put(claims.text()))
}

/// Three bytes that say which algorithm, and what is changed; a line that is the header; the claims.
pub(crate) fn compare(input: &[u8]) {
    let Some((&[how, place, byte], rest)) = input.split_first_chunk() else { return };
    let (header, claims) = split(rest, b"\n").unwrap_or((rest, b"{}"));
    let algorithm = token::ALGORITHMS[usize::from(how % 3)];
    let token = signed(algorithm, KEY, header, claims);
    let Some(is_good) = token::is_good(algorithm, header, claims, EXAMPLE_DATE) else { return };
    let answer = present(algorithm, token.as_bytes());
    if is_good {
        assert_eq!((answer.status(), answer.content()), (200, claims));
        token::compare_with_jsonwebtoken(algorithm, header, &token);
    } else {
        assert_eq!(answer.status(), 401);
    }
    refuse_others(algorithm, header, claims);
    refuse_changed(algorithm, &token, how / 3, place, byte);
}

fn signed(algorithm: Algorithm, key: &[u8], header: &[u8], claims: &[u8]) -> String {
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let signature = algorithm.sign(key, message.as_bytes());
    format!("{message}.{}", BASE64.encode(signature))
}

fn present(algorithm: Algorithm, token: &[u8]) -> Answered {
    thread_local! {
        static WORLD: World<Doors> = World::new(Doors, LIMITS);
    }
    let line = format!("GET /{} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ", algorithm.name());
    let request = [line.as_bytes(), token, b"\r\n\r\n"].concat();
    WORLD.with(|world| ask(world, &request, Delivery::default()))
}

/// The same claims with another key, another algorithm or none at all, whatever their header says.
fn refuse_others(algorithm: Algorithm, header: &[u8], claims: &[u8]) {
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let none = BASE64.encode(br#"{"alg":"none"}"#);
    let mut others = vec![
        signed(algorithm, OTHER_KEY, header, claims),
        message.clone(),
        format!("{message}."),
        format!("{none}.{}.", BASE64.encode(claims)),
    ];
    for other in token::ALGORITHMS.into_iter().filter(|other| *other != algorithm) {
        others.push(signed(other, KEY, header, claims));
    }
    for other in others {
        assert_eq!(present(algorithm, other.as_bytes()).status(), 401, "{other}");
    }
}

/// A byte is another, is there no more, or is there besides.
fn refuse_changed(algorithm: Algorithm, token: &str, how: u8, place: u8, byte: u8) {
    let mut changed = token.as_bytes().to_vec();
    let place = usize::from(place) * changed.len() / 256;
    match how % 3 {
        0 => changed[place] = byte,
        1 => drop(changed.remove(place)),
        _ => changed.insert(place, byte),
    }
    // White space around it is no part of a token.
    if changed.trim_ascii() == token.as_bytes() {
        return;
    }
    let status = present(algorithm, &changed).status();
    assert!(matches!(status, 400 | 401), "{status}: {}", changed.escape_ascii());
}
