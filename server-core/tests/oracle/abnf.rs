//! Rules of RFC 5234, RFC 9110 and RFC 3986 that requests and chunks are made of, one function
//! each, spelled as the rule spells them. Nothing of the server's own code or tables is used here,
//! and nothing is fast: this is what the server is compared with.
//!
//! A rule of one byte says whether a byte is one. A longer rule is given bytes that must match from
//! the first to the last, unless its comment says otherwise.

/// `ALPHA = %x41-5A / %x61-7A`.
pub(crate) fn alpha(byte: u8) -> bool {
    (0x41..=0x5a).contains(&byte) || (0x61..=0x7a).contains(&byte)
}

/// `DIGIT = %x30-39`.
pub(crate) fn digit(byte: u8) -> bool {
    (0x30..=0x39).contains(&byte)
}

/// `HEXDIG = DIGIT / "A" / "B" / "C" / "D" / "E" / "F"`, and a string of ABNF has no case.
pub(crate) fn hexdig(byte: u8) -> bool {
    digit(byte) || b"ABCDEFabcdef".contains(&byte)
}

/// `VCHAR = %x21-7E`.
pub(crate) fn vchar(byte: u8) -> bool {
    (0x21..=0x7e).contains(&byte)
}

/// `obs-text = %x80-FF` (RFC 9110 §5.5).
pub(crate) fn obs_text(byte: u8) -> bool {
    byte >= 0x80
}

/// `SP / HTAB`, of which `OWS` and `BWS` are made (RFC 9110 §5.6.3).
pub(crate) fn blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// `tchar` (RFC 9110 §5.6.2).
pub(crate) fn tchar(byte: u8) -> bool {
    b"!#$%&'*+-.^_`|~".contains(&byte) || digit(byte) || alpha(byte)
}

/// `token = 1*tchar`.
pub(crate) fn token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| tchar(*byte))
}

/// `field-value = *field-content` (RFC 9110 §5.5) without `obs-fold`, and without the white space
/// that a field line has around it.
pub(crate) fn field_value(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| vchar(*byte) || obs_text(*byte) || blank(*byte))
        && bytes.first().is_none_or(|byte| !blank(*byte))
        && bytes.last().is_none_or(|byte| !blank(*byte))
}

/// `bytes` without `OWS` at either end.
pub(crate) fn without_ows(bytes: &[u8]) -> &[u8] {
    let Some(first) = bytes.iter().position(|byte| !blank(*byte)) else { return b"" };
    let last = bytes.iter().rposition(|byte| !blank(*byte)).unwrap_or(first);
    &bytes[first..=last]
}

/// `field-line = field-name ":" OWS field-value OWS` (RFC 9112 §5): name and value.
pub(crate) fn field_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], without_ows(&line[colon + 1..]));
    if token(name) && field_value(value) { Some((name, value)) } else { None }
}

/// The first line of `bytes` without its CRLF, and what stands behind that.
pub(crate) fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((&bytes[..end], &bytes[end + 2..]))
}
