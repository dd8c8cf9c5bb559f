//! Challenges (RFC 9110 §11.3, §11.6.1): 401 says how to do better, in parameters that no client can
//! misread.

use super::{Broken, Invariant};
use crate::conversation::Conversation;

/// WWW-Authenticate, one challenge in each line.
pub(super) struct Challenges;

const MISSING: &str = "rfc9110-11.6.1-401-challenge";
const ONCE: &str = "rfc9110-11.2-auth-param-once";
const BEARER_ONCE: &str = "rfc6750-3-parameters-once";
const QUOTED: &str = "rfc9110-11.5-realm-quoted";
const REALM: &str = "rfc7617-2-realm-present";
const PARAMETERS: &str = "rfc6750-3-scheme-and-parameters";

impl Invariant for Challenges {
    fn name(&self) -> &'static str {
        "challenges"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[MISSING, ONCE, BEARER_ONCE, QUOTED, REALM, PARAMETERS]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        for answer in &conversation.answers {
            let response = &answer.response;
            let mut challenges = response.values("WWW-Authenticate").peekable();
            if response.status == 401 && challenges.peek().is_none() {
                return Err(Broken::new(MISSING, "401 without WWW-Authenticate"));
            }
            challenges.try_for_each(check_challenge)?;
        }
        Ok(())
    }
}

fn check_challenge(challenge: &[u8]) -> Result<(), Broken> {
    let at = challenge.iter().position(|&byte| byte == b' ').unwrap_or(challenge.len());
    let (scheme, rest) = challenge.split_at(at);
    let mut names: Vec<Vec<u8>> = Vec::new();
    for parameter in parameters(rest) {
        let equals = parameter.iter().position(|&byte| byte == b'=').unwrap_or(parameter.len());
        let name = parameter[..equals].trim_ascii().to_ascii_lowercase();
        if name == b"realm" && !parameter[equals..].starts_with(b"=\"") {
            return Err(Broken::new(QUOTED, "a realm without quotation marks"));
        }
        if names.contains(&name) {
            let rule = if is(scheme, b"bearer") { BEARER_ONCE } else { ONCE };
            return Err(Broken::new(rule, "a parameter comes twice"));
        }
        names.push(name);
    }
    if is(scheme, b"basic") && !names.iter().any(|name| name == b"realm") {
        return Err(Broken::new(REALM, "Basic without a realm"));
    }
    if is(scheme, b"bearer") && names.is_empty() {
        return Err(Broken::new(PARAMETERS, "Bearer without a parameter"));
    }
    Ok(())
}

fn is(scheme: &[u8], name: &[u8]) -> bool {
    scheme.eq_ignore_ascii_case(name)
}

/// What stands between commas that no quotation marks enclose.
fn parameters(text: &[u8]) -> Vec<&[u8]> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let is_end = |byte: &u8| {
        let is_end = *byte == b',' && !is_quoted;
        is_quoted ^= *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && is_quoted && !is_escaped;
        is_end
    };
    text.split(is_end).map(<[u8]>::trim_ascii).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::{BEARER_ONCE, Challenges, MISSING, ONCE, PARAMETERS, QUOTED, REALM};
    use crate::invariant::tests::judge;

    #[test]
    fn catches_each_mutation_of_a_challenge() {
        for (challenge, broken) in [
            ("Basic realm=\"a, \\\" realm=b\", charset=\"UTF-8\"", None),
            ("Bearer realm=\"a\", error=\"b\"", None),
            ("ApiKey field=\"X\"", None),
            ("Digest realm=\"a\", nonce=b, NONCE=c", Some(ONCE)),
            ("Basic realm=\"a\", Realm=\"b\"", Some(ONCE)),
            ("Bearer error=\"a\", error=\"b\"", Some(BEARER_ONCE)),
            ("Basic realm=a", Some(QUOTED)),
            ("Bearer realm = \"a\"", Some(QUOTED)),
            ("Basic charset=\"UTF-8\"", Some(REALM)),
            ("basic", Some(REALM)),
            ("Bearer", Some(PARAMETERS)),
            ("Bearer ,", Some(PARAMETERS)),
        ] {
            for status in ["401 No", "403 No"] {
                let answer = format!(
                    "HTTP/1.1 {status}\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 0\r\n\r\n"
                );
                let judged = judge(&Challenges, b"GET / HTTP/1.1\r\n\r\n", answer.as_bytes());
                assert_eq!(judged, broken, "{challenge}");
            }
        }
        for (status, broken) in [("401", Some(MISSING)), ("403", None)] {
            let answer = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
            let judged = judge(&Challenges, b"GET / HTTP/1.1\r\n\r\n", answer.as_bytes());
            assert_eq!(judged, broken, "{status}");
        }
    }
}
