//! The query of a request (RFC 3986 §3.4), read as pairs the way forms write them.

use core::convert::Infallible;
use core::str::FromStr;

use super::form;
use super::percent::{Encoded, decode_into};
use super::problem::Problem;
use super::respond::Respond;

/// The pairs of a query: `name=value`, set apart by `&`, in the order in which they were sent.
///
/// Names may repeat. A pair without `=` has an empty value, and what is empty between two `&` is no
/// pair. Names and values are compared decoded: `+` and `%20` are a space.
///
/// ```
/// use samewire::app::Query;
/// use samewire::Problem;
///
/// // GET /search?q=blue+led&limit=10&tag=new&tag=small
/// fn search(query: Query<'_>) -> Result<(), Problem> {
///     let limit = query.parse("limit")?.unwrap_or(20); // 400 if it is no number
///     assert_eq!(limit, 10);
///
///     let mut room = [0; 64]; // needed for encoded text only
///     let text = query.text("q", &mut room)?;
///     assert_eq!(text, Some("blue led"));
///
///     assert!(query.all("tag").any(|tag| tag == "small"));
///     assert!(!query.has("verbose"));
///     Ok(())
/// }
/// # search(Query::new(b"q=blue+led&limit=10&tag=new&tag=small")).unwrap();
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'x>(Encoded<'x>);

impl<'x> Query<'x> {
    /// The pairs of `query`, which has no `?` in front.
    pub const fn new(query: &'x [u8]) -> Self {
        Self(Encoded::new(query))
    }

    /// The query as it was sent, but for unreserved characters, which are always decoded.
    pub const fn as_sent(self) -> &'x [u8] {
        self.0.as_sent()
    }

    /// The first value of this name.
    pub fn get(self, name: &str) -> Option<Encoded<'x>> {
        self.all(name).next()
    }

    /// Whether there is a pair of this name.
    pub fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All values of this name, in their order.
    pub fn all(self, name: &str) -> impl Iterator<Item = Encoded<'x>> {
        self.into_iter().filter(move |(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The first value of this name as text, decoded into `room` if it has to be.
    ///
    /// # Errors
    ///
    /// 400 if it is no UTF-8, or does not fit `room`.
    pub fn text<'r>(self, name: &str, room: &'r mut [u8]) -> Result<Option<&'r str>, Problem>
    where
        'x: 'r,
    {
        self.get(name).map(|value| value.text(room)).transpose()
    }

    /// The pairs as text, decoded into `room` if one of them has to be.
    ///
    /// # Errors
    ///
    /// 400 if one of them is no UTF-8, or all of them do not fit `room`.
    pub fn pairs_in<'r>(self, room: &'r mut [u8]) -> Result<form::Pairs<'r>, Problem>
    where
        'x: 'r,
    {
        let query = self.as_sent();
        // The target of a request is of ASCII. What was not judged as such is, here.
        if self.0.is_plain() && query.is_ascii() {
            return Ok(form::Pairs::plain(query));
        }
        let decoded = decode_into(query, room).map_err(Problem::bad_request)?;
        Ok(form::Pairs::decoded(room.get(..decoded).unwrap_or_default()))
    }

    /// What the first value of this name stands for.
    ///
    /// # Errors
    ///
    /// 400 if there is a value and it stands for no `T`.
    pub fn parse<T: FromStr>(self, name: &str) -> Result<Option<T>, Problem> {
        self.get(name).map(Encoded::parse).transpose()
    }
}

/// A handler's `query` parameter: made of the query, from which it may borrow.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of a query",
    label = "makes no `{Self}`",
    note = "a query makes `Query<'_>`, a `Valid<T>`, or a type of yours that implements `FromQuery`"
)]
pub trait FromQuery<'q>: Sized {
    /// Memory for what has to be decoded: a [`Room`], or `()` for nothing. It lies in the future of
    /// the connection.
    type Room: Default;
    /// What is answered if the query is not what is asked for.
    type Error: Respond;

    /// The value.
    ///
    /// # Errors
    ///
    /// What is answered.
    fn from_query(query: Query<'q>, room: &'q mut Self::Room) -> Result<Self, Self::Error>;
}

impl<'q> FromQuery<'q> for Query<'q> {
    type Room = ();
    type Error = Infallible;

    fn from_query(query: Self, (): &'q mut ()) -> Result<Self, Infallible> {
        Ok(query)
    }
}

/// So many bytes of memory.
#[derive(Clone, Copy, Debug)]
pub struct Room<const N: usize>(pub [u8; N]);

