//! What a handler and the driver share while one request is answered. No borrow of it ever lives
//! across an await, so none is ever found taken; if one were, nothing would happen, not a panic.

use core::any::TypeId;
use core::cell::{Cell, RefCell};
use core::task::Poll;

use super::layer::Around;
use super::request::Request;
use super::route::Route;
use super::time::{Ticks, Time};
use crate::connection::{Collected, Piece, Wire};
use crate::time::Instant;

/// Longer than any handler waits, in milliseconds.
const NEVER: u32 = u32::MAX;

/// One request on its way to an answer.
pub struct Exchange<'x> {
    wire: RefCell<Wire<'x>>,
    request: Request<'x>,
    route: Option<&'static Route>,
    around: Option<&'x dyn Around>,
    /// In how many milliseconds the handler wants to be polled again; the most of them is never.
    alarm: Cell<u32>,
}

impl<'x> Exchange<'x> {
    pub(super) fn new(
        wire: Wire<'x>,
        request: Request<'x>,
        route: Option<&'static Route>,
        around: Option<&'x dyn Around>,
    ) -> Self {
        Self { wire: RefCell::new(wire), request, route, around, alarm: Cell::new(NEVER) }
    }

    /// Before each poll of the handler, which tells anew until when it waits.
    pub(super) fn forget_alarm(&self) {
        self.alarm.set(NEVER);
    }

    /// When the handler wants to be polled again at the latest.
    pub(super) fn alarm(&self) -> Option<Instant> {
        let left = self.alarm.get();
        (left != NEVER).then(|| self.now().after_millis(left))
    }

    /// The handler's clock.
    #[doc(hidden)]
    pub const fn time(&self) -> Time<'_> {
        Time(self)
    }

    /// The layers around the handler, if the app has any.
    pub(super) const fn around(&self) -> Option<&'x dyn Around> {
        self.around
    }

    /// Whether a layer answers instead of the handler, whose words have all been taken.
    #[doc(hidden)]
    #[inline(never)]
    pub fn stops_handler(&self) -> bool {
        self.around.is_some_and(Around::stops_handler)
    }

    /// The id that a layer has given the request.
    pub fn request_id(&self) -> Option<&[u8]> {
        self.around?.request_id()
    }

    /// The state of a layer around this request.
    #[doc(hidden)]
    pub fn state<T: 'static>(&self) -> Option<&'x T> {
        self.around?.find(TypeId::of::<T>())?.downcast_ref()
    }

    /// The request that is answered.
    pub const fn request(&self) -> Request<'x> {
        self.request
    }

    /// The route that was found.
    pub const fn route(&self) -> Option<&'static Route> {
        self.route
    }

    /// Runs `act` on the connection; `otherwise` stands in if that is impossible.
    #[inline(always)]
    pub(super) fn with<R>(&self, otherwise: R, act: impl FnOnce(&mut Wire<'x>) -> R) -> R {
        match self.wire.try_borrow_mut() {
            Ok(mut wire) => act(&mut wire),
            Err(_) => otherwise,
        }
    }

    #[inline(never)]
    pub(super) fn piece(&self) -> Piece {
        self.with(Piece::More, Wire::piece)
    }

    #[inline(never)]
    pub(super) fn collect(&self) -> Collected {
        self.with(Collected::More, Wire::collect)
    }

    /// The receive buffer moves into the caller's handle: while it is there, the driver finds no
    /// room to read into, and that is the back-pressure.
    #[inline(never)]
    pub(super) fn lend(&self) -> &'x mut [u8] {
        self.with(&mut [], Wire::lend_receive)
    }

    #[inline(never)]
    pub(super) fn give_back(&self, buffer: &'x mut [u8], took: usize) {
        self.with((), |wire| {
            wire.return_receive(buffer);
            wire.took(took);
        });
    }

    /// Gives back the buffer, but for so many bytes at its front, which stay.
    #[inline(never)]
    pub(super) fn give_back_but(&self, buffer: &'x mut [u8], took: usize, held: usize) {
        self.with((), |wire| {
            wire.return_receive(buffer);
            wire.took(took);
            wire.hold(held);
        });
    }

    #[inline(never)]
    pub(super) fn give_back_all(&self, buffer: &'x mut [u8]) {
        self.with((), |wire| {
            wire.return_receive(buffer);
            wire.release();
        });
    }

    #[inline(never)]
    pub(super) fn write(&self, data: &[u8]) -> usize {
        self.with(0, |wire| wire.write(data))
    }

    #[inline(never)]
    pub(super) fn finish(&self) -> Poll<()> {
        self.with(Poll::Pending, Wire::finish)
    }
}

impl Ticks for Exchange<'_> {
    fn now(&self) -> Instant {
        self.with(Instant::ZERO, |wire| wire.connection().now())
    }

    fn is_closing(&self) -> bool {
        self.with(false, |wire| wire.connection().is_draining())
    }

    fn wait_until(&self, at: Instant) {
        let left = at.millis_since(self.now()).min(NEVER - 1);
        self.alarm.set(self.alarm.get().min(left));
    }
}
