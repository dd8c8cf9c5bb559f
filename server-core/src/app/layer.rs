//! What stands around the handlers: layers, which see each request before its handler and each
//! answer before it leaves.
//!
//! A layer decides by the head alone and never waits, so it is plain functions; what waits is a
//! handler's matter. Layers are part of the table:
//!
//! ```
//! use samewire::app::layer::{Arrival, Layer, Verdict};
//! use samewire::{Problem, Request, Status, app};
//!
//! struct Panel { doors: Doors }
//!
//! app! { for panel: Panel;
//!     layers [&panel.doors];
//!     get "/hello" => hello;
//! }
//!
//! async fn hello(_: &Panel) -> &'static str { "Hello!\n" }
//!
//! /// Lets requests in while it is open.
//! struct Doors { open: core::cell::Cell<bool> }
//!
//! impl<A> Layer<A> for Doors {
//!     type State = ();
//!
//!     fn on_request(&self, _: &A, _: &mut (), _: &mut Arrival<'_, '_>) -> Verdict {
//!         if self.open.get() { return Ok(()) }
//!         Err(Problem::new(Status::SERVICE_UNAVAILABLE, "closed for today").into())
//!     }
//! }
//! ```
//!
//! They come in the order of the source, and all that is here is composed by the compiler: what
//! an app does not use is not there.
//!
//! | stage | when | may stop |
//! | --- | --- | --- |
//! | [`on_request`](Layer::on_request) | the head is complete; before routing | yes |
//! | [`pre_validation`](Layer::pre_validation) | the route is known, its words are not yet read | yes |
//! | [`pre_handler`](Layer::pre_handler) | what the route's words ask for is there and valid | yes |
//! | [`on_error`](Layer::on_error) | a [`Problem`] is about to be answered | changes it |
//! | [`on_response`](Layer::on_response) | the head of an answer is written | adds lines |
//! | [`ended`](Layer::ended) | the request is over, whatever became of it | |
//!
//! These come with the library; in a table they are best in this order:
//!
//! | layer | what it does |
//! | --- | --- |
//! | [`RequestId`] | names each request: `X-Request-ID` |
//! | [`Log`] | hands a record of each request to a function, without its secrets |
//! | [`SecurityHeaders`] | tells browsers what not to do with an answer |
//! | [`CacheControl`] | tells caches what to keep of it |
//! | [`Cors`] | answers preflights, and says which other pages may read |
//! | [`RateLimit`] | 429 for who asks too often |
//! | [`SameOrigin`] | 403 for what other people's pages send, WebSockets too |
//! | [`ApiKey`], [`Basic`], [`Bearer`], [`Jwt`] | 401 for who has no good key, password or token |
//! | [`BodyLimit`], [`Timeout`] | bound content and handlers more tightly than the server does |

mod api_key;
mod arrival;
mod base64;
mod basic;
mod bearer;
mod bounds;
mod bucket;
mod cache_control;
mod challenge;
mod check;
mod cors;
mod credentials;
mod frame;
#[cfg(feature = "jwt")]
mod jwt;
mod list;
mod log;
mod origin;
mod put;
mod rate_limit;
mod request_id;
mod same_origin;
mod scope;
mod secret;
mod security;
mod stages;
mod uuid;

pub use api_key::ApiKey;
pub use arrival::Arrival;
pub(super) use arrival::Machine;
pub use basic::{Basic, LOGIN_BYTES_MAX};
pub use bearer::{Access, Bearer, TokenError, Tokens};
pub use bounds::{BodyLimit, Timeout};
pub use cache_control::CacheControl;
pub use check::{Account, AnyOf, Check, Login};
pub use cors::{Allows, AnyOrigin, Cors, Origins};
pub(super) use frame::Around;
pub use frame::{Frame, Layers};
#[cfg(feature = "jwt")]
pub use jwt::{Algorithm, Claims, Hs256, Hs384, Hs512, Jwt};
pub use log::{Entry, Log, redacted};
#[doc(hidden)]
pub use put::{IsLayer, Put};
pub use rate_limit::{Client, Forwarded, Peer, RateLimit};
pub use request_id::{MadeId, REQUEST_ID_BYTES_MAX, RequestId};
pub use same_origin::SameOrigin;
#[doc(hidden)]
pub use scope::{OnRoute, Scoped};
pub use secret::is_same;
pub use security::SecurityHeaders;

use super::exchange::Exchange;
use super::problem::Problem;
use super::request::Request;
use super::respond::Respond;
use crate::http::lines::FieldLines;
use crate::http::response::ResponseHead;
use crate::http::status::Status;
use core::any::{Any, TypeId};
use core::task::Poll;

/// Whether a request may go on.
pub type Verdict = Result<(), Stop>;

