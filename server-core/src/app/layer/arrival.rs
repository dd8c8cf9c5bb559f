//! A request whose head is complete, as layers see it before it is answered.

use core::net::IpAddr;

use crate::app::problem::Problem;
use crate::app::request::Request;
use crate::connection::Connection;
use crate::http::status::Status;
use crate::time::Instant;

use super::Verdict;

/// What a layer can ask of the machine.
pub(crate) trait Machine {
    fn peer(&self) -> Option<IpAddr>;
    fn entropy(&mut self) -> Option<[u8; 16]>;
    fn unix_seconds(&self) -> Option<u64>;
}

/// A request on its way to a handler, and what a layer may ask and decide on the way.
pub struct Arrival<'a, 'x> {
    pub(super) request: Request<'x>,
    pub(super) connection: &'a mut Connection,
    pub(super) machine: &'a mut dyn Machine,
}

impl<'a, 'x> Arrival<'a, 'x> {
    pub(crate) fn new(
        request: Request<'x>,
        connection: &'a mut Connection,
        machine: &'a mut dyn Machine,
    ) -> Self {
        Self { request, connection, machine }
    }

    /// The request.
    pub const fn request(&self) -> &Request<'x> {
        &self.request
    }

    /// Now, on the driver's clock.
    pub const fn now(&self) -> Instant {
        self.connection.now()
    }

    /// The time of day in seconds since 1970, if the machine knows it.
    pub fn unix_seconds(&self) -> Option<u64> {
        self.machine.unix_seconds()
    }

    /// Who is at the other end of the stream, if the driver knows.
    pub fn peer(&self) -> Option<IpAddr> {
        self.machine.peer()
    }

    /// Bytes that nobody can guess, others at each call, if the machine has some.
    pub fn entropy(&mut self) -> Option<[u8; 16]> {
        self.machine.entropy()
    }

    /// The content of this request has at most so many bytes, whatever the server's limits allow.
    ///
    /// # Errors
    ///
    /// 413, if the request has declared more. Chunks that turn out to be more are answered the
    /// same way as they come.
    pub fn limit_content(&mut self, bytes_max: u64) -> Verdict {
        if self.connection.limit_content(bytes_max) {
            return Ok(());
        }
        Err(Problem::new(Status::CONTENT_TOO_LARGE, "the content is too large for this").into())
    }

    /// The handler has at most so many milliseconds to begin its answer, or it is answered 503,
    /// whatever the server's limits allow.
    pub fn limit_handler(&mut self, millis_max: u32) {
        self.connection.limit_handler(millis_max);
    }
}
