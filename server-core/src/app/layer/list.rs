//! Layers, one behind the other: a list in which each pair is what came before and one more.

use core::any::{Any, TypeId};

use super::stages::stages;
use super::{Arrival, Layer, Record, Verdict};
use crate::app::problem::Problem;
use crate::app::request::Request;
use crate::http::lines::FieldLines;
use crate::http::status::Status;

/// No layer.
impl<A: ?Sized> Layer<A> for () {
    type State = ();

    const IS_NOTHING: bool = true;
}

/// What lives in the app, or in the program.
impl<A: ?Sized, L: Layer<A>> Layer<A> for &L {
    type State = L::State;

    const IS_NOTHING: bool = L::IS_NOTHING;

    stages!(hand_to_itself);
}

/// The first, then the second; if the first stops a request, the second does not see it arrive.
impl<A: ?Sized, L: Layer<A>, M: Layer<A>> Layer<A> for (L, M) {
    type State = (L::State, M::State);

    const IS_NOTHING: bool = L::IS_NOTHING && M::IS_NOTHING;

    stages!(hand_to_both);
}

macro_rules! hand_to_itself {
    ($kind:ident $stage:ident($me:ident $(, $what:ident)*)) => {
        (**$me).$stage($($what),*)
    };
}

macro_rules! hand_to_both {
    (arrives $stage:ident($me:ident, $app:ident, $state:ident, $arrival:ident)) => {{
        $me.0.$stage($app, &mut $state.0, $arrival)?;
        $me.1.$stage($app, &mut $state.1, $arrival)
    }};
    (asks $stage:ident($me:ident, $app:ident, $state:ident, $request:ident)) => {{
        $me.0.$stage($app, &$state.0, $request)?;
        $me.1.$stage($app, &$state.1, $request)
    }};
    (server $stage:ident($me:ident $(, $what:ident)*)) => {{
        $me.0.$stage($($what),*);
        $me.1.$stage($($what),*);
    }};
    (named $stage:ident($me:ident, $state:ident $(, $what:ident)*)) => {
        $me.0.$stage(&$state.0 $(, $what)*).or_else(|| $me.1.$stage(&$state.1 $(, $what)*))
    };
    // What is told, and the end.
    ($kind:ident $stage:ident($me:ident, $app:ident, $state:ident $(, $what:ident)*)) => {{
        $me.0.$stage($app, &$state.0 $(, $what)*);
        $me.1.$stage($app, &$state.1 $(, $what)*);
    }};
}

use {hand_to_both, hand_to_itself};
