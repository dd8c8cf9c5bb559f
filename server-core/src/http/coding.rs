//! `Accept-Encoding` (RFC 9110 §12.5.3): whether a client wants the gzip of what is sent.

use super::abnf;
use super::fields::{Fields, elements};

/// What is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preferred {
    /// The content as it is.
    Identity,
    /// Its gzip (RFC 1952).
    Gzip,
    /// The client refuses all that there is: 406.
    Neither,
}

/// A weight (RFC 9110 §12.4.2), in thousandths.
type Weight = i32;

/// Less than any weight.
const UNSAID: Weight = -1;

/// Chooses for a client. Without the field it gets the content as it is: it may take anything then,
/// but those who say nothing are those who cannot decode. Of what it wants equally it gets the
/// gzip, which is smaller.
// rfc9110-12.5.3-identity-fallback
// rfc9110-12.5.3-identity-refused
#[inline(never)]
pub fn preferred(fields: Fields<'_>, has_gzip: bool) -> Preferred {
    let (mut gzip, mut identity, mut any) = (UNSAID, UNSAID, UNSAID);
    for line in fields.named("accept-encoding") {
        for element in elements(line) {
            let (coding, parameters) = abnf::cut(element, b';');
            let coding = abnf::trim(coding);
            // rfc9110-8.4.1-coding-case
            // rfc9110-8.4.1.3-x-gzip
            let wanted = if coding == b"*" {
                &mut any
            } else if abnf::is_word(coding, b"gzip") || abnf::is_word(coding, b"x-gzip") {
                &mut gzip
            } else if abnf::is_word(coding, b"identity") {
                &mut identity
            } else {
                continue;
            };
            // An element that breaks the grammar says nothing.
            *wanted = weight(parameters).unwrap_or(*wanted);
        }
    }
    for unsaid in [&mut gzip, &mut identity] {
        if *unsaid == UNSAID {
            *unsaid = any;
        }
    }
    if has_gzip && gzip > 0 && gzip >= identity {
        Preferred::Gzip
    } else if identity == 0 {
        Preferred::Neither
    } else {
        Preferred::Identity
    }
}

/// `[ weight ]` behind a coding, from its semicolon on. `None` if it is anything else.
// rfc9110-12.4.2-qvalue-zero
fn weight(parameters: &[u8]) -> Option<Weight> {
    let Some(parameter) = parameters.get(1..) else { return Some(1000) };
    let [b'q' | b'Q', b'=', digit @ (b'0' | b'1'), rest @ ..] = abnf::trim(parameter) else {
        return None;
    };
    let decimals = match rest {
        [] => rest,
        [b'.', decimals @ ..] if decimals.len() <= 3 => decimals,
        _ => return None,
    };
    let mut weight = Weight::from(digit & 1);
    for place in 0..3 {
        let decimal = decimals.get(place).unwrap_or(&b'0').wrapping_sub(b'0');
        if decimal > 9 {
            return None;
        }
        weight = weight * 10 + Weight::from(decimal);
    }
    (weight <= 1000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::{Preferred, preferred, weight};
    use crate::http::fields::Fields;
    use std::format;

    #[test]
    fn weights_have_three_decimals_at_most() {
        for (text, thousandths) in [
            ("", Some(1000)),
            (";q=1", Some(1000)),
            (";q=1.", Some(1000)),
            (";q=1.000", Some(1000)),
            ("; Q=0.5", Some(500)),
            (";\tq=0.123", Some(123)),
            (";q=0", Some(0)),
            (";q=0.", Some(0)),
            (";q=0.000", Some(0)),
            (";q=1.001", None),
            (";q=0.1234", None),
            (";q=2", None),
            (";q=-1", None),
            (";q=.5", None),
            (";q=0,5", None),
            (";q= 1", None),
            (";q", None),
            (";", None),
            (";x=1", None),
            (";q=1;x=1", None),
            (";q=\"1\"", None),
        ] {
            assert_eq!(weight(text.as_bytes()), thousandths, "{text}");
        }
    }

    #[test]
    fn the_client_chooses() {
        use Preferred::{Gzip, Identity, Neither};
        for (value, with_gzip, without) in [
            ("gzip", Gzip, Identity),
            ("GZip", Gzip, Identity),
            ("x-gzip", Gzip, Identity),
            ("br, gzip, deflate", Gzip, Identity),
            ("*", Gzip, Identity),
            ("", Identity, Identity),
            ("br", Identity, Identity),
            ("identity", Identity, Identity),
            ("gzip;q=0", Identity, Identity),
            ("*;q=0.5, gzip;q=0", Identity, Identity),
            ("gzip;q=0.5, identity", Identity, Identity),
            ("gzip;q=0.5, *;q=0.8", Identity, Identity),
            ("gzip;q=0.001", Gzip, Identity),
            ("gzip;q=0.5, identity;q=0.5", Gzip, Identity),
            ("identity;q=0", Neither, Neither),
            ("*;q=0", Neither, Neither),
            ("identity;q=0, gzip", Gzip, Neither),
            ("gzip, *;q=0", Gzip, Neither),
            ("*;q=0, identity", Identity, Identity),
            ("gzip;q=0, *", Identity, Identity),
            ("gzip;q=2", Identity, Identity),
            ("gzip gzip", Identity, Identity),
        ] {
            let lines = format!("Accept-Encoding: {value}\r\n\r\n");
            let fields = Fields::new(lines.as_bytes());
            assert_eq!(preferred(fields, true), with_gzip, "{value}, with gzip");
            assert_eq!(preferred(fields, false), without, "{value}, without");
        }
        assert_eq!(preferred(Fields::new(b"\r\n"), true), Identity);
    }
}
