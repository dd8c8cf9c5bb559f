//! The server's end of a connection in the faulty world, and what the network does to it.
//!
//! The bytes stand in the trace; here is how far each side has come with them.

use std::cell::{RefCell, RefMut};
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use samewire::app::places::Rest;
use samewire::{Gone, Transport};

use crate::trace::{Recorder, What};

/// So often a server may read the end of a stream. One that forgets it would read it without end,
/// within one poll, and nobody could see that.
const ENDS_MAX: u32 = 1_000;

/// What the two ends share.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) connection: u32,
    recorder: Recorder,
    /// The connections that the network has to look at.
    touched: Rc<RefCell<Vec<u32>>>,
    state: RefCell<State>,
}

#[derive(Debug)]
pub(crate) struct State {
    /// Bytes that have arrived, of which the server has read some.
    pub(crate) arrived: usize,
    read: usize,
    pub(crate) finished: bool,
    pub(crate) broken: bool,
    /// Bytes that the server has written, of which the client has taken some.
    pub(crate) written: usize,
    pub(crate) taken: usize,
    /// The server has ended its half.
    pub(crate) ended: bool,
    /// The server has let go.
    pub(crate) dropped: bool,
    /// The server resets.
    pub(crate) resets: bool,
    /// Bytes that may be on their way to the client.
    pub(crate) window: usize,
    /// Bytes that one write hands over.
    pub(crate) write_bytes_max: usize,
    /// Bytes that the server may have written, all in all.
    bound: usize,
    /// The server has been told that there is no room, and not yet that there is some.
    blocked: bool,
    draining: bool,
    /// How often the server has read the end.
    ends_read: u32,
    reader: Option<Waker>,
    writer: Option<Waker>,
    drainer: Option<Waker>,
}

/// The end that `serve` runs on. Dropping it ends the connection as a kernel would.
#[derive(Debug)]
pub(crate) struct Stream {
    wire: Rc<Wire>,
    rest: Rest,
    seat: Option<Seat>,
}

/// Tells the places whether a connection is idle.
pub(crate) struct Seat(pub(crate) Box<dyn Fn(bool)>);

impl std::fmt::Debug for Seat {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Seat")
    }
}

impl Wire {
    pub(crate) fn new(
        connection: u32,
        recorder: Recorder,
        touched: Rc<RefCell<Vec<u32>>>,
        window: usize,
        write_bytes_max: usize,
    ) -> Rc<Self> {
        let state = RefCell::new(State {
            arrived: 0,
            read: 0,
            finished: false,
            broken: false,
            written: 0,
            taken: 0,
            ended: false,
            dropped: false,
            resets: false,
            window,
            write_bytes_max,
            bound: usize::MAX,
            blocked: false,
            draining: false,
            ends_read: 0,
            reader: None,
            writer: None,
            drainer: None,
        });
        Rc::new(Self { connection, recorder, touched, state })
    }

    pub(crate) fn state(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }

    fn note(&self, what: What) {
        self.recorder.note(self.connection, what);
    }

    fn touch(&self) {
        self.touched.borrow_mut().push(self.connection);
    }

    /// All bytes up to this one have arrived. Nobody reads them once the server has let go.
    pub(crate) fn arrive(&self, until: usize) {
        let waker = {
            let state = &mut *self.state();
            if state.dropped || state.broken {
                return;
            }
            state.arrived = until;
            state.reader.take()
        };
        self.note(What::Arrives(until));
        wake(waker);
    }

    /// The client's half is over.
    pub(crate) fn finish(&self) {
        let waker = {
            let state = &mut *self.state();
            if state.dropped || state.broken {
                return;
            }
            state.finished = true;
            state.reader.take()
        };
        self.note(What::Finishes);
        wake(waker);
    }

    /// The connection is reset.
    pub(crate) fn reset(&self) {
        let wakers = {
            let state = &mut *self.state();
            if state.dropped || state.broken {
                return;
            }
            state.broken = true;
            [state.reader.take(), state.writer.take()]
        };
        self.note(What::Breaks);
        wakers.into_iter().for_each(wake);
    }

    /// The client has taken all bytes up to this one.
    pub(crate) fn take(&self, until: usize) {
        let waker = {
            let state = &mut *self.state();
            state.taken = until;
            state.blocked = false;
            state.writer.take()
        };
        self.note(What::Takes(until));
        wake(waker);
    }

