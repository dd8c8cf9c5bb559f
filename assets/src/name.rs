//! A file's name as a segment of a URL's path (RFC 3986 §3.3), in the one spelling in which it is
//! looked up.

use std::fmt::Write;

/// The segment, or `None` if no request could ask for it: the name has a separator of some system in
/// it, or a control character.
pub(crate) fn segment(name: &str) -> Option<String> {
    if name.contains([':', '\\', '/']) || name.chars().any(char::is_control) {
        return None;
    }
    let mut segment = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                segment.push(byte.into());
            }
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b'@' => {
                segment.push(byte.into());
            }
            _ => write!(segment, "%{byte:02X}").ok()?,
        }
    }
    Some(segment)
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn what_a_url_cannot_say_is_encoded() {
        for (name, wanted) in [
            ("index.html", Some("index.html")),
            ("a b", Some("a%20b")),
            ("ä?#%", Some("%C3%A4%3F%23%25")),
            ("a+b,(c)@2x.png", Some("a+b,(c)@2x.png")),
            ("a:b", None),
            ("a\\b", None),
            ("a\nb", None),
            ("a\0", None),
        ] {
            assert_eq!(segment(name).as_deref(), wanted, "{name}");
        }
    }
}
