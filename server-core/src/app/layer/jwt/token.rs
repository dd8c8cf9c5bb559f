//! Judging a token (RFC 7515 §5.2, RFC 7519 §7.2): its signature first, and nothing that it says
//! before that is known to be true.

use super::mac::Algorithm;
use crate::app::json::Malformed;
use crate::app::json::reader::Reader;
use crate::app::layer::base64::Base64;
use crate::http::abnf;

/// What is asked of a token beside its signature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Any of these must be in `aud`; if there are none, no `aud` must be there.
    pub(super) audiences: &'static [&'static str],
    /// This must be `iss`, if it is given.
    pub(super) issuer: Option<&'static str>,
    /// Seconds that the issuer's clock may be off.
    pub(super) leeway_seconds: u32,
    /// Whether a token without `exp`, which is good for ever, is refused.
    pub(super) must_expire: bool,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed,
    Algorithm,
    Signature,
    Expired,
    NotYet,
    Audience,
    Issuer,
}

impl Refusal {
    /// For `error_description` (RFC 6750 §3), which needs no escapes.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Malformed => "the token is malformed",
            Self::Algorithm => "the token is of another algorithm",
            Self::Signature => "the signature does not match",
            Self::Expired => "the token has expired",
            Self::NotYet => "the token is not valid yet",
            Self::Audience => "the token is for another audience",
            Self::Issuer => "the token is of another issuer",
        }
    }
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// The bytes of a signature at most.
const SIGNATURE_BYTES_MAX: usize = 64;

/// Judges `token` at the time `now`, and leaves its claims as they were signed, JSON text, in the
/// last of the buffers: says how many bytes. The others are for its header and for its claims, too.
// rfc7515-5.2-signature-checked
pub(super) fn judge<H: Algorithm>(
    token: &[u8],
    key: &[u8],
    rules: &Rules,
    now: u64,
    [header_room, claims_room, claims]: [&mut [u8]; 3],
) -> Result<usize, Refusal> {
    let (header, rest) = abnf::cut(token, b'.');
    let (payload, rest) = abnf::cut(rest.get(1..).unwrap_or_default(), b'.');
    let signature = rest.get(1..).unwrap_or_default();
    let signed = token.get(..header.len() + 1 + payload.len()).unwrap_or_default();
    let mut room = [0; SIGNATURE_BYTES_MAX];
    // A dot more is no letter of base64.
    let n = Base64::Url.decode(signature, &mut room).ok_or(Refusal::Malformed)?;
    if !H::has_signed(key, signed, room.get(..n).unwrap_or_default()) {
        return Err(Refusal::Signature);
    }
    judge_header(decode(header, header_room)?, H::NAME)?;
    judge_claims(decode(payload, claims_room)?, rules, now)?;
    // The strings of what was judged are unescaped where they stood.
    Base64::Url.decode(payload, claims).ok_or(Refusal::Malformed)
}

fn decode<'s>(segment: &[u8], into: &'s mut [u8]) -> Result<&'s mut [u8], Refusal> {
    let n = Base64::Url.decode(segment, into).ok_or(Refusal::Malformed)?;
    into.get_mut(..n).ok_or(Refusal::Malformed)
}

/// The JOSE header (RFC 7515 §4): `alg` must be ours. What else a token says of its key (`jwk`,
/// `jku`, `kid`, `x5u`) is ignored, and what it declares critical is refused, since nothing of that
/// kind is known here (§4.1.11).
// rfc7515-4.1.1-alg-understood
// rfc7515-4.1.11-crit-understood
#[inline(never)]
fn judge_header(text: &mut [u8], algorithm: &str) -> Result<(), Refusal> {
    let (mut is_ours, mut seen) = (false, Seen(0));
    members(&mut Reader::new(text), &["alg", "crit", "b64"], |index, reader| match index {
        Some(0) => {
            seen.once(0)?;
            is_ours = reader.string()? == algorithm;
            Ok(())
        }
        Some(_) => Err(Refusal::Malformed),
        None => Ok(reader.skip()?),
    })?;
    if is_ours { Ok(()) } else { Err(Refusal::Algorithm) }
}

