//! Layers that see a part of the requests: below a prefix of the path, or on one route.

use core::any::{Any, TypeId};
use core::cell::Cell;

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

impl<A: ?Sized, B: ?Sized, L: Layer<B>> Layer<A> for Scoped<'_, B, L> {
    type State = Inside<L::State>;

    const IS_NOTHING: bool = L::IS_NOTHING;

    fn on_request(&self, _: &A, state: &mut Self::State, arrival: &mut Arrival<'_, '_>) -> Verdict {
        let Some(request) = self.inner(state, &arrival.request) else { return Ok(()) };
        let mut arrival = Arrival::new(request, arrival.connection, arrival.machine);
        self.layers.on_request(self.app, &mut state.layers, &mut arrival)
    }

    fn pre_validation(
        &self,
        _: &A,
        state: &mut Self::State,
        arrival: &mut Arrival<'_, '_>,
    ) -> Verdict {
        let Some(request) = self.inner(state, &arrival.request) else { return Ok(()) };
        let mut arrival = Arrival::new(request, arrival.connection, arrival.machine);
        self.layers.pre_validation(self.app, &mut state.layers, &mut arrival)
    }

    fn pre_handler(&self, _: &A, state: &Self::State, request: &Request<'_>) -> Verdict {
        let Some(request) = self.inner(state, request) else { return Ok(()) };
        self.layers.pre_handler(self.app, &state.layers, &request)
    }

    fn on_error(&self, _: &A, state: &Self::State, request: &Request<'_>, problem: &mut Problem) {
        if let Some(request) = self.inner(state, request) {
            self.layers.on_error(self.app, &state.layers, &request, problem);
        }
    }

    fn on_response(
        &self,
        _: &A,
        state: &Self::State,
        request: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        if let Some(request) = self.inner(state, request) {
            self.layers.on_response(self.app, &state.layers, &request, status, lines);
        }
    }

    fn ended(&self, _: &A, state: &Self::State, record: &Record<'_>) {
        if let Some(request) = self.inner(state, &record.request) {
            self.layers.ended(self.app, &state.layers, &Record { request, ..*record });
        }
    }

    #[cfg(feature = "ws")]
    fn ws_connect(&self, _: &A, state: &Self::State, request: &Request<'_>) {
        if let Some(request) = self.inner(state, request) {
            self.layers.ws_connect(self.app, &state.layers, &request);
        }
    }

    #[cfg(feature = "ws")]
    fn ws_message(
        &self,
        _: &A,
        state: &Self::State,
        request: &Request<'_>,
        message: &crate::Message<'_>,
    ) {
        if let Some(request) = self.inner(state, request) {
            self.layers.ws_message(self.app, &state.layers, &request, message);
        }
    }

    #[cfg(feature = "ws")]
    fn ws_disconnect(&self, _: &A, state: &Self::State, request: &Request<'_>) {
        if let Some(request) = self.inner(state, request) {
            self.layers.ws_disconnect(self.app, &state.layers, &request);
        }
    }

    fn server_start(&self, _: &A) {
        self.layers.server_start(self.app);
    }

    fn server_stop(&self, _: &A) {
        self.layers.server_stop(self.app);
    }

    fn crowded(&self, _: &A, used: usize, max: usize) {
        self.layers.crowded(self.app, used, max);
    }

    fn request_id<'r>(&'r self, state: &'r Self::State, request: &Request<'r>) -> Option<&'r [u8]> {
        self.layers.request_id(&state.layers, &self.inner(state, request)?)
    }

    fn find<'s>(&self, state: &'s Self::State, wanted: TypeId) -> Option<&'s dyn Any> {
        self.layers.find(&state.layers, wanted)
    }
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

    fn pre_validation(
        &self,
        app: &A,
        state: &mut L::State,
        arrival: &mut Arrival<'_, '_>,
    ) -> Verdict {
        if !self.is_on(&arrival.request) {
            return Ok(());
        }
        self.layers.on_request(app, state, arrival)?;
        self.layers.pre_validation(app, state, arrival)
    }

    fn pre_handler(&self, app: &A, state: &L::State, request: &Request<'_>) -> Verdict {
        if self.is_on(request) { self.layers.pre_handler(app, state, request) } else { Ok(()) }
    }

    fn on_error(&self, app: &A, state: &L::State, request: &Request<'_>, problem: &mut Problem) {
        if self.is_on(request) {
            self.layers.on_error(app, state, request, problem);
        }
    }

    fn on_response(
        &self,
        app: &A,
        state: &L::State,
        request: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        if self.is_on(request) {
            self.layers.on_response(app, state, request, status, lines);
        }
    }

    fn ended(&self, app: &A, state: &L::State, record: &Record<'_>) {
        if self.is_on(&record.request) {
            self.layers.ended(app, state, record);
        }
    }

    #[cfg(feature = "ws")]
    fn ws_connect(&self, app: &A, state: &L::State, request: &Request<'_>) {
        if self.is_on(request) {
            self.layers.ws_connect(app, state, request);
        }
    }

    #[cfg(feature = "ws")]
    fn ws_message(
        &self,
        app: &A,
        state: &L::State,
        request: &Request<'_>,
        message: &crate::Message<'_>,
    ) {
        if self.is_on(request) {
            self.layers.ws_message(app, state, request, message);
        }
    }

    #[cfg(feature = "ws")]
    fn ws_disconnect(&self, app: &A, state: &L::State, request: &Request<'_>) {
        if self.is_on(request) {
            self.layers.ws_disconnect(app, state, request);
        }
    }

    fn server_start(&self, app: &A) {
        self.layers.server_start(app);
    }

    fn server_stop(&self, app: &A) {
        self.layers.server_stop(app);
    }

    fn crowded(&self, app: &A, used: usize, max: usize) {
        self.layers.crowded(app, used, max);
    }

    fn request_id<'r>(&'r self, state: &'r L::State, request: &Request<'r>) -> Option<&'r [u8]> {
        if self.is_on(request) { self.layers.request_id(state, request) } else { None }
    }

    fn find<'s>(&self, state: &'s L::State, wanted: TypeId) -> Option<&'s dyn Any> {
        self.layers.find(state, wanted)
    }
}
