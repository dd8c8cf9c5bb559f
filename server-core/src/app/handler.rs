//! What a row of the table hands to its handler, and what the handler hands back. The traits are
//! here for the compiler's messages: a handler that does not fit its row is what is pointed at, and
//! not the whole table.

use core::future::Future;

use super::Respond;
#[cfg(feature = "ws")]
use super::websocket::Farewell;

/// The app, and what the words of the row ask for.
#[doc(hidden)]
pub struct Given<G>(pub G);

impl<G> Given<G> {
    /// Calls the handler of a row.
    #[inline(always)]
    pub fn to<H, R, K>(self, handler: H) -> R
    where
        H: Handler<G, K, Running = R>,
    {
        handler.run(self.0)
    }

    /// Calls the handler of a `ws` row.
    #[cfg(feature = "ws")]
    #[inline(always)]
    pub fn to_ws<H, R, K>(self, handler: H) -> R
    where
        H: WsHandler<G, K, Running = R>,
    {
        handler.run(self.0)
    }
}

/// An `async fn` that takes a `G`, and answers. There are two kinds `K` of it, though the second
/// one is of nobody: that lets the compiler give up at the handler, instead of going on with what it
/// returns and complaining of that, too.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this handler does not fit its row",
    label = "not an `async fn` that takes `{G}` and returns a `Respond`",
    note = "`Json<T>` answers if `T` is `Serialize`, and a `Result` if both of its types answer"
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
    label = "not an `async fn` that takes `{G}` and returns nothing, or a `Result` of nothing"
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
