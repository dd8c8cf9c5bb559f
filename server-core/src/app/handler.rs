//! What a row of the table hands to its handler, and what the handler hands back. The traits are
//! here for the compiler's messages: a handler that does not fit its row is what is pointed at, and
//! not the whole table.

use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};

use super::Respond;
#[cfg(feature = "ws")]
use super::websocket::Farewell;

/// The app, and what the words of the row ask for.
#[doc(hidden)]
pub struct Given<G>(pub G);

/// A row's word is the name of the method that calls its handler: the compiler shows it beside a
/// handler that does not fit. The bound stands beside the names, as it is shown, too.
macro_rules! rows {
    (where $bound:tt; $($verb:ident)*) => {
        impl<G> Given<G> {
            $(rows! { @method $bound $verb })*
        }
    };
    (@method [$($bound:tt)+] $verb:ident) => {
        #[inline(always)]
        pub fn $verb<H, R, K>(self, handler: H) -> R
        where
            $($bound)+,
        {
            handler.run(self.0)
        }
    };
}

rows! { where [H: Handler<G, K, Running = R>]; get post put delete patch }
#[cfg(feature = "ws")]
rows! { where [H: WsHandler<G, K, Running = R>]; ws }

/// Polls a row in a function of its own: else the stack of one handler is that of all.
#[doc(hidden)]
pub fn poll_apart<F: Future>(mut row: Pin<&mut F>) -> impl Future<Output = F::Output> {
    #[inline(never)]
    fn poll<F: Future>(row: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
        row.poll(cx)
    }
    poll_fn(move |cx| poll(row.as_mut(), cx))
}

/// An `async fn` that takes a `G`, and answers. There are two kinds `K` of it, though the second
/// one is of nobody: that lets the compiler give up at the handler, instead of going on with what it
/// returns and complaining of that, too.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this handler does not fit its row",
    label = "not an `async fn` that takes `{G}` and returns an answer",
    note = "it takes a reference to the app, then what each word in the row's parentheses stands for:\n\
        `request`: `Request<'_>`, `state`: `&S` of a layer, `response`: `Response<'_>`\n\
        `path`: a number, `&str`, `&[u8]`, a tuple of them, or `Valid<T>`\n\
        `query`: `Query<'_>` or `Valid<T>`, `form`: `Form<'_>` or `Valid<T>`\n\
        `json`: `Json<T>` of a `T` that is `Deserialize`, or `Valid<T>`\n\
        `text`: `Text<'_>`, `bytes`: `Bytes<'_>`, `body`: `Body<'_>`, `multipart`: `Multipart<'_>`\n\
        `time`: `Time<'_>`, `sse`: `Events<'_>`",
    note = "these are answers: `Status`, `&'static str`, `&'static [u8]`, `Json<T>` of a `T` that is \
        `Serialize`,\n`Rendered`, `Redirect`, `Problem`, `(Status, R)` of another answer, \
        `Result<R, E>` of two answers,\n`()` where `response` or `sse` has answered, and any type \
        that implements `Respond`"
)]
pub trait Handler<G, K> {
    type Running;

    fn run(self, given: G) -> Self::Running;
}

/// The same for a row that begins with `ws`.
#[cfg(feature = "ws")]
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this handler does not fit its row",
    label = "not an `async fn` that takes `{G}` and returns nothing, or a `Result` of nothing",
    note = "it takes a reference to the app, then what each word in the row's parentheses stands for:\n\
        `ws`: `WebSocket<'_>`, `handshake`: `Handshake<'_>`, `time`: `Time<'_>`\n\
        `request`: `Request<'_>`, `state`: `&S` of a layer\n\
        `path`: a number, `&str`, `&[u8]`, a tuple of them, or `Valid<T>`\n\
        `query`: `Query<'_>` or `Valid<T>`",
    note = "it has been answered by its handshake, and returns `()`, or a `Result<(), Problem>` \
        that tells the peer what failed"
)]
pub trait WsHandler<G, K> {
    type Running;

    fn run(self, given: G) -> Self::Running;
}

/// The first kind.
#[doc(hidden)]
pub struct Fits;

/// The second, whose are all that are `Nobody`.
#[doc(hidden)]
pub struct Misfits;

#[doc(hidden)]
pub trait Nobody {}

macro_rules! handlers {
    ($trait:ident: $answer:ident, $(($($given:ident)+))*) => {$(
        impl<H, R, $($given),+> $trait<($($given,)+), Fits> for H
        where
            H: FnOnce($($given),+) -> R,
            R: Future,
            R::Output: $answer,
        {
            type Running = R;

            #[inline(always)]
            #[expect(non_snake_case, reason = "the names of the types are those of the values")]
            fn run(self, ($($given,)+): ($($given,)+)) -> R {
                self($($given),+)
            }
        }
    )*

        impl<H: Nobody, G> $trait<G, Misfits> for H {
            type Running = ();

            fn run(self, _: G) {}
        }
    };
}

handlers! { Handler: Respond,
    (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F I) (A B C D E F I J)
}
#[cfg(feature = "ws")]
handlers! { WsHandler: Farewell,
    (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F I) (A B C D E F I J)
}
