//! What a user writes: a table of routes, and handlers that are plain `async fn`s.
//!
//! ```
//! use samewire::{App, Json, Result, Status, app};
//!
//! struct Panel { rooms: u32 }
//!
//! app! { for Panel;
//!     get  "/rooms"            => rooms;
//!     post "/rooms/{room:u32}" => book(path, text);
//! }
//!
//! async fn rooms(panel: &Panel) -> Json<u32> {
//!     Json(panel.rooms)
//! }
//!
//! async fn book(panel: &Panel, room: u32, guest: samewire::Text<'_>) -> Result<Status> {
//!     if room >= panel.rooms || guest.is_empty() {
//!         return Err(samewire::Problem::unprocessable("no such room, or no guest"));
//!     }
//!     Ok(Status::CREATED)
//! }
//! # assert_eq!(Panel::ROUTES.len(), 2);
//! ```
//!
//! The table is `const` data that the router, `405`'s `Allow` and `OPTIONS` all read. A handler
//! takes the app, and behind it what its route asks for in parentheses, in that order:
//!
//! | word | the handler's parameter |
//! | --- | --- |
//! | `request` | [`Request`]: method, target, field lines |
//! | `state` | `&S`: what a [layer] has handed on, its [`State`](layer::Layer::State) |
//! | `path` | what the braces of the path hold: a [`FromPath`](path::FromPath) |
//! | `query` | [`Query`]: the pairs behind the `?`, or another [`FromQuery`] |
//! | `json` | [`Json<T>`](json::Json): the content, deserialized |
//! | `form` | [`Form`]: the pairs of a form, or another [`FromForm`] |
//! | `multipart` | [`Multipart`]: a form with files, part by part, in constant memory |
//! | `text` | [`Text`]: the content as UTF-8 |
//! | `bytes` | [`Bytes`]: the content |
//! | `body` | [`Body`]: the content, piece by piece, in constant memory |
//! | `response` | [`Response`]: to stream an answer |
//! | `time` | [`Time`]: to wait for a while, or every so often |
//! | `sse` | [`Events`](sse::Events): to stream events to a browser |
//! | `ws` | [`WebSocket`](websocket::WebSocket) |
//! | `handshake` | [`Handshake`](handshake::Handshake): to choose a subprotocol, or to refuse |
//!
//! `path`, `query`, `json` and `form` also make a [`Valid<T>`](schema::Valid) of a type that
//! [`schema!`](mod@schema) declares, or answer 422 with all that is wrong.
//!
//! What it returns answers the request: see [`Respond`]. A `ws` route has been answered by its
//! handshake; its handler returns nothing, or a [`Result`] that tells the peer what failed.
//!
//! What an app does beside answering requests is a row as well: [`background`](mod@background).
//!
//! What one connection does others can hear, in memory that does not grow, whoever is slow:
//!
//! | | |
//! | --- | --- |
//! | [`Topic`](topic::Topic) | the last values of something, for any handler that waits for news |
//! | `Broadcast` | messages for all WebSockets, each encoded once |
//! | `Rooms` | the same for who is in one room |
//! | [`select`] | waits for the first of two: for the peer, or for news |

pub mod background;
mod body;
#[cfg(feature = "ws")]
pub mod broadcast;
mod complaint;
mod conflict;
#[cfg(all(feature = "json", feature = "ws"))]
pub mod converse;
mod cookies;
mod entropy;
mod exchange;
pub mod files;
#[doc(hidden)]
pub mod flatten;
#[doc(hidden)]
pub mod form;
pub mod format;
#[doc(hidden)]
pub mod handler;
#[cfg(feature = "ws")]
pub mod handshake;
mod index;
#[cfg(feature = "json")]
pub mod json;
pub mod layer;
mod media_type;
#[doc(hidden)]
pub mod mistake;
mod multipart;
pub mod path;
mod pattern;
mod percent;
pub mod places;
pub mod plugin;
mod problem;
mod query;
pub mod queue;
pub mod ram;
mod redirect;
mod refuse;
pub mod regular;
mod request;
mod respond;
mod response;
#[cfg(feature = "ws")]
pub mod rooms;
pub mod route;
pub mod schema;
mod select;
mod serve;
pub mod sse;
mod table;
pub mod time;
pub mod topic;
pub mod transport;
mod wakers;
#[cfg(feature = "ws")]
pub mod websocket;
mod with;
#[doc(hidden)]
pub mod words;

pub use background::background;
pub use body::{Body, Bytes, Interrupted, Text};
pub use cookies::{Cookie, Cookies, SameSite};
pub use entropy::FixedEntropy;
pub use exchange::Exchange;
pub use form::{Form, FromForm, Pairs};
pub use multipart::{Multipart, Part};
pub use percent::{Encoded, percent_encode};
pub use problem::{Problem, ProblemKind, Result};
pub use query::{FromQuery, Query, Room};
pub use redirect::Redirect;
pub use refuse::refuse;
pub use request::Request;
pub use respond::{Rendered, Respond, respond};
pub use response::{BodyWriter, Response};
pub use select::{Either, select};
pub use serve::serve;
pub use with::{Field, With};

use core::convert::Infallible;
use core::future::{Future, ready};
use layer::Layers;
use route::Route;
use time::Time;

/// What cannot fail, for the macros.
#[doc(hidden)]
pub const fn infallible<T>(value: T) -> core::result::Result<T, Infallible> {
    Ok(value)
}

/// A server's behaviour: implemented by [`app!`](macro@crate::app).
pub trait App {
    /// The table of routes.
    const ROUTES: &'static [Route];

    /// What stands around the handlers.
    fn layers(&self) -> impl Layers<Self> {}

    /// Calls the handler of the route with this index, and answers with what it returns.
    fn call<'x>(&'x self, route: usize, exchange: &'x Exchange<'x>) -> impl Future<Output = ()>;

    /// What the app does beside answering requests: see [`background`](mod@background).
    fn background<'x>(&'x self, time: Time<'x>) -> impl Future<Output = ()> {
        let _ = time;
        ready(())
    }
}
