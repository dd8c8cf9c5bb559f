//! What the words in a route's parentheses hand to its handler.
//!
//! A word is taken in two steps: first something is held, which may wait for content, and then the
//! handler's parameter is made of it, which may borrow from what is held. Either may fail, and then
//! the error answers.

use core::convert::Infallible;

#[cfg(feature = "json")]
use super::json::FromJson;
use super::path::FromPath;
use super::{Exchange, Form, FromForm, FromQuery, Query, Respond};

/// What a word holds: a `Result` whose error answers.
#[doc(hidden)]
#[macro_export]
macro_rules! hold_word {
    ($verb:tt bytes $exchange:ident [$at:tt]) => {
        $crate::Bytes::extract($exchange).await
    };
    ($verb:tt text $exchange:ident [$at:tt]) => {
        $crate::Text::extract($exchange).await
    };
    ($verb:tt json $exchange:ident [$at:tt]) => {
        $crate::app::json::hold($exchange).await
    };
    ($verb:tt query $exchange:ident [$at:tt]) => {
        $crate::app::infallible(::core::default::Default::default())
    };
    ($verb:tt form $exchange:ident [$at:tt]) => {
        $crate::app::form::Held::extract($exchange).await
    };
    (ws ws $exchange:ident [$at:tt]) => {
        match $crate::WebSocket::extract($exchange) {
            Some(websocket) => $crate::app::infallible(websocket),
            None => return,
        }
    };
    (ws handshake $exchange:ident [$at:tt]) => {
        match $crate::app::handshake::Handshake::extract($exchange) {
            Some(handshake) => $crate::app::infallible(handshake),
            None => return,
        }
    };
    ($verb:tt handshake $exchange:ident [$at:tt]) => {
        $crate::at_word!($at Elsewhere $verb())
    };
    ($verb:tt ws $exchange:ident [$at:tt]) => {
        $crate::at_word!($at Elsewhere $verb())
    };
    ($verb:tt $word:tt $exchange:ident [$at:tt]) => {
        $crate::app::infallible(())
    };
}

/// What a word makes of what it holds: a `Result` whose error answers.
#[doc(hidden)]
#[macro_export]
macro_rules! take_word {
    ($verb:tt request $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::infallible($exchange.request())
    };
    ($verb:tt path $exchange:ident $held:ident [$at:tt]) => {
        $crate::at_word!($at Take $verb($exchange))
    };
    ($verb:tt state $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::layer::state($exchange)
    };
    ($verb:tt body $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::infallible($crate::Body::extract($exchange))
    };
    ($verb:tt response $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::infallible($crate::Response::extract($exchange))
    };
    ($verb:tt time $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::infallible($exchange.time())
    };
    ($verb:tt sse $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::infallible($crate::app::sse::Events::extract($exchange))
    };
    ($verb:tt bytes $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::infallible($held)
    };
    ($verb:tt text $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::infallible($held)
    };
    ($verb:tt json $exchange:ident $held:ident [$at:tt]) => {
        $crate::at_word!($at Take $verb(&mut *$held))
    };
    ($verb:tt query $exchange:ident $held:ident [$at:tt]) => {
        $crate::at_word!($at Take $verb(
            ($crate::app::Query::new($exchange.request().query()), &mut $held)
        ))
    };
    ($verb:tt form $exchange:ident $held:ident [$at:tt]) => {
        $crate::at_word!($at Take $verb($held.form()))
    };
    ($verb:tt multipart $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::Multipart::extract($exchange)
    };
    ($verb:tt handshake $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::infallible($held)
    };
    ($verb:tt ws $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::infallible($held)
    };
    // No such word: the compiler says so, and proposes a similar one.
    ($verb:tt $word:tt $exchange:ident $held:ident [$at:tt]) => {
        $crate::app::infallible($crate::app::words::$at)
    };
}

/// Calls a method with the word itself as its first argument, so that an error is shown where the
/// word was written. The row's word is the name of the method, so that it is shown beside.
#[doc(hidden)]
#[macro_export]
macro_rules! at_word {
    ($at:tt $here:ident $verb:tt($($held:expr)?)) => {{
        use $crate::app::words::*;
        $here.$verb($at $(, $held)?)
    }};
}

macro_rules! words {
    ($($word:ident)*) => {$(
        #[derive(Clone, Copy)]
        #[expect(non_camel_case_types, reason = "named as the word is")]
        pub struct $word;
    )*};
}

words! {
    request path query state json form multipart text bytes body response sse time handshake ws
}

/// A word whose value is of the type that the handler's parameter has.
pub trait Word<H, T> {
    /// What is answered if there is no such value.
    type Error: Respond;

    fn take(held: H) -> Result<T, Self::Error>;
}

/// Makes a handler's parameter by a word, on a row of each kind.
pub struct Take;

macro_rules! rows {
    (where $bound:tt; $($verb:ident)*) => {
        impl Take {
            $(rows! { @method $bound $verb })*
        }
    };
    (@method [$($bound:tt)+] $verb:ident) => {
        #[inline(always)]
        pub fn $verb<W, H, T, E>(self, _: W, held: H) -> Result<T, E>
        where
            $($bound)+,
        {
            W::take(held)
        }
    };
}

rows! { where [W: Word<H, T, Error = E>]; get post put delete patch ws }

impl<'x, T: FromPath<'x>> Word<&'x Exchange<'x>, T> for path {
    type Error = T::Error;

    #[inline(always)]
    fn take(exchange: &'x Exchange<'x>) -> Result<T, T::Error> {
        T::from_path(exchange)
    }
}

#[cfg(feature = "json")]
impl<'c, T: FromJson<'c>> Word<&'c mut [u8], T> for json {
    type Error = T::Error;

    #[inline(always)]
    fn take(content: &'c mut [u8]) -> Result<T, T::Error> {
        T::from_json(content)
    }
}

impl<'q, T: FromQuery<'q>> Word<(Query<'q>, &'q mut T::Room), T> for query {
    type Error = T::Error;

    #[inline(always)]
    fn take((of, room): (Query<'q>, &'q mut T::Room)) -> Result<T, T::Error> {
        T::from_query(of, room)
    }
}

impl<'f, T: FromForm<'f>> Word<Form<'f>, T> for form {
    type Error = T::Error;

    #[inline(always)]
    fn take(of: Form<'f>) -> Result<T, T::Error> {
        T::from_form(of)
    }
}

/// A word for which there is a WebSocket: none of the two, on another row.
#[diagnostic::on_unimplemented(
    message = "this word needs a row that begins with `ws`",
    label = "there is no WebSocket on this row"
)]
pub trait OnAnyRow {
    fn wanted<T>(self) -> Result<T, Infallible>;
}

/// A row where there is no WebSocket.
pub struct Elsewhere;

macro_rules! other_rows {
    (where $bound:tt; $($verb:ident)*) => {
        impl Elsewhere {
            $(other_rows! { @method $bound $verb })*
        }
    };
    (@method [$($bound:tt)+] $verb:ident) => {
        pub fn $verb<W, T>(self, word: W) -> Result<T, Infallible>
        where
            $($bound)+,
        {
            word.wanted()
        }
    };
}

other_rows! { where [W: OnAnyRow]; get post put delete patch }
