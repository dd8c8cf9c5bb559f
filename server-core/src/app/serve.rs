//! One connection from accept to close, as one future: it moves bytes between the transport and
//! the connection, and lets handlers answer what the connection has found.

use core::future::{Future, poll_fn};
use core::marker::PhantomData;
use core::net::IpAddr;
use core::pin::pin;
use core::task::{Context, Poll, ready};

use super::App;
use super::exchange::Exchange;
use super::layer::{Arrival, Frame, Layers, Machine};
use super::request::Request;
use super::respond::Respond;
use super::route::Route;
use super::table;
use super::transport::{Clock, Transport};
use crate::connection::state::State;
use crate::connection::{Connection, Input, Output, Wire};
use crate::http::lines::Lines;
use crate::http::response::ResponseHead;
use crate::limits::Limits;
use crate::time::Instant;

/// Serves `app` on one connection until it is over. Runs under any executor, one future for each
/// connection; nothing is boxed, nothing has to be `Send` or `'static`.
///
/// The buffers must be as large as the limits ask ([`Limits::fits`]); if they are not, the
/// connection is ended at once.
// rfc9112-9.3.2-pipeline-order
#[expect(clippy::manual_async_fn, reason = "this form is smaller on ARMv6-M")]
pub fn serve<'s, A: App, T: Transport, C: Clock>(
    app: &'s A,
    transport: &'s mut T,
    clock: &'s mut C,
    receive: &'s mut [u8],
    send: &'s mut [u8],
    limits: &'s Limits,
) -> impl Future<Output = ()> + 's {
    async move {
        let mut connection = Connection::new(clock.now(), limits);
        let mut driver = Driver {
            app: PhantomData::<&A>,
            transport,
            clock,
            has_begun: false,
            has_drained: false,
        };
        let layers = layers_of(app);
        let mut date = None;
        if limits.fits(receive.len(), send.len()).is_err() {
            return;
        }
        loop {
            let head_bytes = {
                let mut wire = connection.lend(limits, &mut *receive, &mut *send, &mut date);
                poll_fn(|cx| driver.poll_head(&mut wire, cx)).await
            };
            let Some(head_bytes) = head_bytes else { return };
            // The head stands frozen in front while it is answered; what follows it is the
            // receive buffer of this exchange.
            let from = connection.unread_at();
            let frozen = from + head_bytes;
            let Some((front, behind)) = receive.split_at_mut_checked(frozen) else { return };
            let head = *connection.judged_head();
            let request = Request::new(front.get(from..).unwrap_or_default(), &head);
            connection.freeze(frozen);
            let is_open = {
                // Nothing but the frame is kept across a wait: a value that was lent would be.
                let mut frame =
                    layers.frame(app, &mut Arrival::new(request, &mut connection, &mut driver));
                let index = table::find::<A>(&{ request });
                let route = index.and_then(|index| A::ROUTES.get(index));
                let request = request.with_route(index);
                frame.routed(
                    &mut Arrival::new(request, &mut connection, &mut driver),
                    route.is_some_and(|route| route.takes_words),
                );
                let around = frame.around();
                let lines = around.map(|around| around as &dyn Lines);
                let wire = connection.lend(limits, behind, &mut *send, &mut date).around(lines);
                let exchange = Exchange::new(wire, request, route, around);
                let _guard = frame.guard(&exchange);
                // Where there is no route, this does nothing and is never asked.
                let mut handler = pin!(app.call(index.unwrap_or(usize::MAX), &exchange));
                let mut answer = |cx: &mut Context<'_>| {
                    if let Some(mut stop) = frame.stop() {
                        return stop.poll_respond(&ResponseHead::OK, &exchange);
                    }
                    let answered = match route {
                        Some(_) => handler.as_mut().poll(cx),
                        None => table::answer_missing::<A>(&exchange),
                    };
                    // A layer may have stopped it since.
                    match frame.stop() {
                        Some(mut stop) => stop.poll_respond(&ResponseHead::OK, &exchange),
                        None => answered,
                    }
                };
                poll_fn(|cx| driver.poll_exchange(&exchange, &mut answer, cx)).await
            };
            if !is_open {
                return;
            }
            connection.thaw(frozen);
        }
    }
}

/// The layers of an app, in a function of its own: the list is made where it stays, and what making
/// it takes of the stack is not there for as long as the connection is.
#[inline(never)]
fn layers_of<A: App>(app: &A) -> impl Layers<A> {
    app.layers()
}

/// What carries bytes and time.
struct Driver<'s, A, T, C> {
    app: PhantomData<&'s A>,
    transport: &'s mut T,
    clock: &'s mut C,
    /// This poll of the future has begun its turn.
    has_begun: bool,
    has_drained: bool,
}

/// How a turn of the driver ended.
enum Turn {
    /// There may be something to pull.
    Again,
    /// The stream is gone, or not needed any more.
    Over,
}

