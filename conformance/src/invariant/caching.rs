//! What caches are told (RFC 9111 §5.2.2, §5.3): in the one form that all of them read.

use super::{Broken, Invariant};
use crate::conversation::Conversation;

/// Cache-Control and Expires.
pub(super) struct Caching;

const MAX_AGE: &str = "rfc9111-5.2.2-no-quoted-max-age";
const S_MAXAGE: &str = "rfc9111-5.2.2.10-no-quoted-s-maxage";
const ARGUMENT: &str = "rfc9111-5.2.2.4-no-cache-quoted";
const EXPIRES: &str = "rfc9111-5.3-expires-without-clock";

impl Invariant for Caching {
    fn name(&self) -> &'static str {
        "caching"
    }

    fn rules(&self) -> &'static [&'static str] {
        &[MAX_AGE, S_MAXAGE, ARGUMENT, EXPIRES]
    }

    fn check(&self, conversation: &Conversation<'_>) -> Result<(), Broken> {
        for answer in &conversation.answers {
            let response = &answer.response;
            response.values("Cache-Control").try_for_each(check_directives)?;
            let has = |name| response.values(name).next().is_some();
            // Who knows no date cannot know a later one.
            if has("Expires") && !has("Date") {
                return Err(Broken::new(EXPIRES, "Expires of a server without a clock"));
            }
        }
        Ok(())
    }
}

fn check_directives(value: &[u8]) -> Result<(), Broken> {
    for directive in value.to_ascii_lowercase().split(|&byte| byte == b',') {
        let directive = directive.trim_ascii();
        let argument = |name: &[u8]| directive.strip_prefix(name)?.strip_prefix(b"=");
        let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        for (name, rule) in [(&b"max-age"[..], MAX_AGE), (b"s-maxage", S_MAXAGE)] {
            if argument(name).is_some_and(|seconds| !is_number(seconds)) {
                return Err(Broken::new(rule, "seconds that are no bare number"));
            }
        }
        for name in [&b"no-cache"[..], b"private"] {
            if argument(name).is_some_and(|fields| !fields.starts_with(b"\"")) {
                return Err(Broken::new(ARGUMENT, "field names without quotation marks"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{ARGUMENT, Caching, EXPIRES, MAX_AGE, S_MAXAGE};
    use crate::invariant::tests::judge;

    #[test]
    fn catches_each_mutation_of_a_directive() {
        for (line, broken) in [
            ("Cache-Control: public, max-age=60, s-maxage=0, immutable", None),
            ("Cache-Control: no-cache, private, no-store", None),
            ("Cache-Control: no-cache=\"set-cookie, x\"", None),
            ("Cache-Control: max-age=\"60\"", Some(MAX_AGE)),
            ("Cache-Control: private, Max-Age=", Some(MAX_AGE)),
            ("Cache-Control: max-age=-1", Some(MAX_AGE)),
            ("Cache-Control: s-maxage=\"60\"", Some(S_MAXAGE)),
            ("Cache-Control: no-cache=set-cookie", Some(ARGUMENT)),
            ("Cache-Control: private=x", Some(ARGUMENT)),
            ("Expires: Sun, 06 Nov 1994 08:49:37 GMT", Some(EXPIRES)),
            ("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nExpires: Sun, 06 Nov 1994 08:49:38 GMT", None),
        ] {
            let answer = format!("HTTP/1.1 204 No\r\n{line}\r\n\r\n");
            let judged = judge(&Caching, b"GET / HTTP/1.1\r\n\r\n", answer.as_bytes());
            assert_eq!(judged, broken, "{line}");
        }
    }
}
