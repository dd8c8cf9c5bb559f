//! What a request target and a Host field are made of: rules of RFC 3986, as far as RFC 9112 §3.2
//! asks for them. A rule is given bytes that must match from the first to the last.

use super::abnf::{alpha, digit, hexdig};

/// `unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"` (§2.3).
fn unreserved(byte: u8) -> bool {
    alpha(byte) || digit(byte) || b"-._~".contains(&byte)
}

/// `sub-delims` (§2.2).
fn sub_delims(byte: u8) -> bool {
    b"!$&'()*+,;=".contains(&byte)
}

/// Any number of bytes that `plain` admits, or of `pct-encoded = "%" HEXDIG HEXDIG` (§2.1).
fn plain_or_encoded(bytes: &[u8], plain: fn(u8) -> bool) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        if plain(bytes[at]) {
            at += 1;
        } else if bytes[at] == b'%'
            && bytes.len() >= at + 3
            && hexdig(bytes[at + 1])
            && hexdig(bytes[at + 2])
        {
            at += 3;
        } else {
            return false;
        }
    }
    true
}

/// `*( "/" / pchar )`: the characters of an absolute path (§3.3).
fn path_characters(bytes: &[u8]) -> bool {
    plain_or_encoded(bytes, |byte| unreserved(byte) || sub_delims(byte) || b":@/".contains(&byte))
}

/// `query = *( pchar / "/" / "?" )` (§3.4).
fn query(bytes: &[u8]) -> bool {
    plain_or_encoded(bytes, |byte| unreserved(byte) || sub_delims(byte) || b":@/?".contains(&byte))
}

/// `path-abempty [ "?" query ]`.
fn path_and_query(bytes: &[u8]) -> bool {
    let (path, rest) = match bytes.iter().position(|byte| *byte == b'?') {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &b""[..]),
    };
    (path.is_empty() || path[0] == b'/') && path_characters(path) && query(rest)
}

/// `origin-form = absolute-path [ "?" query ]` (RFC 9112 §3.2.1).
pub(crate) fn origin_form(bytes: &[u8]) -> bool {
    bytes.first() == Some(&b'/') && path_and_query(bytes)
}

/// `http-URI = "http" "://" authority path-abempty [ "?" query ]` (RFC 9110 §4.2.1), the only
/// scheme that is served; userinfo is an error there (§4.2.4), so `authority` is a host and a port.
pub(crate) fn http_uri(bytes: &[u8]) -> bool {
    if bytes.len() < 7 || !bytes[..7].eq_ignore_ascii_case(b"http://") {
        return false;
    }
    let rest = &bytes[7..];
    let end = rest.iter().position(|byte| b"/?".contains(byte)).unwrap_or(rest.len());
    host_and_port(&rest[..end]) && path_and_query(&rest[end..])
}

/// `uri-host [ ":" port ]` (RFC 9110 §7.2) with a host that is not empty.
///
/// On purpose less than the grammar admits: no comma in a name, which is how two joined Host lines
/// look; no `IPvFuture`, of which there is none; and no port that TCP does not have.
pub(crate) fn host_and_port(bytes: &[u8]) -> bool {
    let (host, port) = if bytes.first() == Some(&b'[') {
        let Some(end) = bytes.iter().position(|byte| *byte == b']') else { return false };
        if !ipv6_address(&bytes[1..end]) {
            return false;
        }
        (&bytes[..=end], &bytes[end + 1..])
    } else {
        let end = bytes.iter().position(|byte| *byte == b':').unwrap_or(bytes.len());
        let name = &bytes[..end];
        if !plain_or_encoded(name, |byte| unreserved(byte) || sub_delims(byte) && byte != b',') {
            return false;
        }
        (name, &bytes[end..])
    };
    !host.is_empty() && (port.is_empty() || port[0] == b':' && port_number(&port[1..]))
}

/// `port = *DIGIT` (§3.2.3), at most 65535.
fn port_number(digits: &[u8]) -> bool {
    let mut number = 0u128;
    for byte in digits {
        if !digit(*byte) {
            return false;
        }
        number = (number * 10 + u128::from(byte - b'0')).min(1_000_000);
    }
    number <= 65535
}

/// `IPv6address` (§3.2.2), row by row: so many groups at most before the gap, so many after it, and
/// what the last group or two of them are.
fn ipv6_address(bytes: &[u8]) -> bool {
    if groups(bytes, 6, Last::Ls32) {
        return true;
    }
    let Some(gap) = bytes.windows(2).position(|pair| pair == b"::") else { return false };
    let (before, after) = (&bytes[..gap], &bytes[gap + 2..]);
    let rows = [
        (0, 5, Last::Ls32),
        (1, 4, Last::Ls32),
        (2, 3, Last::Ls32),
        (3, 2, Last::Ls32),
        (4, 1, Last::Ls32),
        (5, 0, Last::Ls32),
        (6, 0, Last::H16),
        (7, 0, Last::Nothing),
    ];
    rows.into_iter().any(|(before_max, count, last)| {
        let begins =
            before.is_empty() || (1..=before_max).any(|count| groups(before, count - 1, Last::H16));
        begins && groups(after, count, last)
    })
}

/// What a row of `IPv6address` ends with.
#[derive(Clone, Copy)]
enum Last {
    /// `( h16 ":" h16 ) / IPv4address`.
    Ls32,
    H16,
    Nothing,
}

/// `count( h16 ":" )` and then `last`.
fn groups(bytes: &[u8], count: usize, last: Last) -> bool {
    let mut rest = bytes;
    for _ in 0..count {
        let Some(colon) = rest.iter().position(|byte| *byte == b':') else { return false };
        if !h16(&rest[..colon]) {
            return false;
        }
        rest = &rest[colon + 1..];
    }
    match last {
        Last::Ls32 => ipv4_address(rest) || groups(rest, 1, Last::H16),
        Last::H16 => h16(rest),
        Last::Nothing => rest.is_empty(),
    }
}

/// `h16 = 1*4HEXDIG`.
fn h16(bytes: &[u8]) -> bool {
    (1..=4).contains(&bytes.len()) && bytes.iter().all(|byte| hexdig(*byte))
}

/// `IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet`.
fn ipv4_address(bytes: &[u8]) -> bool {
    let octets: Vec<&[u8]> = bytes.split(|byte| *byte == b'.').collect();
    octets.len() == 4 && octets.into_iter().all(dec_octet)
}

/// `dec-octet`: 0-9, 10-99, 100-199, 200-249, 250-255.
fn dec_octet(bytes: &[u8]) -> bool {
    match bytes {
        [a] => digit(*a),
        [b'1'..=b'9', b] => digit(*b),
        [b'1', b, c] => digit(*b) && digit(*c),
        [b'2', b'0'..=b'4', c] => digit(*c),
        [b'2', b'5', b'0'..=b'5'] => true,
        _ => false,
    }
}
