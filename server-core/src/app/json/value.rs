//! A JSON value read by paths, for who wants two members of a text and not a type for all of it.

use core::fmt;
use core::str::{self, FromStr};

use super::scan::{Scan, first};
use super::{FromJson, Malformed};
use crate::app::problem::Problem;
use crate::buffer::Writer;
use crate::http::abnf::{cut, decimal};

/// A value of JSON text that was judged as a whole: what is not asked for is well-formed, too.
///
/// A path is `$` for the value itself, and behind it `.name` for the member of an object and
/// `[index]` for the item of an array, counted from zero. What is not there, or of another kind,
/// is `None`. Where a name comes twice, the first member counts. Nothing is stored: each question
/// reads the text again.
///
/// ```
/// # struct Panel;
/// use samewire::app::json::Value;
/// use samewire::{Problem, Result, Status, app};
///
/// app! { for Panel;
///     put "/led" => set_led(json);
/// }
///
/// // {"led": {"levels": [10, 40], "name": "blue \u0031"}}
/// async fn set_led(_: &Panel, json: Value<'_>) -> Result<Status> {
///     let level = json.integer("$.led.levels[1]").unwrap_or(100);
///     let is_on = json.boolean("$.led.on").unwrap_or(true);
///     if !json.is("$.led.name", "blue 1") {
///         return Err(Problem::unprocessable("no such led"));
///     }
///     Ok(Status::NO_CONTENT)
/// }
/// ```
// rfc8259-4-unique-names
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Value<'t>(&'t [u8]);

/// 400 if it is no JSON.
impl<'c> FromJson<'c> for Value<'c> {
    type Error = Problem;

    fn from_json(content: &'c mut [u8]) -> Result<Self, Problem> {
        Self::parse(content)
    }
}

impl<'t> Value<'t> {
    /// The value that `text` is.
    ///
    /// # Errors
    ///
    /// 400 if it is no JSON, or nested more than 31 deep.
    pub fn parse(text: &'t [u8]) -> Result<Self, Problem> {
        let mut scan = Scan::new();
        let is_valid = scan.skip(text).is_ok() && scan.end(text).is_ok();
        let value = if is_valid { Value(text).here(Scan::new()) } else { None };
        value.ok_or(Problem::bad_request("malformed JSON"))
    }

    /// The text of the value, without white space around it.
    pub const fn as_bytes(self) -> &'t [u8] {
        self.0
    }

    /// The value at `path`.
    #[inline(never)]
    pub fn get(self, path: &str) -> Option<Self> {
        let mut path = path.as_bytes().strip_prefix(b"$")?;
        let mut scan = Scan::new();
        loop {
            path = match path {
                [] => return self.here(scan),
                [b'.', rest @ ..] => {
                    let end = rest.iter().position(|byte| matches!(byte, b'.' | b'['));
                    let (name, after) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
                    self.find_member(&mut scan, name).ok()?;
                    after
                }
                [b'[', rest @ ..] => {
                    let (index, after) = cut(rest, b']');
                    self.find_item(&mut scan, decimal(index)?).ok()?;
                    after.get(1..)?
                }
                _ => return None,
            };
        }
    }

    /// The integer at `path`, if it fits 64 bits and is written without fraction and exponent.
    pub fn integer(self, path: &str) -> Option<i64> {
        let value = self.get(path)?;
        Scan::new().integer(value.0).ok()?.signed()
    }

    /// The number at `path`, rounded to what `f64` holds.
    pub fn number(self, path: &str) -> Option<f64> {
        let value = self.get(path)?;
        let is_number = matches!(value.0.first(), Some(b'-' | b'0'..=b'9'));
        f64::from_str(str::from_utf8(value.0).ok().filter(|_| is_number)?).ok()
    }

    /// `true` or `false` at `path`.
    pub fn boolean(self, path: &str) -> Option<bool> {
        match self.get(path)?.0 {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        }
    }

    /// The string at `path`: where it was received if nothing in it is escaped, else in `room`.
    /// `None` as well if it does not fit there.
    pub fn text<'r>(self, path: &str, room: &'r mut [u8]) -> Option<&'r str>
    where
        't: 'r,
    {
        let string = self.get(path)?.string()?;
        if !string.contains(&b'\\') {
            return str::from_utf8(string).ok();
        }
        let mut to = Writer::new(room);
        put_unescaped(string, &mut to);
        let bytes = to.written()?;
        str::from_utf8(room.get(..bytes)?).ok()
    }

    /// Whether the string at `path` is this one.
    pub fn is(self, path: &str, text: &str) -> bool {
        let string = self.get(path).and_then(Self::string);
        string.is_some_and(|string| is_text(string, text.as_bytes()))
    }

    /// Whether `null` stands at `path`.
    pub fn is_null(self, path: &str) -> bool {
        self.get(path).is_some_and(|value| value.0 == b"null")
    }

    /// The items of the array at `path`; none if there is no array.
    pub fn items(self, path: &str) -> impl Iterator<Item = Self> + use<'t> {
        let array = self.get(path).filter(|value| value.0.first() == Some(&b'['));
        let text = array.unwrap_or(Value(b"[]"));
        let mut scan = Scan::new();
        let mut is_first = scan.open(text.0, b'[').is_ok();
        core::iter::from_fn(move || {
            let has_next = scan.has_next(text.0, core::mem::take(&mut is_first), b']');
            let item = if has_next.ok()? { text.here(scan) } else { None };
            scan.skip(text.0).ok()?;
            item
        })
    }

    /// Appends the value: a string without quotation marks and escapes, any other as it was sent.
    pub fn put(self, to: &mut Writer<'_>) {
        match self.string() {
            Some(string) => put_unescaped(string, to),
            None => to.put(self.0),
        }
    }

    /// The inside of the string that this value is.
    fn string(self) -> Option<&'t [u8]> {
        self.0.strip_prefix(b"\"")?.strip_suffix(b"\"")
    }

    /// The value that comes next.
    fn here(self, mut scan: Scan) -> Option<Self> {
        scan.peek(self.0);
        let begin = scan.at;
        scan.skip(self.0).ok()?;
        self.0.get(begin..scan.at).map(Value)
    }

    fn find_member(self, scan: &mut Scan, name: &[u8]) -> Result<(), Malformed> {
        scan.open(self.0, b'{')?;
        let mut is_first = true;
        while scan.has_next(self.0, is_first, b'}')? {
            is_first = false;
            let range = scan.string(self.0)?;
            scan.expect(self.0, b':')?;
            if is_text(self.0.get(range).unwrap_or_default(), name) {
                return Ok(());
            }
            scan.skip(self.0)?;
        }
        Err(Malformed)
    }

    fn find_item(self, scan: &mut Scan, index: u64) -> Result<(), Malformed> {
        scan.open(self.0, b'[')?;
        let mut at = 0;
        while scan.has_next(self.0, at == 0, b']')? {
            if at == index {
                return Ok(());
            }
            scan.skip(self.0)?;
            at += 1;
        }
        Err(Malformed)
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(str::from_utf8(self.0).unwrap_or_default())
    }
}

