//! A layer in the brackets of a row. The trait is here for the compiler's messages: what is no layer
//! is pointed at where it stands, and not the whole table.

use core::marker::PhantomData;

use super::super::handler::{Fits, Misfits, Nobody};
use super::Layer;

/// Takes layers around the handlers of `A`, or lets the compiler say no more than what is amiss: for
/// the second kind, see [`handler`](super::handler).
#[doc(hidden)]
pub struct Put<A: ?Sized>(PhantomData<A>);

impl<A: ?Sized> Put<A> {
    pub const HERE: Self = Self(PhantomData);
}

/// The row's word is the name of the method: the compiler shows it beside what is no layer.
macro_rules! rows {
    (where $bound:tt; $($word:ident)*) => {
        impl<A: ?Sized> Put<A> {
            $(rows! { @method $bound $word })*
        }
    };
    (@method [$($bound:tt)+] $word:ident) => {
        #[inline(always)]
        pub fn $word<L, R, K>(self, layer: L) -> R
        where
            $($bound)+,
        {
            layer.itself()
        }
    };
}

rows! { where [L: IsLayer<A, K, Is = R>]; layers get post put delete patch ws mount plugin }

#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no layer around the handlers of `{A}`",
    note = "a layer is of a type that implements `Layer<A>`, for any `A` or for this one"
)]
pub trait IsLayer<A: ?Sized, K> {
    type Is;

    fn itself(self) -> Self::Is;
}

impl<A: ?Sized, L: Layer<A>> IsLayer<A, Fits> for L {
    type Is = L;

    #[inline(always)]
    fn itself(self) -> L {
        self
    }
}

impl<A: ?Sized, L: Nobody> IsLayer<A, Misfits> for L {
    type Is = ();

    fn itself(self) {}
}
