//! One request with the layers around it, from its head to its end. An app without layers has a
//! frame of nothing, so that it pays for none.

use core::any::{Any, TypeId};
use core::cell::Cell;
use core::task::Poll;

use super::{Arrival, Layer, Record, Stop};
use crate::app::exchange::Exchange;
use crate::app::problem::Problem;
use crate::app::request::Request;
use crate::app::respond::Respond;
use crate::http::lines::{FieldLines, Lines};
use crate::http::response::ResponseHead;
use crate::http::status::Status;
use crate::time::Instant;

/// All the layers of an app: `()`, or a list of pairs.
pub trait Layers<A: ?Sized>: Layer<A> {
    /// What one request keeps of them.
    #[doc(hidden)]
    type Frame<'x>: Frame<'x>
    where
        Self: 'x,
        A: 'x;

    /// Around a request.
    #[doc(hidden)]
    fn frame<'x>(&'x self, app: &'x A, arrival: &mut Arrival<'_, 'x>) -> Self::Frame<'x>;
}

/// What `serve` asks of the layers around a request.
#[doc(hidden)]
#[expect(private_interfaces, reason = "nobody else implements or calls it")]
pub trait Frame<'x> {
    /// What sees that the request ends.
    type Guard<'g, 'e: 'g>
    where
        Self: 'g;

    /// The route is known, or that there is none.
    fn routed(&mut self, arrival: &mut Arrival<'_, 'x>, takes_words: bool);

    /// What a layer answers instead of the handler.
    fn stop(&self) -> Option<Stop>;

    /// What the exchange asks of the layers, if there are any.
    fn around(&self) -> Option<&dyn Around>;

    /// To be kept until the request is over.
    fn guard<'g, 'e>(&'g self, exchange: &'g Exchange<'e>) -> Self::Guard<'g, 'e>;
}

/// What is asked of the layers while a handler runs.
pub(crate) trait Around: Lines {
    /// Whether a layer stops the request before its handler.
    fn stops_handler(&self) -> bool;
    fn on_error(&self, problem: &mut Problem);
    /// Answers where there is no route, by a problem that layers hear of.
    fn answer_missing(&self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()>;
    fn find(&self, wanted: TypeId) -> Option<&dyn Any>;
    fn request_id(&self) -> Option<&[u8]>;
    #[cfg(feature = "ws")]
    fn ws_connect(&self);
    #[cfg(feature = "ws")]
    fn ws_message(&self, message: &crate::Message<'_>);
}

impl<A: ?Sized> Layers<A> for () {
    type Frame<'x>
        = ()
    where
        A: 'x;

    #[inline(always)]
    fn frame<'x>(&'x self, _: &'x A, _: &mut Arrival<'_, 'x>) -> Self::Frame<'x> {}
}

#[expect(private_interfaces, reason = "nobody else implements or calls it")]
impl<'x> Frame<'x> for () {
    type Guard<'g, 'e: 'g> = ();

    #[inline(always)]
    fn routed(&mut self, _: &mut Arrival<'_, 'x>, _: bool) {}

    #[inline(always)]
    fn stop(&self) -> Option<Stop> {
        None
    }

    #[inline(always)]
    fn around(&self) -> Option<&dyn Around> {
        None
    }

    #[inline(always)]
    fn guard<'g, 'e>(&'g self, _: &'g Exchange<'e>) -> Self::Guard<'g, 'e> {}
}

impl<A: ?Sized, L: Layer<A>, M: Layer<A>> Layers<A> for (L, M) {
    type Frame<'x>
        = Framed<'x, A, Self>
    where
        Self: 'x,
        A: 'x;

    fn frame<'x>(&'x self, app: &'x A, arrival: &mut Arrival<'_, 'x>) -> Self::Frame<'x> {
        let mut state = <Self as Layer<A>>::State::default();
        let (request, began) = (arrival.request, arrival.now());
        let stop = self.on_request(app, &mut state, arrival).err();
        let is_open = Cell::new(false);
        Framed { app, layers: self, state, request, began, stop: Cell::new(stop), is_open }
    }
}

/// A request with layers around it.
#[doc(hidden)]
pub struct Framed<'x, A: ?Sized, L: Layer<A>> {
    app: &'x A,
    layers: &'x L,
    state: L::State,
    request: Request<'x>,
    began: Instant,
    stop: Cell<Option<Stop>>,
    /// A WebSocket has been opened.
    is_open: Cell<bool>,
}

#[expect(private_interfaces, reason = "nobody else implements or calls it")]
impl<'x, A: ?Sized, L: Layer<A>> Frame<'x> for Framed<'x, A, L> {
    type Guard<'g, 'e: 'g>
        = Guard<'g, 'x, 'e, A, L>
    where
        Self: 'g;

    fn routed(&mut self, arrival: &mut Arrival<'_, 'x>, takes_words: bool) {
        self.request = arrival.request;
        if self.stop.get().is_none() {
            let stop = self.layers.pre_validation(self.app, &mut self.state, arrival).err();
            self.stop.set(stop);
        }
        // Where there is nothing to wait for, the handler is next.
        if !takes_words && arrival.request.route_index().is_some() {
            self.stops_handler();
        }
    }

    fn stop(&self) -> Option<Stop> {
        self.stop.get()
    }

    fn around(&self) -> Option<&dyn Around> {
        Some(self)
    }

    fn guard<'g, 'e>(&'g self, exchange: &'g Exchange<'e>) -> Self::Guard<'g, 'e> {
        Guard { frame: self, exchange }
    }
}

impl<A: ?Sized, L: Layer<A>> Lines for Framed<'_, A, L> {
    fn put(&self, status: Status, to: &mut FieldLines<'_, '_>) {
        self.layers.on_response(self.app, &self.state, &self.request, status, to);
    }
}

