//! Layers that see a part of the requests: below a prefix of the path, or on one route.

use core::any::{Any, TypeId};
use core::cell::Cell;

use super::stages::stages;
use super::{Arrival, Layer, Record, Verdict};
use crate::app::problem::Problem;
use crate::app::request::Request;
use crate::http::lines::FieldLines;
use crate::http::status::Status;

/// Layers of an app `B` that is mounted in another: they see what is below the prefix, and their
/// own app.
pub struct Scoped<'b, B: ?Sized, L> {
    prefix: &'static str,
    /// How many routes of the outer app stand before those of the inner one.
    routes_before: usize,
    app: &'b B,
    layers: L,
}

impl<'b, B: ?Sized, L: Layer<B>> Scoped<'b, B, L> {
    /// Around what is below `prefix`, or around everything if it is empty.
    pub fn new(prefix: &'static str, routes_before: usize, app: &'b B, layers: L) -> Self {
        Self { prefix, routes_before, app, layers }
    }

    /// The request as the inner app knows it, if it is in scope.
    fn inner<'x>(&self, state: &Inside<L::State>, request: &Request<'x>) -> Option<Request<'x>> {
        // What has no layers has nothing in scope, which the compiler sees.
        if L::IS_NOTHING || state.is_outside.get() {
            return None;
        }
        let inner = request.below(self.prefix, self.routes_before);
        state.is_outside.set(inner.is_none());
        inner
    }
}

/// The state of layers that see a part of the requests.
#[derive(Debug, Default)]
pub struct Inside<S> {
    /// The request is not in scope: looked up once, for all stages.
    is_outside: Cell<bool>,
    layers: S,
}

#[expect(unused_variables, reason = "what is inside has an app of its own")]
impl<A: ?Sized, B: ?Sized, L: Layer<B>> Layer<A> for Scoped<'_, B, L> {
    type State = Inside<L::State>;

    const IS_NOTHING: bool = L::IS_NOTHING;

    stages!(hand_inside);
}

macro_rules! hand_inside {
    (arrives $stage:ident($me:ident, $app:ident, $state:ident, $arrival:ident)) => {{
        let Some(request) = $me.inner($state, &$arrival.request) else { return Ok(()) };
        let mut arrival = Arrival::new(request, $arrival.connection, $arrival.machine);
        $me.layers.$stage($me.app, &mut $state.layers, &mut arrival)
    }};
    (asks $stage:ident($me:ident, $app:ident, $state:ident, $request:ident)) => {{
        let Some(request) = $me.inner($state, $request) else { return Ok(()) };
        $me.layers.$stage($me.app, &$state.layers, &request)
    }};
    (tells $stage:ident($me:ident, $app:ident, $state:ident, $request:ident $(, $what:ident)*)) => {
        if let Some(request) = $me.inner($state, $request) {
            $me.layers.$stage($me.app, &$state.layers, &request $(, $what)*);
        }
    };
    (ended $stage:ident($me:ident, $app:ident, $state:ident, $record:ident)) => {
        if let Some(request) = $me.inner($state, &$record.request) {
            $me.layers.$stage($me.app, &$state.layers, &Record { request, ..*$record });
        }
    };
    (server $stage:ident($me:ident, $app:ident $(, $what:ident)*)) => {
        $me.layers.$stage($me.app $(, $what)*);
    };
    (named $stage:ident($me:ident, $state:ident, $request:ident $(, $what:ident)*)) => {
        $me.layers.$stage(&$state.layers, &$me.inner($state, $request)? $(, $what)*)
    };
}

/// Layers of one route: the request arrives at them when its route is known.
pub struct OnRoute<L> {
    route: usize,
    layers: L,
}

impl<L> OnRoute<L> {
    /// Around the route with this index.
    pub const fn new(route: usize, layers: L) -> Self {
        Self { route, layers }
    }

    fn is_on(&self, request: &Request<'_>) -> bool {
        request.route_index() == Some(self.route)
    }
}

impl<A: ?Sized, L: Layer<A>> Layer<A> for OnRoute<L> {
    type State = L::State;

    const IS_NOTHING: bool = L::IS_NOTHING;

    stages!(hand_on_route);
}

macro_rules! hand_on_route {
    (arrives on_request($me:ident, $app:ident, $state:ident, $arrival:ident)) => {{
        // That is before routing.
        let _ = ($app, $state, $arrival);
        Ok(())
    }};
    (arrives pre_validation($me:ident, $app:ident, $state:ident, $arrival:ident)) => {{
        if !$me.is_on(&$arrival.request) {
            return Ok(());
        }
        $me.layers.on_request($app, $state, $arrival)?;
        $me.layers.pre_validation($app, $state, $arrival)
    }};
    (asks $stage:ident($me:ident, $app:ident, $state:ident, $request:ident)) => {
        if $me.is_on($request) { $me.layers.$stage($app, $state, $request) } else { Ok(()) }
    };
    (tells $stage:ident($me:ident, $app:ident, $state:ident, $request:ident $(, $what:ident)*)) => {
        if $me.is_on($request) {
            $me.layers.$stage($app, $state, $request $(, $what)*);
        }
    };
    (ended $stage:ident($me:ident, $app:ident, $state:ident, $record:ident)) => {
        if $me.is_on(&$record.request) {
            $me.layers.$stage($app, $state, $record);
        }
    };
    (named $stage:ident($me:ident, $state:ident, $request:ident $(, $what:ident)*)) => {
        if $me.is_on($request) { $me.layers.$stage($state, $request $(, $what)*) } else { None }
    };
    (server $stage:ident($me:ident $(, $what:ident)*)) => {
        $me.layers.$stage($($what),*)
    };
}

use {hand_inside, hand_on_route};