/// Whether the inside of a string stands for `text`.
#[inline(never)]
fn is_text(mut string: &[u8], mut text: &[u8]) -> bool {
    while let Some((utf8, n)) = first(string) {
        let Some(rest) = text.strip_prefix(utf8.as_bytes()) else { return false };
        (string, text) = (string.get(n..).unwrap_or_default(), rest);
    }
    text.is_empty()
}

#[inline(never)]
fn put_unescaped(mut string: &[u8], to: &mut Writer<'_>) {
    while let Some((utf8, n)) = first(string) {
        to.put(utf8.as_bytes());
        string = string.get(n..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::Value;
    use proptest::prelude::*;
    use std::string::{String, ToString};
    use std::vec::Vec;
    use std::{format, vec};

    fn parse(text: &str) -> Value<'_> {
        Value::parse(text.as_bytes()).unwrap()
    }

    /// The table of the seed: what its `json_get` and their like answer.
    #[test]
    fn members_are_read_by_their_path() {
        let json = parse(
            r#" {"a": 1, "b": {"c": [10, {"d": "e\n"}, -2.5e1]}, "t": true, "f": false, "n": null,
                "s": "plain", "big": 9223372036854775807, "over": 9223372036854775808, "": 3} "#,
        );
        assert_eq!(json.integer("$.a"), Some(1));
        assert_eq!(json.integer("$.b.c[0]"), Some(10));
        assert_eq!(json.number("$.b.c[2]"), Some(-25.0));
        assert_eq!(json.number("$.a"), Some(1.0));
        assert_eq!(json.boolean("$.t"), Some(true));
        assert_eq!(json.boolean("$.f"), Some(false));
        assert_eq!(json.text("$.s", &mut []), Some("plain"));
        assert_eq!(json.text("$.b.c[1].d", &mut [0; 2]), Some("e\n"));
        assert_eq!(json.text("$.b.c[1].d", &mut [0; 1]), None);
        assert!(json.is("$.b.c[1].d", "e\n") && !json.is("$.b.c[1].d", "e"));
        assert!(json.is_null("$.n") && !json.is_null("$.f") && !json.is_null("$.none"));
        assert_eq!(json.integer("$.big"), Some(i64::MAX));
        assert_eq!(json.integer("$.over"), None);
        assert_eq!(json.integer("$."), Some(3));
        // What is not there, or of another kind, leaves the default.
        assert_eq!(json.integer("$.none").unwrap_or(7), 7);
        for path in ["$.s", "$.t", "$.b", "$.b.c", "$.b.c[2]", "$.b.c[3]", "$.a.b", "$.a[0]"] {
            assert_eq!(json.integer(path), None, "{path}");
            assert_eq!(json.boolean(path), (path == "$.t").then_some(true), "{path}");
            assert_eq!(json.text(path, &mut []), (path == "$.s").then_some("plain"), "{path}");
            assert_eq!(json.number(path), (path == "$.b.c[2]").then_some(-25.0), "{path}");
        }
        for path in ["", "a", ".a", "$a", "$[", "$[0", "$[]", "$[-1]", "$.b.c[0", "$.b.c[0]x", "$ "]
        {
            assert_eq!(json.get(path), None, "{path}");
        }
    }

    #[test]
    fn values_are_those_of_their_text() {
        let json = parse(" [ 1 , [ ] , { \"a\" : { } } , \"\" ] ");
        assert_eq!(json.as_bytes(), b"[ 1 , [ ] , { \"a\" : { } } , \"\" ]");
        let items: Vec<&[u8]> = json.items("$").map(Value::as_bytes).collect();
        assert_eq!(items, [&b"1"[..], b"[ ]", b"{ \"a\" : { } }", b"\"\""]);
        assert_eq!(json.items("$[1]").count() + json.items("$[0]").count(), 0);
        assert_eq!(json.get("$[2].a").map(Value::as_bytes), Some(&b"{ }"[..]));
        assert_eq!(parse("7").integer("$"), Some(7));
        // The first of a name counts, and names are compared without their escapes.
        assert_eq!(parse(r#"{"a":1,"a":2}"#).integer("$.a"), Some(1));
        assert_eq!(parse(r#"{"\u0061":1}"#).integer("$.a"), Some(1));
        assert_eq!(parse(r#"{"😀":1}"#).integer("$.😀"), Some(1));
        assert_eq!(parse(r#"{"\ud83d\ude00":1}"#).integer("$.😀"), Some(1));
    }

    #[test]
    fn the_whole_text_is_judged() {
        for text in ["", " ", "{", "{\"a\":1,}", "[1]]", "{\"a\":1}x", "[\"\\ud83d\"]", "[01]"] {
            assert!(Value::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Value::parse(b"[\"\xff\"]").is_err());
        assert!(Value::parse(b"\xef\xbb\xbf{}").is_err());
        for (depth, is_ok) in [(31, true), (32, false), (100_000, false)] {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            assert_eq!(Value::parse(text.as_bytes()).is_ok(), is_ok, "{depth}");
        }
    }

    /// Each path into `value`, with what serde_json finds there.
    fn walk(path: &str, value: &serde_json::Value, found: &mut Vec<(String, serde_json::Value)>) {
        found.push((path.into(), value.clone()));
        match value {
            serde_json::Value::Array(items) => {
                let items = items.iter().enumerate();
                items.for_each(|(at, item)| walk(&format!("{path}[{at}]"), item, found));
            }
            serde_json::Value::Object(members) => {
                members
                    .iter()
                    .for_each(|(name, item)| walk(&format!("{path}.{name}"), item, found));
            }
            _ => {}
        }
    }

    fn any_value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<i32>().prop_map(|number| serde_json::Value::from(f64::from(number) / 4.0)),
            "[a\"\\\\\n\u{1f}é😀]{0,4}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                prop::collection::btree_map("[a-cé\"\n]{0,2}", inner, 0..4)
                    .prop_map(serde_json::Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn paths_lead_where_serde_json_leads(value in any_value(), is_pretty: bool) {
            let text = if is_pretty { format!("{value:#}") } else { value.to_string() };
            let json = parse(&text);
            let mut found = Vec::new();
            walk("$", &value, &mut found);
            for (path, expected) in found {
                let part = json.get(&path).unwrap();
                prop_assert_eq!(&serde_json::from_slice::<serde_json::Value>(part.as_bytes()).unwrap(), &expected);
                prop_assert_eq!(json.integer(&path), expected.as_i64(), "{}", path);
                prop_assert_eq!(json.number(&path), expected.as_f64());
                prop_assert_eq!(json.boolean(&path), expected.as_bool());
                let mut room = [0; 64];
                prop_assert_eq!(json.text(&path, &mut room), expected.as_str());
                prop_assert_eq!(json.is_null(&path), expected.is_null());
                prop_assert_eq!(json.items(&path).count(), expected.as_array().map_or(0, Vec::len));
            }
        }

        #[test]
        fn nothing_is_too_odd(text in "([\\[\\]{}\",:\\\\u0a\n]|true){0,30}", path in "[$.\\[\\]a0]{0,8}") {
            let judged = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            let value = Value::parse(text.as_bytes());
            prop_assert!(judged || value.is_err(), "{}", text);
            if let Ok(value) = value {
                let _ = (value.get(&path), value.items(&path).count());
                let mut room = vec![0; 64];
                value.put(&mut crate::buffer::Writer::new(&mut room));
            }
        }
    }
}
