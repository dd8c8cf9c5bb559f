//! A form as browsers send it by default: `application/x-www-form-urlencoded` (URL Standard §5).

use core::convert::Infallible;
use core::str::{self, FromStr};

use super::body::Bytes;
use super::exchange::Exchange;
use super::media_type::{self, MediaType};
use super::percent::{NOT_A_VALUE, PAIR, VALUE, decode_form};
use super::problem::Problem;
use super::respond::Respond;
use crate::http::abnf;

/// The pairs of a form, in the order in which they were sent.
///
/// They are decoded where they were received, so that values are `&str` without a copy. Names may
/// repeat; brackets mean nothing, `a[b]` is a name like any other. A form of another media type is
/// answered 415; one with a bad escape, or that is not UTF-8, 400.
///
/// ```
/// # struct Panel;
/// use samewire::app::Form;
/// use samewire::{Result, Status, app};
///
/// app! { for Panel;
///     post "/led" => set_led(form);
/// }
///
/// // level=40&colour=dark+blue&room=1&room=2
/// async fn set_led(_: &Panel, form: Form<'_>) -> Result<Status> {
///     let level: u8 = form.parse("level")?.unwrap_or(100); // 400 if it is no number
///     let colour: &str = form.get("colour").unwrap_or("white");
///     for room in form.all("room") { /* … */ }
///     Ok(Status::NO_CONTENT)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Form<'f>(&'f [u8]);

/// A handler's `form` parameter: made of the pairs, from which it may borrow.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of a form",
    label = "makes no `{Self}`",
    note = "a form makes `Form<'_>`, a `Valid<T>`, or a type of yours that implements `FromForm`"
)]
pub trait FromForm<'f>: Sized {
    /// What is answered if the pairs are not what is asked for.
    type Error: Respond;

    /// The value.
    ///
    /// # Errors
    ///
    /// What is answered.
    fn from_form(form: Form<'f>) -> Result<Self, Self::Error>;
}

impl<'f> FromForm<'f> for Form<'f> {
    type Error = Infallible;

    fn from_form(form: Self) -> Result<Self, Infallible> {
        Ok(form)
    }
}

/// A form that has been received and decoded.
#[doc(hidden)]
pub struct Held<'x> {
    content: Bytes<'x>,
    bytes: usize,
}

impl<'x> Held<'x> {
    pub async fn extract(exchange: &'x Exchange<'x>) -> Result<Self, Problem> {
        let media_type = MediaType::of(&exchange.request())?;
        if !media_type.essence().eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
            return Err(media_type::unsupported("the content must be a form"));
        }
        let mut content = Bytes::extract(exchange).await?;
        let bytes = decode_form(&mut content).map_err(Problem::bad_request)?;
        Ok(Self { content, bytes })
    }

    pub fn form(&self) -> Form<'_> {
        Form(self.content.get(..self.bytes).unwrap_or_default())
    }
}

impl<'f> Form<'f> {
    /// The pairs, in their order.
    pub const fn pairs(self) -> Pairs<'f> {
        Pairs::decoded(self.0)
    }

    /// The first value of this name.
    pub fn get(self, name: &str) -> Option<&'f str> {
        self.all(name).next()
    }

    /// Whether there is a pair of this name.
    pub fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All values of this name, in their order.
    pub fn all(self, name: &str) -> impl Iterator<Item = &'f str> {
        self.pairs().filter(move |(other, _)| *other == name).map(|(_, value)| value)
    }

    /// What the first value of this name stands for.
    ///
    /// # Errors
    ///
    /// 400 if there is a value and it stands for no `T`.
    pub fn parse<T: FromStr>(self, name: &str) -> Result<Option<T>, Problem> {
        let value = self.get(name).map(str::parse).transpose();
        value.map_err(|_| Problem::bad_request(NOT_A_VALUE))
    }
}

/// The pairs, in their order.
impl<'f> IntoIterator for Form<'f> {
    type Item = (&'f str, &'f str);
    type IntoIter = Pairs<'f>;

    fn into_iter(self) -> Pairs<'f> {
        self.pairs()
    }
}

/// Decoded pairs of a name and a value, of a [`Form`] or a [`Query`](super::Query).
#[derive(Clone, Debug)]
pub struct Pairs<'f> {
    rest: &'f [u8],
    between_pairs: u8,
    behind_name: u8,
}

impl<'f> Pairs<'f> {
    /// Those of text that [`decode_form`] has judged.
    pub(super) const fn decoded(form: &'f [u8]) -> Self {
        Self { rest: form, between_pairs: PAIR, behind_name: VALUE }
    }

    /// Those of text where nothing is encoded.
    pub(super) const fn plain(query: &'f [u8]) -> Self {
        Self { rest: query, between_pairs: b'&', behind_name: b'=' }
    }
}

impl<'f> Iterator for Pairs<'f> {
    type Item = (&'f str, &'f str);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = next_pair(&mut self.rest, self.between_pairs, self.behind_name)?;
        // They have been judged when they were decoded.
        let text = |part| str::from_utf8(part).unwrap_or_default();
        Some((text(name), text(value)))
    }
}

/// The first pair of `rest`, which is taken off. What is empty is none; one without a value has an
/// empty one.
// url-5.1-pairs
#[inline(never)]
pub(super) fn next_pair<'x>(
    rest: &mut &'x [u8],
    between_pairs: u8,
    behind_name: u8,
) -> Option<(&'x [u8], &'x [u8])> {
    while !rest.is_empty() {
        let (pair, behind) = abnf::cut(rest, between_pairs);
        *rest = behind.get(1..).unwrap_or_default();
        if !pair.is_empty() {
            let (name, value) = abnf::cut(pair, behind_name);
            return Some((name, value.get(1..).unwrap_or_default()));
        }
    }
    None
}