impl<A, T: Transport, C: Clock> Machine for Driver<'_, A, T, C> {
    fn peer(&self) -> Option<IpAddr> {
        self.transport.peer()
    }

    fn entropy(&mut self) -> Option<[u8; 16]> {
        self.clock.entropy()
    }

    fn unix_seconds(&self) -> Option<u64> {
        self.clock.unix_seconds()
    }
}

impl<A: App, T: Transport, C: Clock> Driver<'_, A, T, C> {
    /// Whether any handler can wait for time: otherwise nothing of it is linked.
    const HAS_TIMERS: bool = Route::any_takes_time(A::ROUTES);

    /// Ready with the bytes of the next request's head, or `None` when the connection is over.
    fn poll_head(&mut self, wire: &mut Wire<'_>, cx: &mut Context<'_>) -> Poll<Option<usize>> {
        if !self.has_begun {
            self.begin_turn(wire, cx);
        }
        while let Turn::Again = ready!(self.poll_turn(wire, None, cx)) {
            match wire.connection().state() {
                State::Draining => wire.drain(),
                #[cfg(feature = "ws")]
                State::Closing => wire.advance_frames(),
                _ => {}
            }
            if let Some(head_bytes) = wire.head() {
                return Poll::Ready(Some(head_bytes));
            }
        }
        Poll::Ready(None)
    }

    /// Ready when the handler has answered, or with `false` when the connection is over before.
    fn poll_exchange(
        &mut self,
        exchange: &Exchange<'_>,
        answer: &mut impl FnMut(&mut Context<'_>) -> Poll<()>,
        cx: &mut Context<'_>,
    ) -> Poll<bool> {
        if !self.has_begun {
            exchange.with((), |wire| self.begin_turn(wire, cx));
        }
        loop {
            #[cfg(feature = "ws")]
            exchange.with((), Wire::advance_frames);
            if Self::HAS_TIMERS {
                exchange.forget_alarm();
            }
            if answer(cx).is_ready() {
                exchange.with((), Wire::end_exchange);
                return Poll::Ready(true);
            }
            let alarm = if Self::HAS_TIMERS { exchange.alarm() } else { None };
            let turn = exchange.with(Poll::Pending, |wire| self.poll_turn(wire, alarm, cx));
            if let Turn::Over = ready!(turn) {
                return Poll::Ready(false);
            }
        }
    }

    /// Time may have passed since the last poll of the future, and the wall clock with it; whoever
    /// runs the server may want to stop. All of it comes before what a handler does now.
    // rfc9110-6.6.1-date-best-approx
    #[inline(never)]
    fn begin_turn(&mut self, wire: &mut Wire<'_>, cx: &mut Context<'_>) {
        self.has_begun = true;
        wire.set_unix_seconds(self.clock.unix_seconds());
        wire.handle_input(self.clock.now(), Input::Timeout);
        if !self.has_drained && self.transport.poll_drain(cx).is_ready() {
            self.has_drained = true;
            wire.handle_input(self.clock.now(), Input::Drain);
        }
    }

    /// Moves bytes and time until there is something to pull, a handler's timer ends, or nothing
    /// moves.
    #[inline(never)]
    fn poll_turn(
        &mut self,
        wire: &mut Wire<'_>,
        alarm: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<Turn> {
        loop {
            let moved = match wire.poll_output() {
                Output::Ready => return Poll::Ready(Turn::Again),
                Output::Close => return Poll::Ready(Turn::Over),
                Output::Wait => Poll::Pending,
                Output::Transmit => {
                    self.transport.poll_write(cx, wire.unsent()).map_ok(Input::Sent)
                }
                Output::Shutdown => self.transport.poll_shutdown(cx).map_ok(|()| Input::Shut),
            };
            let moved = if moved.is_pending() { self.poll_read(wire, cx) } else { moved };
            let input = match moved {
                Poll::Ready(Ok(input)) => input,
                Poll::Ready(Err(_)) => return Poll::Ready(Turn::Over),
                Poll::Pending => {
                    let alarm = if Self::HAS_TIMERS { alarm } else { None };
                    let deadline = match (wire.deadline(), alarm) {
                        (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
                        (ours, theirs) => ours.or(theirs),
                    };
                    let is_due = deadline.is_some_and(|at| self.clock.poll_at(cx, at).is_ready());
                    if !is_due {
                        self.has_begun = false;
                        self.transport.rests(wire.is_idle());
                        return Poll::Pending;
                    }
                    if alarm == deadline && alarm.is_some() {
                        wire.handle_input(self.clock.now(), Input::Timeout);
                        return Poll::Ready(Turn::Again);
                    }
                    Input::Timeout
                }
            };
            wire.handle_input(self.clock.now(), input);
        }
    }

    fn poll_read(
        &mut self,
        wire: &mut Wire<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Input, super::transport::Gone>> {
        if !wire.wants_input() {
            return Poll::Pending;
        }
        let space = wire.receive_space();
        if space.is_empty() {
            return Poll::Pending;
        }
        let read = ready!(self.transport.poll_read(cx, space));
        Poll::Ready(read.map(|n| if n == 0 { Input::PeerClosed } else { Input::Received(n) }))
    }
}