    /// From now on, so much may be on its way, and so much goes at once.
    pub(crate) fn widen(&self, window: usize, write_bytes_max: usize) {
        let waker = {
            let state = &mut *self.state();
            (state.window, state.write_bytes_max) = (window, write_bytes_max);
            state.blocked = false;
            state.writer.take()
        };
        wake(waker);
    }

    /// The server can write so many bytes more, and then none; without a number, whatever there is
    /// room for.
    pub(crate) fn bound(&self, bytes: Option<usize>) {
        let waker = {
            let state = &mut *self.state();
            state.bound = bytes.map_or(usize::MAX, |bytes| state.written.saturating_add(bytes));
            state.writer.take()
        };
        wake(waker);
    }

    /// The server is to finish what it has begun.
    pub(crate) fn drain(&self) {
        let waker = {
            let state = &mut *self.state();
            state.draining = true;
            state.drainer.take()
        };
        wake(waker);
    }
}

impl Stream {
    pub(crate) fn new(wire: Rc<Wire>) -> Self {
        Self { wire, rest: Rest::new(), seat: None }
    }

    /// Tells this seat when the connection is idle.
    pub(crate) fn sits(&mut self, seat: Seat) {
        self.seat = Some(seat);
    }
}

impl Transport for Stream {
    fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        assert!(!into.is_empty(), "a read must offer room");
        let state = &mut *self.wire.state.borrow_mut();
        if state.broken {
            return Poll::Ready(Err(Gone));
        }
        let from = state.read;
        let length = into.len().min(state.arrived - from);
        if length == 0 {
            if state.finished {
                state.ends_read += 1;
                assert!(
                    state.ends_read < ENDS_MAX,
                    "the server does not believe that the client ended"
                );
                return Poll::Ready(Ok(0));
            }
            set(&mut state.reader, cx.waker());
            return Poll::Pending;
        }
        state.read += length;
        let streams = self.wire.recorder.streams(self.wire.connection);
        into[..length].copy_from_slice(&streams.up[from..from + length]);
        drop(streams);
        self.rest.moved();
        self.wire.note(What::Reads(state.read));
        Poll::Ready(Ok(length))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        assert!(!from.is_empty(), "a write must have bytes");
        let state = &mut *self.wire.state.borrow_mut();
        if state.broken {
            return Poll::Ready(Err(Gone));
        }
        assert!(!state.ended, "the server wrote after it ended its half of the stream");
        let room = state.window.saturating_sub(state.written - state.taken);
        let room = room.min(state.bound.saturating_sub(state.written));
        let length = from.len().min(room).min(state.write_bytes_max);
        if length == 0 {
            set(&mut state.writer, cx.waker());
            if !state.blocked {
                state.blocked = true;
                self.wire.note(What::Blocks);
            }
            return Poll::Pending;
        }
        state.written += length;
        self.wire.recorder.streams(self.wire.connection).down.extend_from_slice(&from[..length]);
        self.rest.moved();
        self.wire.note(What::Writes(state.written));
        self.wire.touch();
        Poll::Ready(Ok(length))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        let state = &mut *self.wire.state.borrow_mut();
        if state.broken {
            return Poll::Ready(Err(Gone));
        }
        if !state.ended {
            state.ended = true;
            self.wire.note(What::Ends);
            self.wire.touch();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let state = &mut *self.wire.state.borrow_mut();
        if state.draining {
            return Poll::Ready(());
        }
        set(&mut state.drainer, cx.waker());
        Poll::Pending
    }

    fn rests(&mut self, is_idle: bool) {
        if let Some(Seat(seat)) = &self.seat
            && self.rest.changes(is_idle)
        {
            seat(is_idle);
        }
    }

    fn peer(&self) -> Option<IpAddr> {
        // Each connection comes from an address of its own: limits by address are not the subject.
        Some(IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 | self.wire.connection & 0x00ff_ffff)))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let state = &mut *self.wire.state.borrow_mut();
        // As a kernel does: a FIN if all was read, else a RST, which may cost the client the answer.
        state.resets = !state.broken && state.read < state.arrived;
        state.dropped = true;
        self.wire.note(What::Drops { resets: state.resets });
        self.wire.touch();
    }
}

/// Keeps the waker, and does not clone the one that is there.
fn set(place: &mut Option<Waker>, waker: &Waker) {
    match place {
        Some(own) => own.clone_from(waker),
        None => *place = Some(waker.clone()),
    }
}

/// Wakes outside any borrow of the state.
fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
