//! Chunked content (RFC 9112 §7.1), read by its grammar; see [`super::abnf`].

use super::abnf::{blank, field_line, hexdig, line, obs_text, tchar, vchar};

/// What some bytes are, from their first one on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// Content to its end, which is at `at`.
    Whole { content: Vec<u8>, at: usize },
    /// Content that ends within a chunk of `size` bytes, whose data begins at `at`, or before the
    /// CRLF behind that.
    Cut { size: u64, at: usize },
}

/// `chunked-body = *chunk last-chunk trailer-section CRLF` (§7.1) at the start of `bytes`, which
/// lack nothing but data. `None` if it has to be refused.
pub(crate) fn chunked_body(bytes: &[u8]) -> Option<Read> {
    let (mut content, mut begin) = (Vec::new(), 0);
    loop {
        match next(&bytes[begin..])? {
            Next::End { at } => return Some(Read::Whole { content, at: begin + at }),
            Next::Chunk { size, at } => {
                let at = begin + at;
                let Some(end) = usize::try_from(size).ok().and_then(|size| at.checked_add(size))
                else {
                    return Some(Read::Cut { size, at });
                };
                let Some(behind) = bytes.get(end..).filter(|behind| behind.len() >= 2) else {
                    return Some(Read::Cut { size, at });
                };
                behind.strip_prefix(b"\r\n")?;
                content.extend_from_slice(&bytes[at..end]);
                begin = end + 2;
            }
        }
    }
}

/// What stands at the start of a chunk.
enum Next {
    /// A chunk of so many bytes, whose data begins at `at`.
    Chunk { size: u64, at: usize },
    /// The last chunk and the trailer section; `at` is where they end.
    End { at: usize },
}

/// Hexadecimal digits that are read of one size: what 64 bits hold, leading zeros included.
const SIZE_DIGITS_MAX: usize = 16;

/// `chunk-size [ chunk-ext ] CRLF`, and behind a size of zero `trailer-section CRLF`.
fn next(bytes: &[u8]) -> Option<Next> {
    let digits = bytes.iter().take_while(|byte| hexdig(**byte)).count();
    if digits == 0 || digits > SIZE_DIGITS_MAX {
        return None;
    }
    let mut size = 0u64;
    for byte in &bytes[..digits] {
        size = size * 16 + u64::from((*byte as char).to_digit(16)?);
    }
    let extensions = &bytes[digits..];
    let at = digits + chunk_ext(extensions)?;
    let rest = bytes[at..].strip_prefix(b"\r\n")?;
    if size > 0 {
        return Some(Next::Chunk { size, at: at + 2 });
    }
    let end = bytes.len() - trailer_section(rest)?.len();
    Some(Next::End { at: end })
}

/// `chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )` (§7.1.1) at the start
/// of `bytes`: how many of them.
fn chunk_ext(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let semicolon = at + bws(&bytes[at..]);
        if bytes.get(semicolon) != Some(&b';') {
            // White space without an extension behind it belongs to nothing.
            return if semicolon == at { Some(at) } else { None };
        }
        at = semicolon + 1;
        at += bws(&bytes[at..]);
        at += token(&bytes[at..])?;
        let equals = at + bws(&bytes[at..]);
        if bytes.get(equals) == Some(&b'=') {
            at = equals + 1;
            at += bws(&bytes[at..]);
            at += if bytes.get(at) == Some(&b'"') {
                quoted_string(&bytes[at..])?
            } else {
                token(&bytes[at..])?
            };
        }
    }
}

/// `BWS` at the start of `bytes`.
fn bws(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| blank(**byte)).count()
}

/// `token` at the start of `bytes`.
fn token(bytes: &[u8]) -> Option<usize> {
    let count = bytes.iter().take_while(|byte| tchar(**byte)).count();
    if count > 0 { Some(count) } else { None }
}

/// `quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE` (RFC 9110 §5.6.4) at the start of
/// `bytes`.
fn quoted_string(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => {
                let escaped = *bytes.get(at + 1)?;
                if !(blank(escaped) || vchar(escaped) || obs_text(escaped)) {
                    return None;
                }
                at += 2;
            }
            byte if blank(byte) || vchar(byte) || obs_text(byte) => at += 1,
            _ => return None,
        }
    }
}

/// `trailer-section CRLF` (§7.1.2) at the start of `bytes`: what stands behind it.
fn trailer_section(bytes: &[u8]) -> Option<&[u8]> {
    let (first, rest) = line(bytes)?;
    if first.is_empty() {
        return Some(rest);
    }
    field_line(first)?;
    trailer_section(rest)
}