/// The registered claims (RFC 7519 §4.1).
// rfc7519-4.1.4-expired-refused
// rfc7519-4.1.4-leeway
// rfc7519-4.1.5-not-yet-refused
#[inline(never)]
fn judge_claims(text: &mut [u8], rules: &Rules, now: u64) -> Result<(), Refusal> {
    let leeway = u64::from(rules.leeway_seconds);
    let (mut expires, mut is_heard, mut is_issued) = (None, None, false);
    let (mut begins, mut seen) = (0, Seen(0));
    members(&mut Reader::new(text), &["exp", "nbf", "iat", "aud", "iss"], |index, reader| {
        let Some(index) = index else { return Ok(reader.skip()?) };
        seen.once(index)?;
        match index {
            0 => expires = Some(numeric_date(reader)?),
            // Who signs ahead of time has another clock than we.
            1 | 2 => begins = numeric_date(reader)?.max(begins),
            3 => is_heard = Some(has_audience(reader, rules.audiences)?),
            _ => is_issued = Some(reader.string()?) == rules.issuer,
        }
        Ok(())
    })?;
    if expires.map_or(rules.must_expire, |at| at.saturating_add(leeway) <= now) {
        return Err(Refusal::Expired);
    }
    if begins > now.saturating_add(leeway) {
        return Err(Refusal::NotYet);
    }
    if !is_heard.unwrap_or(rules.audiences.is_empty()) {
        return Err(Refusal::Audience);
    }
    if rules.issuer.is_some() && !is_issued {
        return Err(Refusal::Issuer);
    }
    Ok(())
}

/// `StringOrURI`, or an array of them: whether any of `audiences` is among them.
// rfc7519-4.1.3-audience-refused
fn has_audience(reader: &mut Reader<'_>, audiences: &[&str]) -> Result<bool, Malformed> {
    if reader.peek() != b'[' {
        return Ok(audiences.contains(&reader.string()?));
    }
    reader.open(b'[')?;
    let (mut is_first, mut is_heard) = (true, false);
    while reader.has_next(is_first, b']')? {
        is_heard |= audiences.contains(&reader.string()?);
        is_first = false;
    }
    reader.close(b']')?;
    Ok(is_heard)
}

/// `NumericDate` (RFC 7519 §2): seconds, of whose fraction nothing is made. No issuer writes one
/// with an exponent, and none lives before 1970.
// rfc7519-4.1.4-exp-is-number
fn numeric_date(reader: &mut Reader<'_>) -> Result<u64, Malformed> {
    let number = reader.number()?;
    if number.contains(['e', 'E']) {
        return Err(Malformed);
    }
    let (seconds, _) = abnf::cut(number.as_bytes(), b'.');
    abnf::decimal(seconds).ok_or(Malformed)
}

/// Calls `judge` for each member of the object that is all of the text, with the index of its name
/// in `names`. It takes the member's value.
fn members<'x>(
    reader: &mut Reader<'x>,
    names: &[&str],
    mut judge: impl FnMut(Option<usize>, &mut Reader<'x>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    reader.open(b'{')?;
    let mut is_first = true;
    while reader.has_next(is_first, b'}')? {
        is_first = false;
        let name = reader.string()?;
        let index = names.iter().position(|known| *known == name);
        reader.expect(b':')?;
        judge(index, reader)?;
    }
    reader.close(b'}')?;
    Ok(reader.end()?)
}

/// Which names have been seen. Of two members with one name no two readers know which one counts
/// (RFC 7519 §4), so there may be one.
struct Seen(u8);

impl Seen {
    fn once(&mut self, index: usize) -> Result<(), Malformed> {
        let is_new = self.0 >> index & 1 == 0;
        self.0 |= 1 << index;
        if is_new { Ok(()) } else { Err(Malformed) }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