impl<const N: usize> Default for Room<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

/// The pairs, in their order.
impl<'x> IntoIterator for Query<'x> {
    type Item = (Encoded<'x>, Encoded<'x>);
    type IntoIter = Pairs<'x>;

    fn into_iter(self) -> Pairs<'x> {
        Pairs(self.as_sent())
    }
}

/// See [`Query`].
#[derive(Clone, Debug)]
pub struct Pairs<'x>(&'x [u8]);

impl<'x> Iterator for Pairs<'x> {
    type Item = (Encoded<'x>, Encoded<'x>);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = form::next_pair(&mut self.0, b'&', b'=')?;
        Some((Encoded::new(name), Encoded::new(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::Query;
    use proptest::prelude::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn pairs(query: &str) -> Vec<(String, String)> {
        let text = |encoded: super::Encoded<'_>| {
            encoded.text(&mut [0; 64]).unwrap_or("malformed").to_string()
        };
        let query = Query::new(query.as_bytes());
        query.into_iter().map(|(name, value)| (text(name), text(value))).collect()
    }

    #[test]
    fn pairs_stand_in_their_order() {
        for (query, expected) in [
            ("", &[][..]),
            ("a=1", &[("a", "1")]),
            ("a=1&b=2&a=3", &[("a", "1"), ("b", "2"), ("a", "3")]),
            ("a", &[("a", "")]),
            ("a=", &[("a", "")]),
            ("=1", &[("", "1")]),
            ("=", &[("", "")]),
            ("&&a&&", &[("a", "")]),
            ("a=b=c", &[("a", "b=c")]),
            ("a;b=1", &[("a;b", "1")]),
            ("a%3D=%26&b+c=d+e", &[("a=", "&"), ("b c", "d e")]),
            ("a[]=1&a[b]=2", &[("a[]", "1"), ("a[b]", "2")]),
            ("a=%&%4=b", &[("a", "malformed"), ("malformed", "b")]),
        ] {
            let found = pairs(query);
            let found: Vec<_> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert_eq!(found, expected, "{query}");
        }
    }

    #[test]
    fn the_first_of_a_name_counts() {
        let query = Query::new(b"limit=10&limit=x&q=&f%20g=1&flag");
        assert_eq!(query.parse("limit"), Ok(Some(10)));
        assert_eq!(query.parse::<u8>("offset"), Ok(None));
        assert!(query.parse::<u8>("q").is_err());
        assert!(query.has("flag") && query.has("f g") && !query.has("f%20g") && !query.has("fl"));
        assert_eq!(query.text("q", &mut []), Ok(Some("")));
        assert_eq!(query.text("none", &mut []), Ok(None));
        assert_eq!(query.all("limit").count(), 2);
        for (query, room, expected) in [
            ("a=1&b&&=2", 0, Some(&[("a", "1"), ("b", ""), ("", "2")][..])),
            ("a%3D=1+2&%26=%c3%a9", 11, Some(&[("a=", "1 2"), ("&", "é")])),
            ("a%3D=1+2&%26=%c3%a9", 10, None),
            ("a=%c3", 9, None),
            ("a=é", 9, Some(&[("a", "é")])),
            ("a=%F", 9, None),
        ] {
            let mut room = std::vec![0; room];
            let pairs = Query::new(query.as_bytes()).pairs_in(&mut room);
            let pairs: Option<Vec<_>> = pairs.ok().map(Iterator::collect);
            assert_eq!(pairs.as_deref(), expected, "{query}");
        }
        let bad = Query::new(b"a=%zz");
        assert!(bad.text("a", &mut [0; 8]).is_err());
    }

    /// The standard puts something in the place of what it cannot read. We do not.
    #[test]
    fn what_the_url_standard_mends_is_refused() {
        for query in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%c0%af", "%c3=1"] {
            let theirs: String = form_urlencoded::parse(query.as_bytes())
                .map(|(name, value)| name.into_owned() + &value)
                .collect();
            assert!(theirs.contains('%') || theirs.contains('\u{fffd}'), "{query}");
            let mut room = [0; 16];
            assert!(Query::new(query.as_bytes()).pairs_in(&mut room).is_err(), "{query}");
        }
    }

    proptest! {
        /// The `url` crate's parser, which is the URL Standard's, is the judge of what can be decoded.
        #[test]
        fn the_url_standard_sees_the_same_pairs(query in "([a-c=&+]|%2[0-9]|%3[d0]|é){0,30}") {
            let theirs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect();
            prop_assert_eq!(pairs(&query), theirs);
        }
    }
}
