//! The opening handshake from the server's side (RFC 6455 §4.2): whether a request may become a
//! WebSocket, and what it offers.

use crate::error::Violation;
use crate::http::abnf::{Class, is_word, token, trim};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer<'x> {
    /// What [`accept`] answers: `Sec-WebSocket-Key` without white space around it.
    pub key: &'x [u8; KEY_BYTES],
    /// The subprotocols that the client speaks.
    pub protocols: Protocols<'x>,
}

/// The elements of `Sec-WebSocket-Protocol`, the client's favourite first. Each is a token, and
/// none is there twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protocols<'x> {
    /// `None` behind the last.
    offered: [Option<&'x [u8]>; PROTOCOLS_MAX],
}

impl<'x> Protocols<'x> {
    /// The subprotocols in the order of the client's preference.
    pub fn iter(&self) -> impl Iterator<Item = &'x [u8]> {
        self.offered.iter().map_while(|offered| *offered)
    }

    /// Whether `protocol` is among them. The case of letters matters.
    // rfc6455-4.2.2-subprotocol-from-client
    pub fn contains(&self, protocol: &[u8]) -> bool {
        self.iter().any(|offered| offered == protocol)
    }

    /// Adds one; false if there is no room, or if it is there already.
    fn add(&mut self, protocol: &'x [u8]) -> bool {
        for place in &mut self.offered {
            match place {
                None => {
                    *place = Some(protocol);
                    return true;
                }
                Some(offered) if *offered == protocol => return false,
                Some(_) => {}
            }
        }
        false
    }
}

/// Judges the request for a WebSocket route by its field lines, `(name, value)` in any order.
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
// rfc9110-7.8-ignore-upgrade-1.0
// rfc9110-7.8-semantics-honoured
// rfc9110-7.8-no-uninvited-switch
// rfc6455-4.2.1-field-order-free
pub fn judge<'x>(
    request: HandshakeRequest,
    fields: impl Iterator<Item = (&'x [u8], &'x [u8])>,
) -> Result<Offer<'x>, Violation> {
    let mut lines = Lines::default();
    for (name, value) in fields {
        lines.take(name, value);
    }
    let HandshakeRequest { is_get, is_http11, has_content, upgrades } = request;
    if !is_get || !is_http11 || has_content {
        return Err(Violation::Handshake);
    }
    if !upgrades || !lines.websocket {
        return Err(Violation::NotUpgrade);
    }
    judge_version(lines.version)?;
    let key = judge_key(lines.key)?;
    if !lines.extensions.is_valid() {
        return Err(Violation::HandshakeExtensions);
    }
    if !lines.protocols.is_valid() {
        return Err(Violation::Handshake);
    }
    Ok(Offer { key, protocols: lines.offered })
}

/// What the field lines said so far. Verdicts wait for the last line, so that order has no say.
#[derive(Default)]
struct Lines<'x> {
    websocket: bool,
    version: Single<'x>,
    key: Single<'x>,
    extensions: List,
    protocols: List,
    offered: Protocols<'x>,
}

/// The fields that are part of a handshake, `Connection` apart.
#[derive(Clone, Copy)]
enum Field {
    Upgrade,
    Key,
    Version,
    Extensions,
    Protocols,
}

const FIELDS: [(&[u8], Field); 5] = [
    (b"upgrade", Field::Upgrade),
    (b"sec-websocket-key", Field::Key),
    (b"sec-websocket-version", Field::Version),
    (b"sec-websocket-extensions", Field::Extensions),
    (b"sec-websocket-protocol", Field::Protocols),
];

impl<'x> Lines<'x> {
    // rfc6455-4.2.1-unknown-fields-ignored
    // rfc6455-4.2.1-upgrade-websocket
    // rfc6455-4.2.2-no-empty-subprotocol
    // rfc9110-7.8-upgrade-name-case
    fn take(&mut self, name: &[u8], value: &'x [u8]) {
        let Some((_, field)) = FIELDS.iter().find(|(known, _)| is_word(name, known)) else {
            return;
        };
        let value = trim(value);
        match field {
            Field::Upgrade => {}
            Field::Key => return self.key.take(value),
            Field::Version => return self.version.take(value),
            Field::Extensions => self.extensions.present = true,
            Field::Protocols => self.protocols.present = true,
        }
        for element in split(value, b',').filter(|element| !element.is_empty()) {
            match field {
                Field::Upgrade => self.websocket |= is_word(element, b"websocket"),
                Field::Extensions => self.extensions.take(is_extension(element)),
                _ => self.protocols.take(is_token(element) && self.offered.add(element)),
            }
        }
    }
}

