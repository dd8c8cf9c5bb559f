//! Parameters behind a field's value: `*( OWS ";" OWS [ token "=" ( token / quoted-string ) ] )`
//! (RFC 9110 §5.6.6), as Content-Type and Content-Disposition have them.

use core::iter::FusedIterator;

use super::abnf::{self, Class};

/// What stands in front of the first parameter, and the parameters.
///
/// ```
/// use samewire::http::parameters::split;
///
/// let (media_type, parameters) = split(b"text/html; charset=\"utf-8\"");
/// assert_eq!(media_type, b"text/html");
/// assert!(parameters.first("charset").is_some_and(|value| value.is(b"utf-8")));
/// ```
pub fn split(value: &[u8]) -> (&[u8], Parameters<'_>) {
    let (first, rest) = abnf::cut(value, b';');
    (abnf::trim(first), Parameters { rest, is_malformed: false })
}

/// The parameters of a value, in their order. What breaks the grammar ends them.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'x> {
    rest: &'x [u8],
    is_malformed: bool,
}

impl<'x> Parameters<'x> {
    /// The first parameter of this name, whose case does not count.
    // rfc9110-5.6.6-parameter-names-case
    pub fn first(mut self, name: &str) -> Option<Parameter<'x>> {
        let found = self.find(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| value)
    }

    /// The one parameter of this name; `None` as well if there are two, or if one of all breaks the
    /// grammar: then two readers may see two values.
    pub fn only(mut self, name: &str) -> Option<Parameter<'x>> {
        let mut found = None;
        for (other, value) in self.by_ref() {
            if other.eq_ignore_ascii_case(name.as_bytes()) && found.replace(value).is_some() {
                return None;
            }
        }
        found.filter(|_| !self.is_malformed)
    }

    /// Whether all that has been read so far, and all that follows, is of the grammar.
    pub fn are_well_formed(mut self) -> bool {
        self.by_ref().for_each(drop);
        !self.is_malformed
    }

    fn read(&mut self) -> Option<(&'x [u8], Parameter<'x>)> {
        while let [b';', rest @ ..] = trim_start(self.rest) {
            let rest = trim_start(rest);
            if matches!(rest, [] | [b';', ..]) {
                self.rest = rest;
                continue;
            }
            let (name, rest) = rest.split_at_checked(Class::TCHAR.span(rest))?;
            let rest = rest.strip_prefix(b"=").filter(|_| !name.is_empty())?;
            let (value, rest) = match rest {
                [b'"', inside @ ..] => {
                    let end = quoted_end(inside)?;
                    let value = Parameter { raw: inside.get(..end)?, is_quoted: true };
                    (value, inside.get(end + 1..)?)
                }
                _ => {
                    let (raw, rest) = rest.split_at_checked(Class::TCHAR.span(rest))?;
                    (Parameter { raw, is_quoted: false }, rest)
                }
            };
            if value.raw.is_empty() && !value.is_quoted {
                return None;
            }
            self.rest = rest;
            return Some((name, value));
        }
        None
    }
}

impl<'x> Iterator for Parameters<'x> {
    type Item = (&'x [u8], Parameter<'x>);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        let found = self.read();
        if found.is_none() {
            self.is_malformed |= !trim_start(self.rest).is_empty();
            self.rest = &[];
        }
        found
    }
}

impl FusedIterator for Parameters<'_> {}

/// The value of a parameter: a token, or what stands between quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'x> {
    raw: &'x [u8],
    is_quoted: bool,
}

impl<'x> Parameter<'x> {
    /// The value as it was sent, without its quotation marks.
    pub const fn as_sent(self) -> &'x [u8] {
        self.raw
    }

    /// The bytes that the value stands for: of a quoted pair the second (§5.6.4).
    // rfc9110-5.6.4-quoted-pair
    pub fn bytes(self) -> impl Iterator<Item = u8> + Clone + use<'x> {
        let mut is_escaped = false;
        self.raw.iter().copied().filter(move |byte| {
            is_escaped = self.is_quoted && !is_escaped && *byte == b'\\';
            !is_escaped
        })
    }

    /// Whether the value is `other`, byte for byte.
    pub fn is(self, other: &[u8]) -> bool {
        self.bytes().eq(other.iter().copied())
    }

    /// Whether the value is `other` but for the case of its letters.
    pub fn is_word(self, other: &str) -> bool {
        let lower = other.bytes().map(|byte| byte.to_ascii_lowercase());
        self.bytes().map(|byte| byte.to_ascii_lowercase()).eq(lower)
    }

    /// The value in `room`, or `None` if it does not fit. What holds no quoted pair needs none.
    pub fn copy_to<'r>(self, room: &'r mut [u8]) -> Option<&'r [u8]>
    where
        'x: 'r,
    {
        if !self.is_quoted || abnf::index_of(b'\\', self.raw).is_none() {
            return Some(self.raw);
        }
        let mut end = 0;
        for byte in self.bytes() {
            *room.get_mut(end)? = byte;
            end += 1;
        }
        room.get(..end)
    }
}