impl<A: ?Sized, L: Layer<A>> Around for Framed<'_, A, L> {
    fn stops_handler(&self) -> bool {
        if self.stop.get().is_none() {
            self.stop.set(self.layers.pre_handler(self.app, &self.state, &self.request).err());
        }
        self.stop.get().is_some()
    }

    fn on_error(&self, problem: &mut Problem) {
        self.layers.on_error(self.app, &self.state, &self.request, problem);
    }

    fn answer_missing(&self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        Problem::new(head.status, "").poll_respond(head, exchange)
    }

    fn find(&self, wanted: TypeId) -> Option<&dyn Any> {
        self.layers.find(&self.state, &self.request, wanted)
    }

    fn request_id(&self) -> Option<&[u8]> {
        self.layers.request_id(&self.state, &self.request)
    }

    #[cfg(feature = "ws")]
    fn ws_connect(&self) {
        self.is_open.set(true);
        self.layers.ws_connect(self.app, &self.state, &self.request);
    }

    #[cfg(feature = "ws")]
    fn ws_message(&self, message: &crate::Message<'_>) {
        self.layers.ws_message(self.app, &self.state, &self.request, message);
    }
}

/// Tells the layers that the request is over, also when the whole connection is dropped.
#[doc(hidden)]
pub struct Guard<'g, 'x, 'e, A: ?Sized, L: Layer<A>> {
    frame: &'g Framed<'x, A, L>,
    exchange: &'g Exchange<'e>,
}

impl<A: ?Sized, L: Layer<A>> Drop for Guard<'_, '_, '_, A, L> {
    fn drop(&mut self) {
        let Framed { app, layers, state, request, began, is_open, .. } = self.frame;
        #[cfg(feature = "ws")]
        if is_open.get() {
            layers.ws_disconnect(app, state, request);
        }
        let _ = is_open;
        let (status, now) = self
            .exchange
            .with((None, *began), |wire| (wire.connection().answered(), wire.connection().now()));
        let request_id = layers.request_id(state, request);
        let millis = now.millis_since(*began);
        layers.ended(app, state, &Record { request: *request, status, millis, request_id });
    }
}