/// A field that a request has once.
#[derive(Clone, Copy, Default)]
enum Single<'x> {
    #[default]
    Absent,
    Once(&'x [u8]),
    Repeated,
}

impl<'x> Single<'x> {
    fn take(&mut self, value: &'x [u8]) {
        *self = if let Self::Absent = self { Self::Once(value) } else { Self::Repeated };
    }
}

/// A field whose lines make one list together (`1#element`). Empty elements do not count.
// rfc9110-5.6.1.2-accept-empty-list-elements
// rfc6455-9.1-extension-header-split
// rfc6455-11.3.2-multi-extension-request
// rfc6455-11.3.4-multi-protocol-request
#[derive(Clone, Copy, Default)]
struct List {
    present: bool,
    has_element: bool,
    malformed: bool,
}

impl List {
    /// Takes an element by whether it is well-formed.
    fn take(&mut self, is_valid: bool) {
        self.has_element = true;
        self.malformed |= !is_valid;
    }

    /// Whether the field is absent, or has at least one element and no malformed one.
    const fn is_valid(self) -> bool {
        !self.malformed && (self.has_element || !self.present)
    }
}

// rfc6455-4.2.1-version-13
// rfc6455-4.2.2-unknown-version-error
// rfc6455-11.3.5-single-version-request
fn judge_version(version: Single<'_>) -> Result<(), Violation> {
    match version {
        Single::Once(b"13") => Ok(()),
        // Of a draft that had no version, or one that is not ours: the answer lists ours.
        Single::Absent => Err(Violation::HandshakeVersion),
        Single::Once(text) if is_version(text) => Err(Violation::HandshakeVersion),
        Single::Once(_) | Single::Repeated => Err(Violation::Handshake),
    }
}

/// `version` (§4.3): 0 to 255 without leading zeros.
// rfc6455-4.3-version-abnf
const fn is_version(text: &[u8]) -> bool {
    matches!(
        text,
        [b'0'..=b'9']
            | [b'1'..=b'9', b'0'..=b'9']
            | [b'1', b'0'..=b'9', b'0'..=b'9']
            | [b'2', b'0'..=b'4', b'0'..=b'9']
            | [b'2', b'5', b'0'..=b'5']
    )
}

/// `base64-value-non-empty` (§4.3) of 16 bytes: 22 letters, of which the last has only two bits to
/// say. A client that sets the other four has no encoder but a guess.
// rfc6455-4.2.1-key-16-bytes
// rfc6455-4.2.2-key-trimmed
// rfc6455-11.3.1-single-key-field
fn judge_key(key: Single<'_>) -> Result<&[u8; KEY_BYTES], Violation> {
    let Single::Once(text) = key else { return Err(Violation::HandshakeKey) };
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
// rfc6455-4.2.2-no-unoffered-extension
// rfc6455-5.2-extension-data-negotiated
// rfc6455-5.8-extensions-negotiated
// rfc6455-9-accept-some-extensions
// rfc6455-9-no-unrequested-extension
fn is_extension(element: &[u8]) -> bool {
    let mut parts = split(element, b';');
    parts.next().is_some_and(is_token) && parts.all(is_extension_param)
}

/// `extension-param` (§9.1): a token, perhaps `=` and a token, which may be quoted.
fn is_extension_param(text: &[u8]) -> bool {
    let mut sides = split(text, b'=');
    sides.next().is_some_and(is_token)
        && sides.next().is_none_or(|value| is_token(value) || is_quoted_token(value))
        && sides.next().is_none()
}

/// A `quoted-string` whose content is a token.
// rfc6455-9.1-quoted-param-is-token
fn is_quoted_token(text: &[u8]) -> bool {
    let [b'"', content @ .., b'"'] = text else { return false };
    let mut rest = content;
    while let [b'\\', byte, after @ ..] | [byte, after @ ..] = rest {
        if !Class::TCHAR.has(*byte) {
            return false;
        }
        rest = after;
    }
    !content.is_empty()
}

fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && token(text) == text.len()
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
