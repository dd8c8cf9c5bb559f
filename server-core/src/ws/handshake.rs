//! The opening handshake from the server's side (RFC 6455 §4.2): whether a request may become a
//! WebSocket, and what it offers.

use crate::error::Violation;
use crate::http::abnf::{Class, decimal, is_word, trim};
use crate::http::fields::{Fields, elements};

pub use super::accept::{ACCEPT_BYTES, KEY_BYTES, accept};

/// Subprotocols that one request may offer; more is answered 400. Clients offer one to six; the
/// bound keeps the search for duplicates linear in the length of the head.
pub const PROTOCOLS_MAX: usize = 16;

/// What the handshake asks of a request apart from its WebSocket fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeRequest {
    /// The method is GET.
    pub is_get: bool,
    /// The version is HTTP/1.1.
    pub is_http11: bool,
    /// The framing declares content: a length above zero, or chunks however few.
    pub has_content: bool,
    /// `Connection` lists `upgrade`.
    pub upgrades: bool,
}

/// A correct handshake.
#[derive(Clone, Copy)]
pub struct Offer<'x> {
    /// What [`accept`] answers: `Sec-WebSocket-Key` without white space around it.
    pub key: &'x [u8; KEY_BYTES],
    /// The subprotocols that the client speaks.
    pub protocols: Protocols<'x>,
}

/// The elements of `Sec-WebSocket-Protocol`, the client's favourite first. Each is a token, and
/// none is there twice.
#[derive(Clone, Copy)]
pub struct Protocols<'x>(Fields<'x>);

impl<'x> Protocols<'x> {
    /// The subprotocols in the order of the client's preference.
    pub fn iter(&self) -> impl Iterator<Item = &'x [u8]> + use<'x> {
        self.0.named(PROTOCOL).flat_map(elements)
    }

    /// Whether `protocol` is among them. The case of letters matters.
    // rfc6455-4.2.2-subprotocol-from-client
    pub fn contains(&self, protocol: &[u8]) -> bool {
        self.iter().any(|offered| offered == protocol)
    }
}

/// Judges the request for a WebSocket route by its field lines, in whatever order they stand.
/// Fields that are not part of the handshake are passed over.
///
/// Extensions are read, so that nonsense fails, and declined one and all.
///
/// # Errors
///
/// The first of these that holds, wherever the lines stand:
/// [`Violation::Handshake`] for a request that could not switch protocols whatever its fields say,
/// [`Violation::NotUpgrade`] for one that does not ask for it,
/// [`Violation::HandshakeVersion`] without a version or with a valid one other than 13,
/// [`Violation::Handshake`] for a malformed version or two, [`Violation::HandshakeKey`],
/// [`Violation::HandshakeExtensions`], and [`Violation::Handshake`] for malformed subprotocols.
// rfc6455-4.2.1-bad-handshake-http-error
// rfc6455-4.2.1-get-method
// rfc6455-4.2.1-http11-or-later
// rfc6455-4.2.1-connection-upgrade
// rfc6455-4.2.1-upgrade-websocket
// rfc6455-4.2.1-unknown-fields-ignored
// rfc9110-7.8-ignore-upgrade-1.0
// rfc9110-7.8-semantics-honoured
// rfc9110-7.8-no-uninvited-switch
// rfc9110-7.8-upgrade-name-case
// rfc6455-4.2.1-field-order-free
// rfc6455-4.2.1-no-origin-not-browser
// rfc6455-10.7-http-status-on-bad-handshake
#[inline(never)]
pub fn judge(request: HandshakeRequest, fields: Fields<'_>) -> Result<Offer<'_>, Violation> {
    let HandshakeRequest { is_get, is_http11, has_content, upgrades } = request;
    if !is_get || !is_http11 || has_content {
        return Err(Violation::Handshake);
    }
    let is_other = |protocol: &[u8]| !is_word(protocol, b"websocket");
    if !upgrades || all(fields, "upgrade", &mut { is_other }) != Some(false) {
        return Err(Violation::NotUpgrade);
    }
    judge_version(first_two(fields, "sec-websocket-version"))?;
    let key = judge_key(first_two(fields, "sec-websocket-key"))?;
    if !is_list(fields, EXTENSIONS, &mut is_extension) {
        return Err(Violation::HandshakeExtensions);
    }
    let mut count = 0;
    let mut is_protocol = |protocol: &[u8]| {
        count += 1;
        count <= PROTOCOLS_MAX && is_token(protocol) && is_once(fields, PROTOCOL, protocol)
    };
    if !is_list(fields, PROTOCOL, &mut is_protocol) {
        return Err(Violation::Handshake);
    }
    Ok(Offer { key, protocols: Protocols(fields) })
}

const EXTENSIONS: &str = "sec-websocket-extensions";
const PROTOCOL: &str = "sec-websocket-protocol";

/// The first two values of a field that a request has once.
#[inline(never)]
fn first_two<'x>(fields: Fields<'x>, name: &str) -> [Option<&'x [u8]>; 2] {
    let mut values = fields.named(name);
    [values.next(), values.next()]
}

