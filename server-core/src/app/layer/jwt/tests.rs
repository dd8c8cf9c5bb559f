//! Tokens of the RFC, of another library, and of people who want in without one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

use super::super::mac::{Algorithm, Hs256, Hs384, Hs512};
use super::{Refusal, Rules, judge};

const RULES: Rules = Rules { audiences: &[], issuer: None, leeway_seconds: 0, must_expire: true };

fn key() -> Vec<u8> {
    (0..64).collect()
}

/// Judges by HS256 at second 1500, and gives back the claims.
fn judged(token: &str, rules: &Rules) -> Result<String, Refusal> {
    judged_by::<Hs256>(token, &key(), rules, 1500)
}

fn judged_by<H: Algorithm>(
    token: &str,
    key: &[u8],
    rules: &Rules,
    now: u64,
) -> Result<String, Refusal> {
    let mut claims = [0; 256];
    let rooms: [&mut [u8]; 3] = [&mut [0; 256], &mut [0; 256], &mut claims];
    let n = judge::<H>(token.as_bytes(), key, rules, now, rooms)?;
    Ok(String::from_utf8(claims[..n].to_vec()).unwrap())
}

/// A token that somebody with the key has signed by HMAC with SHA-256, whatever its header says.
fn signed(header: &str, claims: &str) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// The verdict on claims in a token that is good otherwise.
fn claimed(claims: &str, rules: &Rules) -> Result<String, Refusal> {
    judged(&signed(r#"{"alg":"HS256"}"#, claims), rules)
}

#[test]
fn takes_the_token_of_the_rfc() {
    // RFC 7515 §A.1. Its key is given in base64url.
    let key = URL_SAFE_NO_PAD
        .decode(
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        )
        .unwrap();
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
        dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let rules = Rules { issuer: Some("joe"), ..RULES };
    assert_eq!(
        judged_by::<Hs256>(token, &key, &rules, 1_300_819_379).unwrap(),
        "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"
    );
    assert_eq!(judged_by::<Hs256>(token, &key, &rules, 1_300_819_380), Err(Refusal::Expired),);
}

/// Signed by PyJWT 2.
#[test]
fn takes_tokens_of_another_library() {
    let rules = Rules { audiences: &["lamp"], issuer: Some("https://id.example"), ..RULES };
    let claims = "{\"iss\":\"https://id.example\",\"sub\":\"Zo\\u00eb\",\"aud\":[\"panel\",\"lamp\"],\
        \"exp\":2000,\"nbf\":1000,\"iat\":1000.5,\"admin\":true}";
    let by256 = "eyJhbGciOiJIUzI1NiIsImtpZCI6IjciLCJ0eXAiOiJKV1QifQ.\
        eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWIiOiJab1x1MDBlYiIsImF1ZCI6WyJwYW5lbCIs\
        ImxhbXAiXSwiZXhwIjoyMDAwLCJuYmYiOjEwMDAsImlhdCI6MTAwMC41LCJhZG1pbiI6dHJ1ZX0.\
        OrQuUrHKEU8mTpsCJNwe_DDjjWUYsuWGZebi8bgxGuQ";
    let by384 = "eyJhbGciOiJIUzM4NCIsImtpZCI6IjciLCJ0eXAiOiJKV1QifQ.\
        eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWIiOiJab1x1MDBlYiIsImF1ZCI6WyJwYW5lbCIs\
        ImxhbXAiXSwiZXhwIjoyMDAwLCJuYmYiOjEwMDAsImlhdCI6MTAwMC41LCJhZG1pbiI6dHJ1ZX0.\
        zk_Bh12xwaOF4k_Z0l5rhxIBHntrlhkpmh0pK9VBJfrRQeRtKrhvonEPcNsRLmLC";
    let by512 = "eyJhbGciOiJIUzUxMiIsImtpZCI6IjciLCJ0eXAiOiJKV1QifQ.\
        eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWIiOiJab1x1MDBlYiIsImF1ZCI6WyJwYW5lbCIs\
        ImxhbXAiXSwiZXhwIjoyMDAwLCJuYmYiOjEwMDAsImlhdCI6MTAwMC41LCJhZG1pbiI6dHJ1ZX0.\
        lWGvMUvTDhQ3LaTFDVOZEBZ_aZt6aUUbYwFlcSulbDsFl1QdrgbITupe37NEY8oZxZkQYBqiuzrUi45pqWqPsg";
    assert_eq!(judged_by::<Hs256>(by256, &key(), &rules, 1500).unwrap(), claims);
    assert_eq!(judged_by::<Hs384>(by384, &key(), &rules, 1500).unwrap(), claims);
    assert_eq!(judged_by::<Hs512>(by512, &key(), &rules, 1500).unwrap(), claims);
    assert_eq!(judged_by::<Hs512>(by256, &key(), &rules, 1500), Err(Refusal::Signature));
    assert_eq!(judged_by::<Hs256>(by256, &key()[1..], &rules, 1500), Err(Refusal::Signature));
}

#[test]
fn a_change_of_any_character_is_seen() {
    let token = signed(r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"exp":2000,"sub":"a"}"#);
    assert!(judged(&token, &RULES).is_ok());
    for at in 0..token.len() {
        for byte in [b'A', b'z', b'.', b'=', b'+', b' ', 0] {
            let mut changed = token.clone().into_bytes();
            if changed[at] == byte {
                continue;
            }
            changed[at] = byte;
            let changed = String::from_utf8(changed).unwrap();
            assert!(judged(&changed, &RULES).is_err(), "{changed}");
        }
        assert!(judged(&token[..at], &RULES).is_err(), "cut at {at}");
    }
}

#[test]
fn the_algorithm_is_ours_to_choose() {
    let claims = r#"{"exp":2000}"#;
    let token = signed(r#"{"alg":"HS256"}"#, claims);
    let (_, payload_and_signature) = token.split_once('.').unwrap();
    let (payload, _) = payload_and_signature.split_once('.').unwrap();
    for none in ["none", "None", "nOnE", "NONE", ""] {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{none}"}}"#));
        for unsigned in [format!("{header}.{payload}."), format!("{header}.{payload}")] {
            assert_eq!(judged(&unsigned, &RULES), Err(Refusal::Signature), "{unsigned}");
        }
        let header = format!(r#"{{"alg":"{none}"}}"#);
        assert_eq!(judged(&signed(&header, claims), &RULES), Err(Refusal::Algorithm), "{none}");
    }
    for (header, refusal) in [
        ("{}", Refusal::Algorithm),
        (r#"{"typ":"JWT"}"#, Refusal::Algorithm),
        (r#"{"alg":"RS256"}"#, Refusal::Algorithm),
        (r#"{"alg":"ES256"}"#, Refusal::Algorithm),
        (r#"{"alg":"HS512"}"#, Refusal::Algorithm),
        (r#"{"alg":"hs256"}"#, Refusal::Algorithm),
        (r#"{"alg":"HS256 "}"#, Refusal::Algorithm),
        (r#"{"alg":["HS256"]}"#, Refusal::Malformed),
        (r#"{"alg":null}"#, Refusal::Malformed),
        (r#"{"alg":"HS256","alg":"none"}"#, Refusal::Malformed),
        (r#"{"alg":"none","alg":"HS256"}"#, Refusal::Malformed),
        (r#"{"alg":"HS256","\u0061lg":"none"}"#, Refusal::Malformed),
        (r#"{"alg":"HS256","crit":["exp"],"exp":1}"#, Refusal::Malformed),
        (r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#, Refusal::Malformed),
        (r#"["HS256"]"#, Refusal::Malformed),
        ("HS256", Refusal::Malformed),
        ("", Refusal::Malformed),
    ] {
        assert_eq!(judged(&signed(header, claims), &RULES), Err(refusal), "{header}");
    }
}

/// What a token says of its own key is not even looked at.
#[test]
fn no_token_brings_its_own_key() {
    for member in [
        r#""kid":"../../dev/null""#,
        r#""kid":"' OR 1=1 --""#,
        r#""jku":"https://evil.example/keys""#,
        r#""x5u":"https://evil.example/cert""#,
        r#""jwk":{"kty":"oct","k":"AAAA"}"#,
        r#""x5c":["AAAA"]"#,
    ] {
        let token = signed(&format!(r#"{{"alg":"HS256",{member}}}"#), r#"{"exp":2000}"#);
        assert!(judged(&token, &RULES).is_ok(), "{member}");
        assert_eq!(
            judged_by::<Hs256>(&token, &[0; 64], &RULES, 1500),
            Err(Refusal::Signature),
            "{member}"
        );
    }
}

#[test]
fn a_token_has_three_parts_in_one_spelling() {
    let token = signed(r#"{"alg":"HS256"}"#, r#"{"exp":2000}"#);
    let parts: Vec<&str> = token.split('.').collect();
    for text in [
        String::new(),
        ".".to_string(),
        "..".to_string(),
        "...".to_string(),
        parts[0].to_string(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{token}."),
        format!("{token}.{}", parts[2]),
        format!(".{token}"),
        format!("{token}="),
        format!("{token}A"),
        format!("{token}\n"),
        format!("{}..{}", parts[0], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], "A".repeat(200)),
    ] {
        assert!(judged(&text, &RULES).is_err(), "{text}");
    }
}

#[test]
fn claims_that_do_not_fit_are_refused() {
    let token = signed(r#"{"alg":"HS256"}"#, r#"{"exp":2000}"#);
    let judge_in = |header: usize, claims: usize| {
        let (mut header, mut copy, mut claims) =
            (vec![0; header], vec![0; claims], vec![0; claims]);
        let rooms: [&mut [u8]; 3] = [&mut header, &mut copy, &mut claims];
        judge::<Hs256>(token.as_bytes(), &key(), &RULES, 1500, rooms)
    };
    assert_eq!(judge_in(15, 12), Ok(12));
    assert_eq!(judge_in(15, 11), Err(Refusal::Malformed));
    assert_eq!(judge_in(14, 12), Err(Refusal::Malformed));
}

#[test]
fn time_is_judged_with_leeway() {
    use Refusal::{Expired, Malformed, NotYet};
    for (claims, leeway_seconds, verdict) in [
        (r#"{"exp":1501}"#, 0, None),
        (r#"{"exp":1500}"#, 0, Some(Expired)),
        (r#"{"exp":1500.9}"#, 0, Some(Expired)),
        (r#"{"exp":1501.9}"#, 0, None),
        (r#"{"exp":1441}"#, 60, None),
        (r#"{"exp":1440}"#, 60, Some(Expired)),
        (r#"{"exp":0}"#, 0, Some(Expired)),
        (r#"{"exp":18446744073709551615}"#, 60, None),
        (r#"{"exp":18446744073709551616}"#, 0, Some(Malformed)),
        (r#"{"exp":-1}"#, 0, Some(Malformed)),
        (r#"{"exp":"2000"}"#, 0, Some(Malformed)),
        (r#"{"exp":null}"#, 0, Some(Malformed)),
        (r#"{"exp":true}"#, 0, Some(Malformed)),
        (r#"{"exp":[2000]}"#, 0, Some(Malformed)),
        (r#"{"exp":2e3}"#, 0, Some(Malformed)),
        (r#"{"exp":9.9E9}"#, 0, Some(Malformed)),
        (r#"{"exp":02000}"#, 0, Some(Malformed)),
        (r#"{"exp":2000,"exp":3000}"#, 0, Some(Malformed)),
        (r#"{"\u0065xp":2000,"exp":3000}"#, 0, Some(Malformed)),
        ("{}", 0, Some(Expired)),
        (r#"{"Exp":2000}"#, 0, Some(Expired)),
        (r#"{"exp":2000,"nbf":1500}"#, 0, None),
        (r#"{"exp":2000,"nbf":1501}"#, 0, Some(NotYet)),
        (r#"{"exp":2000,"nbf":1560}"#, 60, None),
        (r#"{"exp":2000,"nbf":1561}"#, 60, Some(NotYet)),
        (r#"{"exp":2000,"nbf":"1"}"#, 0, Some(Malformed)),
        (r#"{"exp":2000,"iat":1500}"#, 0, None),
        (r#"{"exp":2000,"iat":1501}"#, 0, Some(NotYet)),
        (r#"{"exp":2000,"iat":1400,"nbf":1501}"#, 0, Some(NotYet)),
        (r#"{"exp":2000,"nbf":1400,"iat":1501}"#, 0, Some(NotYet)),
        (r#"{"exp":2000,"nbf":1501,"iat":1400}"#, 0, Some(NotYet)),
        (r#"{"exp":2000,"iat":1,"iat":1}"#, 0, Some(Malformed)),
    ] {
        let verdict = verdict.map_or(Ok(claims.to_string()), Err);
        assert_eq!(claimed(claims, &Rules { leeway_seconds, ..RULES }), verdict, "{claims}");
    }
    let may_last = Rules { must_expire: false, ..RULES };
    assert!(claimed("{}", &may_last).is_ok());
    assert_eq!(claimed(r#"{"exp":1500}"#, &may_last), Err(Expired));
}

#[test]
fn issuer_and_audience_are_who_they_should_be() {
    use Refusal::{Audience, Issuer, Malformed};
    let rules = Rules {
        audiences: &["panel", "lamp"],
        issuer: Some("https://id.example"),
        leeway_seconds: 0,
        must_expire: false,
    };
    for (claims, verdict) in [
        (r#"{"iss":"https://id.example","aud":"panel"}"#, None),
        (r#"{"iss":"https://id.example","aud":"lamp"}"#, None),
        (r#"{"iss":"https://id.example","aud":["door","lamp"]}"#, None),
        (r#"{"iss":"https:\/\/id.example","aud":"\u0070anel"}"#, None),
        (r#"{"iss":"https://id.example","aud":"door"}"#, Some(Audience)),
        (r#"{"iss":"https://id.example","aud":"panels"}"#, Some(Audience)),
        (r#"{"iss":"https://id.example","aud":"panel lamp"}"#, Some(Audience)),
        (r#"{"iss":"https://id.example","aud":[]}"#, Some(Audience)),
        (r#"{"iss":"https://id.example","aud":""}"#, Some(Audience)),
        (r#"{"iss":"https://id.example"}"#, Some(Audience)),
        (r#"{"iss":"https://id.example","aud":{"panel":1}}"#, Some(Malformed)),
        (r#"{"iss":"https://id.example","aud":[["panel"]]}"#, Some(Malformed)),
        (r#"{"iss":"https://id.example","aud":"panel","aud":"lamp"}"#, Some(Malformed)),
        (r#"{"iss":"https://id.example.evil","aud":"panel"}"#, Some(Issuer)),
        (r#"{"iss":"","aud":"panel"}"#, Some(Issuer)),
        (r#"{"aud":"panel"}"#, Some(Issuer)),
        (r#"{"iss":["https://id.example"],"aud":"panel"}"#, Some(Malformed)),
        (r#"{"iss":"https://id.example","iss":"x","aud":"panel"}"#, Some(Malformed)),
    ] {
        let verdict = verdict.map_or(Ok(claims.to_string()), Err);
        assert_eq!(claimed(claims, &rules), verdict, "{claims}");
    }
    // A token for somebody is not for everybody (RFC 7519 §4.1.3).
    let nobody = Rules { audiences: &[], issuer: None, ..rules };
    assert_eq!(claimed(r#"{"aud":"panel"}"#, &nobody), Err(Audience));
    assert_eq!(claimed(r#"{"aud":[]}"#, &nobody), Err(Audience));
    assert!(claimed(r#"{"iss":"anyone"}"#, &nobody).is_ok());
}

#[test]
fn claims_are_strict_json() {
    for claims in [
        "",
        "[]",
        "null",
        "1",
        "{",
        "{}}",
        "{}{}",
        "{\"exp\":2000,}",
        "{'exp':2000}",
        "{\"exp\" 2000}",
        "{\"exp\":2000",
        "{\"exp\":2000}x",
        "{\"a\":}",
        "{\"a\":\"\u{1}\"}",
        "\u{feff}{\"exp\":2000}",
    ] {
        assert!(claimed(claims, &RULES).is_err(), "{claims:?}");
    }
    let deep = format!("{{\"exp\":2000,\"a\":{}{}}}", "[".repeat(40), "]".repeat(40));
    assert_eq!(claimed(&deep, &RULES), Err(Refusal::Malformed));
    assert!(claimed(r#"{"a":{"exp":1,"b":[{"aud":"x"}]},"exp":2000}"#, &RULES).is_ok());
}