/// Where the quotation mark stands that ends a quoted string.
fn quoted_end(inside: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match inside.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 1,
            _ => {}
        }
        at += 1;
    }
}

/// `value` without the SP and HTAB in front.
fn trim_start(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = value {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::split;
    use proptest::prelude::*;
    use std::string::String;
    use std::vec::Vec;

    fn read(value: &str) -> (&str, Vec<(String, String)>, bool) {
        let (first, parameters) = split(value.as_bytes());
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let pairs =
            parameters.map(|(name, value)| (text(name.to_vec()), text(value.bytes().collect())));
        (str::from_utf8(first).unwrap(), pairs.collect(), parameters.are_well_formed())
    }

    #[test]
    fn parameters_follow_the_value() {
        for (value, first, pairs, is_well_formed) in [
            ("", "", &[][..], true),
            ("text/plain", "text/plain", &[], true),
            ("text/plain;charset=utf-8", "text/plain", &[("charset", "utf-8")], true),
            ("a ;\tb=c ; d=\"e\"", "a", &[("b", "c"), ("d", "e")], true),
            ("a;;b=c;", "a", &[("b", "c")], true),
            ("a; b=\"c;d=\\\"e\\\\\"; f=g", "a", &[("b", "c;d=\"e\\"), ("f", "g")], true),
            ("a; b=\"\"", "a", &[("b", "")], true),
            ("a; b=\"\\c\"", "a", &[("b", "c")], true),
            ("a; b=\\c", "a", &[], false),
            ("a; b", "a", &[], false),
            ("a; b=", "a", &[], false),
            ("a; =c", "a", &[], false),
            ("a; b =c", "a", &[], false),
            ("a; b= c", "a", &[], false),
            ("a; b=c d", "a", &[("b", "c")], false),
            ("a; b=\"c", "a", &[], false),
            ("a; b=\"c\\\"", "a", &[], false),
            ("a; b=\"c\"d", "a", &[("b", "c")], false),
        ] {
            let (found_first, found, well) = read(value);
            let found: Vec<_> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert_eq!((found_first, &found[..], well), (first, pairs, is_well_formed), "{value}");
        }
    }

    #[test]
    fn one_parameter_by_its_name() {
        let (_, parameters) = split(b"a; Charset=UTF-8; x=1; X=2");
        assert!(parameters.first("charset").is_some_and(|value| value.is_word("utf-8")));
        assert!(parameters.only("CHARSET").is_some_and(|value| value.is(b"UTF-8")));
        assert!(parameters.first("x").is_some_and(|value| value.is(b"1")));
        assert_eq!(parameters.only("x"), None);
        assert_eq!(parameters.first("y"), None);
        let (_, broken) = split(b"a; x=1; y");
        assert!(broken.first("x").is_some());
        assert_eq!(broken.only("x"), None);
        let (_, quoted) = split(b"a; x=\"\\\"1\"");
        let value = quoted.first("x").unwrap();
        assert_eq!(value.copy_to(&mut [0; 2]), Some(&b"\"1"[..]));
        assert_eq!(value.copy_to(&mut [0; 1]), None);
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back(value in "[ -~]{0,20}") {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
            let line = std::format!("a; b=\"{escaped}\"; c=d");
            let (_, pairs, well) = read(&line);
            prop_assert_eq!(pairs, [("b".into(), value), ("c".into(), "d".into())]);
            prop_assert!(well);
        }

        #[test]
        fn nothing_is_too_odd(value: Vec<u8>) {
            let (_, parameters) = split(&value);
            prop_assert!(parameters.count() <= value.len());
        }
    }
}