/// Whether a field whose lines make one list together (`1#element`) is absent, or has at least one
/// element and only good ones.
// rfc6455-9.1-extension-header-split
// rfc6455-11.3.2-multi-extension-request
// rfc6455-11.3.4-multi-protocol-request
// rfc6455-4.2.2-no-empty-subprotocol
fn is_list(fields: Fields<'_>, name: &str, is_good: &mut dyn FnMut(&[u8]) -> bool) -> bool {
    all(fields, name, is_good).unwrap_or_else(|| fields.first(name).is_none())
}

/// Whether all elements of a list are good; `None` if it has none. Empty elements do not count.
// rfc9110-5.6.1.2-accept-empty-list-elements
#[inline(never)]
fn all(fields: Fields<'_>, name: &str, is_good: &mut dyn FnMut(&[u8]) -> bool) -> Option<bool> {
    let mut verdict = None;
    for line in fields.named(name) {
        for element in split(line, b',').filter(|element| !element.is_empty()) {
            verdict = Some(verdict != Some(false) && is_good(element));
        }
    }
    verdict
}

/// Whether a list has an element only once.
fn is_once(fields: Fields<'_>, name: &str, wanted: &[u8]) -> bool {
    let mut count = 0;
    all(fields, name, &mut |element| {
        count += u32::from(element == wanted);
        true
    });
    count == 1
}

// rfc6455-4.2.1-version-13
// rfc6455-4.2.2-unknown-version-error
// rfc6455-11.3.5-single-version-request
fn judge_version(values: [Option<&[u8]>; 2]) -> Result<(), Violation> {
    let [text, None] = values else { return Err(Violation::Handshake) };
    match text.map(version) {
        Some(Some(13)) => Ok(()),
        // Of a draft that had no version, or one that is not ours: the answer lists ours.
        None | Some(Some(_)) => Err(Violation::HandshakeVersion),
        Some(None) => Err(Violation::Handshake),
    }
}

/// `version` (§4.3): 0 to 255 without leading zeros.
// rfc6455-4.3-version-abnf
fn version(text: &[u8]) -> Option<u64> {
    match text {
        [b'0', _, ..] => None,
        _ => decimal(text).filter(|version| *version <= 255),
    }
}

/// `base64-value-non-empty` (§4.3) of 16 bytes: 22 letters, of which the last has only two bits to
/// say. A client that sets the other four has no encoder but a guess.
// rfc6455-4.2.1-key-16-bytes
// rfc6455-4.2.2-key-trimmed
// rfc6455-11.3.1-single-key-field
fn judge_key(values: [Option<&[u8]>; 2]) -> Result<&[u8; KEY_BYTES], Violation> {
    let [Some(text), None] = values else { return Err(Violation::HandshakeKey) };
    let Ok(key): Result<&[u8; KEY_BYTES], _> = text.try_into() else {
        return Err(Violation::HandshakeKey);
    };
    let [letters @ .., last, b'=', b'='] = key else { return Err(Violation::HandshakeKey) };
    let known = |letter: &u8| letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'/');
    if letters.iter().all(known) && matches!(last, b'A' | b'Q' | b'g' | b'w') {
        Ok(key)
    } else {
        Err(Violation::HandshakeKey)
    }
}

/// `extension` (§9.1): a token and parameters. None is ever accepted, so nothing of it is kept.
///
/// Quoted values are no trouble to `split`: a separator in one is no `tchar`, so it is malformed
/// already, and so are its halves.
// rfc6455-9.1-bad-extension-header-fails
// rfc6455-4.2.2-extensions-from-client
fn is_extension(element: &[u8]) -> bool {
    let mut parts = split(element, b';');
    parts.next().is_some_and(is_token) && parts.all(is_extension_param)
}

/// `extension-param` (§9.1): a token, perhaps `=` and a token, which may be quoted.
fn is_extension_param(text: &[u8]) -> bool {
    let mut sides = split(text, b'=');
    sides.next().is_some_and(is_token)
        && sides.next().is_none_or(is_token_or_quoted)
        && sides.next().is_none()
}

/// A token, or a `quoted-string` whose content is one.
// rfc6455-9.1-quoted-param-is-token
fn is_token_or_quoted(text: &[u8]) -> bool {
    let [b'"', content @ .., b'"'] = text else { return is_token(text) };
    let mut rest = content;
    while let [b'\\', byte, after @ ..] | [byte, after @ ..] = rest {
        if !Class::TCHAR.has(*byte) {
            return false;
        }
        rest = after;
    }
    !content.is_empty()
}

#[inline(never)] // for flash
fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && Class::TCHAR.span(text) == text.len()
}

/// The parts of `text` between separators, without the white space around them.
const fn split(text: &[u8], separator: u8) -> Split<'_> {
    Split { rest: Some(text), separator }
}

struct Split<'x> {
    rest: Option<&'x [u8]>,
    separator: u8,
}

impl<'x> Iterator for Split<'x> {
    type Item = &'x [u8];

    #[inline(never)] // for flash: there are four callers
    fn next(&mut self) -> Option<&'x [u8]> {
        let text = self.rest?;
        let end = text.iter().position(|byte| *byte == self.separator).unwrap_or(text.len());
        let (part, rest) = text.split_at_checked(end)?;
        self.rest = rest.get(1..);
        Some(trim(part))
    }
}

#[cfg(test)]
mod tests;
