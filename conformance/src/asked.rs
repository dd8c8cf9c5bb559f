//! What the client asked, read from the bytes that it sent: enough to know what an answer must
//! look like (RFC 9112 §6.3), and no more.
//!
//! Hostile requests are the daily bread here, so this reader guesses nothing: where the framing
//! of a request is in doubt it stops, and later answers have no known request.

use crate::response::{self, Reading};

/// One request, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method, if there was one.
    pub method: Vec<u8>,
    /// Major and minor version, if the request line ends with one.
    pub version: Option<(u8, u8)>,
    /// The protocols named by Upgrade, if Connection lists it.
    pub upgrades: Vec<Vec<u8>>,
    /// The client says that it keeps trailers (`TE: trailers`).
    pub keeps_trailers: bool,
}

/// The requests in `sent`, in order. The last one may be incomplete.
pub fn asked(sent: &[u8]) -> Vec<Asked> {
    let mut requests = Vec::new();
    let mut rest = sent;
    loop {
        while let [b'\r' | b'\n', after @ ..] = rest {
            rest = after;
        }
        if rest.is_empty() {
            return requests;
        }
        let (request, length) = request(rest);
        requests.push(request);
        match length.and_then(|length| rest.get(length..)) {
            Some(after) => rest = after,
            None => return requests,
        }
    }
}

/// One request, and its length if that is beyond doubt.
fn request(bytes: &[u8]) -> (Asked, Option<usize>) {
    let whole = response::line_at(bytes, 0);
    let (line, mut at) = whole.unwrap_or((bytes, bytes.len()));
    let parts: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
    let (method, version) = match parts.as_slice() {
        // A word that may go on is not a method yet: `HEAD` may be the begin of another one.
        [_] if whole.is_none() => (&[][..], None),
        [method, _, version] => (*method, version_of(version)),
        [method, ..] => (*method, None),
        [] => (&[][..], None),
    };
    let mut asked =
        Asked { method: method.to_vec(), version, upgrades: Vec::new(), keeps_trailers: false };
    let (mut length, mut chunked, mut doubt, mut upgrade) = (None, false, version.is_none(), false);
    loop {
        let Some((line, taken)) = response::line_at(bytes, at) else { return (asked, None) };
        at += taken;
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|&byte| byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        match name.to_ascii_lowercase().as_slice() {
            b"content-length" => {
                let number = response::decimal(value);
                doubt |= length.is_some() || number.is_none();
                length = number;
            }
            b"transfer-encoding" => {
                doubt |= chunked || !value.eq_ignore_ascii_case(b"chunked");
                chunked = true;
            }
            b"connection" => {
                upgrade |= elements(value).any(|item| item.eq_ignore_ascii_case(b"upgrade"));
            }
            b"te" => {
                asked.keeps_trailers |=
                    elements(value).any(|item| item.eq_ignore_ascii_case(b"trailers"));
            }
            b"upgrade" => asked.upgrades.extend(elements(value).map(<[u8]>::to_vec)),
            _ => {}
        }
    }
    if !upgrade {
        asked.upgrades.clear();
    }
    if doubt || (chunked && length.is_some()) {
        return (asked, None);
    }
    let content = if chunked {
        match response::read_chunks(bytes.get(at..).unwrap_or_default()) {
            Reading::Complete(_, length) => length,
            Reading::Partial | Reading::Malformed(_) => return (asked, None),
        }
    } else {
        usize::try_from(length.unwrap_or(0)).unwrap_or(usize::MAX)
    };
    (asked, at.checked_add(content))
}

fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii)
}

fn version_of(word: &[u8]) -> Option<(u8, u8)> {
    match word {
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            Some((major - b'0', minor - b'0'))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::asked;

    #[test]
    fn finds_the_requests_of_a_pipeline() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("\r\nGET / HTTP/1.1\r\n\r\nHEAD / HTTP/1.0\r\n\r\n", &["GET", "HEAD"]),
            (
                "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nGET HEAD / HTTP/1.1\r\n\r\n",
                &["POST", "HEAD"],
            ),
            (
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nPUT ",
                &["POST", "PUT"],
            ),
            ("GET / HTTP/1.1\r\n\r\nHEAD", &["GET", ""]),
            ("GET / HTTP/1.1\r\n\r\nHEAD\r\n", &["GET", "HEAD"]),
            ("POST / HTTP/1.1\r\nContent-Length: 4, 5\r\n\r\nGET / HTTP/1.1\r\n", &["POST"]),
            ("G ET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n", &["G"]),
        ];
        for (sent, methods) in table {
            let found: Vec<_> = asked(sent.as_bytes())
                .into_iter()
                .map(|asked| String::from_utf8(asked.method).unwrap())
                .collect();
            assert_eq!(found, *methods, "{sent:?}");
        }
    }

    #[test]
    fn hears_an_upgrade_only_with_its_connection_option() {
        let with = asked(b"GET / HTTP/1.1\r\nConnection: x, Upgrade\r\nUpgrade: websocket\r\n\r\n");
        let without = asked(b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
        assert_eq!(with.first().unwrap().upgrades, [b"websocket"]);
        assert!(without.first().unwrap().upgrades.is_empty());
    }
}