/// What a layer answers instead of the handler. Field lines come by its
/// [`on_response`](Layer::on_response).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// An error.
    Problem(Problem),
    /// A status without content.
    Status(Status),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Status> for Stop {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

impl Respond for Stop {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        match self {
            Self::Problem(problem) => problem.poll_respond(head, exchange),
            Self::Status(status) => status.poll_respond(head, exchange),
        }
    }
}

/// What a handler asks for by the word `state`.
#[doc(hidden)]
pub fn state<'x, S: 'static>(exchange: &'x Exchange<'x>) -> Result<&'x S, Problem> {
    // A route may ask for the state of a layer that is not around it.
    exchange.state().ok_or(Problem::new(Status::INTERNAL_SERVER_ERROR, "no layer has this state"))
}

/// How a request ended.
#[derive(Clone, Copy)]
pub struct Record<'r> {
    pub(super) request: Request<'r>,
    pub(super) status: Option<Status>,
    pub(super) millis: u32,
    pub(super) request_id: Option<&'r [u8]>,
}

impl<'r> Record<'r> {
    /// The request.
    pub const fn request(&self) -> &Request<'r> {
        &self.request
    }

    /// What was answered, 101 for a WebSocket; `None` if the connection was gone before.
    pub const fn status(&self) -> Option<Status> {
        self.status
    }

    /// Milliseconds from the complete head to the end of the answer, or of the WebSocket.
    pub const fn millis(&self) -> u32 {
        self.millis
    }

    /// The id that a layer has given the request.
    pub const fn request_id(&self) -> Option<&'r [u8]> {
        self.request_id
    }
}

/// One layer around the handlers of the app `A`; whatever it does not care for is left to these
/// defaults. A layer for any app is written `impl<A> Layer<A> for …`.
#[expect(unused_variables, reason = "names for who implements them")]
pub trait Layer<A: ?Sized> {
    /// What the layer keeps while one request is answered. A handler gets at it by the word
    /// `state`: this is how a layer hands something on.
    type State: Default + 'static;

    /// There is no layer at all: whoever holds these need not ask them.
    #[doc(hidden)]
    const IS_NOTHING: bool = false;

    /// A head is complete. Routing comes next, unless the layer stops it.
    fn on_request(
        &self,
        app: &A,
        state: &mut Self::State,
        arrival: &mut Arrival<'_, '_>,
    ) -> Verdict {
        Ok(())
    }

    /// The route is known, and nothing of the content has been read. Also comes where there is no
    /// route.
    fn pre_validation(
        &self,
        app: &A,
        state: &mut Self::State,
        arrival: &mut Arrival<'_, '_>,
    ) -> Verdict {
        Ok(())
    }

    /// Everything that the route's words ask for has come and is valid; the handler is next.
    fn pre_handler(&self, app: &A, state: &Self::State, request: &Request<'_>) -> Verdict {
        Ok(())
    }

    /// A problem is about to be answered, by whomever but the connection itself, which answers
    /// what breaks the protocol. May come more than once for one answer, with the same problem.
    fn on_error(&self, app: &A, state: &Self::State, request: &Request<'_>, problem: &mut Problem) {
    }

    /// The head of an answer is written. May come more than once for one answer: the same lines
    /// each time.
    fn on_response(
        &self,
        app: &A,
        state: &Self::State,
        request: &Request<'_>,
        status: Status,
        lines: &mut FieldLines<'_, '_>,
    ) {
    }

    /// The request is over: exactly once for each, whatever the end was. For a WebSocket, its end.
    fn ended(&self, app: &A, state: &Self::State, record: &Record<'_>) {}

    /// A WebSocket has been opened.
    #[cfg(feature = "ws")]
    fn ws_connect(&self, app: &A, state: &Self::State, request: &Request<'_>) {}

    /// A whole message has come, and the handler takes it.
    #[cfg(feature = "ws")]
    fn ws_message(
        &self,
        app: &A,
        state: &Self::State,
        request: &Request<'_>,
        message: &crate::Message<'_>,
    ) {
    }

    /// A WebSocket is over: exactly once for each that was opened, whatever the end was.
    #[cfg(feature = "ws")]
    fn ws_disconnect(&self, app: &A, state: &Self::State, request: &Request<'_>) {}

    /// The server is about to accept its first connection.
    fn server_start(&self, app: &A) {}

    /// The server has served its last connection.
    fn server_stop(&self, app: &A) {}

    /// So many of the server's places for connections are taken that it is worth a warning.
    fn crowded(&self, app: &A, used: usize, max: usize) {}

    /// The id that this layer has given the request.
    fn request_id<'r>(&'r self, state: &'r Self::State, request: &Request<'r>) -> Option<&'r [u8]> {
        None
    }

    /// The state of this type, for the word `state`.
    #[doc(hidden)]
    fn find<'s>(
        &self,
        state: &'s Self::State,
        request: &Request<'_>,
        wanted: TypeId,
    ) -> Option<&'s dyn Any> {
        (TypeId::of::<Self::State>() == wanted).then_some(state)
    }
}
