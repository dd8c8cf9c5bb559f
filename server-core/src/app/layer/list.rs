//! Layers, one behind the other: a list in which each pair is what came before and one more.

use core::any::{Any, TypeId};

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

    fn on_request(&self, app: &A, state: &mut L::State, arrival: &mut Arrival<'_, '_>) -> Verdict {
        (**self).on_request(app, state, arrival)
    }

    fn pre_validation(
        &self,
        app: &A,
        state: &mut L::State,
        arrival: &mut Arrival<'_, '_>,
    ) -> Verdict {
        (**self).pre_validation(app, state, arrival)
    }

    fn pre_handler(&self, app: &A, state: &L::State, request: &Request<'_>) -> Verdict {
        (**self).pre_handler(app, state, request)
    }

    fn on_error(&self, app: &A, state: &L::State, request: &Request<'_>, problem: &mut Problem) {
        (**self).on_error(app, state, request, problem);
    }

    fn on_response(
        &self,
        app: &A,
        state: &L::State,
        request: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        (**self).on_response(app, state, request, status, lines);
    }

    fn ended(&self, app: &A, state: &L::State, record: &Record<'_>) {
        (**self).ended(app, state, record);
    }

    #[cfg(feature = "ws")]
    fn ws_connect(&self, app: &A, state: &L::State, request: &Request<'_>) {
        (**self).ws_connect(app, state, request);
    }

    #[cfg(feature = "ws")]
    fn ws_message(
        &self,
        app: &A,
        state: &L::State,
        request: &Request<'_>,
        message: &crate::Message<'_>,
    ) {
        (**self).ws_message(app, state, request, message);
    }

    #[cfg(feature = "ws")]
    fn ws_disconnect(&self, app: &A, state: &L::State, request: &Request<'_>) {
        (**self).ws_disconnect(app, state, request);
    }

    fn server_start(&self, app: &A) {
        (**self).server_start(app);
    }

    fn server_stop(&self, app: &A) {
        (**self).server_stop(app);
    }

    fn crowded(&self, app: &A, used: usize, max: usize) {
        (**self).crowded(app, used, max);
    }

    fn request_id<'r>(&'r self, state: &'r L::State, request: &Request<'r>) -> Option<&'r [u8]> {
        (**self).request_id(state, request)
    }

    fn find<'s>(&self, state: &'s L::State, wanted: TypeId) -> Option<&'s dyn Any> {
        (**self).find(state, wanted)
    }
}

/// The first, then the second; if the first stops a request, the second does not see it arrive.
impl<A: ?Sized, L: Layer<A>, M: Layer<A>> Layer<A> for (L, M) {
    type State = (L::State, M::State);

    const IS_NOTHING: bool = L::IS_NOTHING && M::IS_NOTHING;

    fn on_request(
        &self,
        app: &A,
        state: &mut Self::State,
        arrival: &mut Arrival<'_, '_>,
    ) -> Verdict {
        self.0.on_request(app, &mut state.0, arrival)?;
        self.1.on_request(app, &mut state.1, arrival)
    }

    fn pre_validation(
        &self,
        app: &A,
        state: &mut Self::State,
        arrival: &mut Arrival<'_, '_>,
    ) -> Verdict {
        self.0.pre_validation(app, &mut state.0, arrival)?;
        self.1.pre_validation(app, &mut state.1, arrival)
    }

    fn pre_handler(&self, app: &A, state: &Self::State, request: &Request<'_>) -> Verdict {
        self.0.pre_handler(app, &state.0, request)?;
        self.1.pre_handler(app, &state.1, request)
    }

    fn on_error(&self, app: &A, state: &Self::State, request: &Request<'_>, problem: &mut Problem) {
        self.0.on_error(app, &state.0, request, problem);
        self.1.on_error(app, &state.1, request, problem);
    }

    fn on_response(
        &self,
        app: &A,
        state: &Self::State,
        request: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
        self.0.on_response(app, &state.0, request, status, lines);
        self.1.on_response(app, &state.1, request, status, lines);
    }

    fn ended(&self, app: &A, state: &Self::State, record: &Record<'_>) {
        self.0.ended(app, &state.0, record);
        self.1.ended(app, &state.1, record);
    }

    #[cfg(feature = "ws")]
    fn ws_connect(&self, app: &A, state: &Self::State, request: &Request<'_>) {
        self.0.ws_connect(app, &state.0, request);
        self.1.ws_connect(app, &state.1, request);
    }

    #[cfg(feature = "ws")]
    fn ws_message(
        &self,
        app: &A,
        state: &Self::State,
        request: &Request<'_>,
        message: &crate::Message<'_>,
    ) {
        self.0.ws_message(app, &state.0, request, message);
        self.1.ws_message(app, &state.1, request, message);
    }

    #[cfg(feature = "ws")]
    fn ws_disconnect(&self, app: &A, state: &Self::State, request: &Request<'_>) {
        self.0.ws_disconnect(app, &state.0, request);
        self.1.ws_disconnect(app, &state.1, request);
    }

    fn server_start(&self, app: &A) {
        self.0.server_start(app);
        self.1.server_start(app);
    }

    fn server_stop(&self, app: &A) {
        self.0.server_stop(app);
        self.1.server_stop(app);
    }

    fn crowded(&self, app: &A, used: usize, max: usize) {
        self.0.crowded(app, used, max);
        self.1.crowded(app, used, max);
    }

    fn request_id<'r>(&'r self, state: &'r Self::State, request: &Request<'r>) -> Option<&'r [u8]> {
        self.0.request_id(&state.0, request).or_else(|| self.1.request_id(&state.1, request))
    }

    fn find<'s>(&self, state: &'s Self::State, wanted: TypeId) -> Option<&'s dyn Any> {
        self.0.find(&state.0, wanted).or_else(|| self.1.find(&state.1, wanted))
    }
}
