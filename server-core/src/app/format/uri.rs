//! URIs (RFC 3986 §3 and §4.1): the grammar alone, and no scheme's own rules.

use super::address::ipv6;
use super::split;
use crate::http::abnf::{Class, cut, index_of, percent_encoded};

/// A `URI`: a scheme, and behind the colon what `hier-part`, query and fragment admit.
pub fn uri(text: &[u8]) -> bool {
    scheme(text).is_some_and(|(_, rest)| hierarchy(rest))
}

/// A `URI-reference`: a [`uri`], or a `relative-ref`, whose first segment has no colon.
pub fn uri_reference(text: &[u8]) -> bool {
    let begin = text.iter().position(|byte| matches!(byte, b':' | b'/' | b'?' | b'#'));
    match begin.and_then(|at| text.get(at)) {
        Some(b':') => uri(text),
        _ => hierarchy(text),
    }
}

/// The scheme (§3.1), and what stands behind its colon.
fn scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (scheme, rest) = split(text, b':')?;
    let is_scheme = scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && Class::SCHEME.span(scheme) == scheme.len();
    is_scheme.then_some((scheme, rest))
}

/// `hier-part` or `relative-part`, with query and fragment.
fn hierarchy(text: &[u8]) -> bool {
    let (before, fragment) = split(text, b'#').unwrap_or((text, b""));
    let path_and_query = match before {
        [b'/', b'/', rest @ ..] => {
            let end =
                rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
            match rest.split_at_checked(end) {
                Some((authority, after)) if is_authority(authority) => after,
                _ => return false,
            }
        }
        _ => before,
    };
    is_wholly(path_and_query) && is_wholly(fragment)
}

/// `[ userinfo "@" ] host [ ":" port ]` (§3.2). Its bytes are no `/` and no `?`.
fn is_authority(authority: &[u8]) -> bool {
    let (userinfo, host_and_port) = split(authority, b'@').unwrap_or((b"", authority));
    let (host, port) = match host_and_port {
        [b'[', rest @ ..] => match split(rest, b']') {
            Some((literal, port)) if is_literal(literal) => (&b""[..], port),
            _ => return false,
        },
        _ => cut(host_and_port, b':'),
    };
    let is_port = match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    // A second `@` would have to stand in the host, whose `reg-name` has none.
    is_port && index_of(b'@', host).is_none() && is_wholly(host) && is_wholly(userinfo)
}

/// What an `IP-literal` holds in its brackets (§3.2.2).
fn is_literal(literal: &[u8]) -> bool {
    let [b'v' | b'V', rest @ ..] = literal else { return ipv6(literal) };
    let Some((version, address)) = split(rest, b'.') else { return false };
    let is_address = |byte: &u8| Class::TARGET.has(*byte) && !matches!(byte, b'/' | b'?' | b'@');
    !version.is_empty()
        && version.iter().all(u8::is_ascii_hexdigit)
        && !address.is_empty()
        && address.iter().all(is_address)
}

/// Whether `bytes` are `pchar`, `/` and `?`, and nothing else.
fn is_wholly(bytes: &[u8]) -> bool {
    percent_encoded(bytes, Class::TARGET) == bytes.len()
}
