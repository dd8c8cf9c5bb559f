//! The server of a faulty world: an app with a fixed number of places, as on a board.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use samewire::app::layer::Layer;
use samewire::app::places::{Entry, Overload, Place, Places};
use samewire::app::{App, background, refuse, serve};
use samewire::{Instant, Limits};
use samewire_sim::clock::VirtualClock;
use samewire_sim::executor::Executor;

use crate::trace::{NONE, Recorder, What};
use crate::wall::Wall;
use crate::wire::{Seat, Stream, Wire};

/// A server that has begun.
pub(crate) struct Server<A> {
    app: A,
    limits: Limits,
    overload: Overload,
    places: RefCell<Places<Vec<Place>>>,
    /// Who sits where, to be told to leave.
    seats: RefCell<Vec<Rc<Sitting>>>,
    /// Those for whom there is no place yet.
    waiting: RefCell<VecDeque<Rc<Wire>>>,
    /// Places have become free since newcomers were last let in.
    has_room: Cell<bool>,
    buffers: RefCell<Vec<Buffers>>,
    clock: VirtualClock,
    wall: Wall,
    recorder: Recorder,
    stage: Cell<Stage>,
    served: Cell<usize>,
    work: Cell<Option<Waker>>,
}

/// Whoever has a place.
#[derive(Default)]
struct Sitting {
    leaves: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

struct Buffers {
    receive: Vec<u8>,
    send: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Serving,
    Draining,
    Closing,
}

impl<A: App + 'static> Server<A> {
    /// Tells the app that it begins, and its background work to begin.
    pub(crate) fn start(
        app: A,
        limits: Limits,
        (places, overload): (usize, Overload),
        (clock, wall): (&VirtualClock, &Wall),
        recorder: &Recorder,
        executor: &mut Executor,
    ) -> Rc<Self> {
        let server = Rc::new(Self {
            app,
            limits,
            overload,
            places: RefCell::new(Places::new(vec![Place::Free; places])),
            seats: RefCell::new((0..places).map(|_| Rc::default()).collect()),
            waiting: RefCell::default(),
            has_room: Cell::new(false),
            buffers: RefCell::default(),
            clock: clock.clone(),
            wall: wall.clone(),
            recorder: recorder.clone(),
            stage: Cell::new(Stage::Serving),
            served: Cell::new(0),
            work: Cell::new(None),
        });
        recorder.set_current(NONE);
        server.app.layers().server_start(&server.app);
        executor.spawn(Rc::clone(&server).work());
        server
    }

    async fn work(self: Rc<Self>) {
        let mut timer = self.wall.timer(&self.clock);
        let mut closes = |cx: &mut Context<'_>| {
            self.recorder.set_current(NONE);
            self.poll_closes(cx)
        };
        background(&self.app, &mut timer, &mut closes).await;
        poll_fn(closes).await;
        self.app.layers().server_stop(&self.app);
    }

    fn poll_closes(&self, cx: &Context<'_>) -> Poll<()> {
        if self.stage.get() == Stage::Closing {
            return Poll::Ready(());
        }
        self.work.set(Some(cx.waker().clone()));
        Poll::Pending
    }

    /// Somebody connects. Nobody listens any more once the server drains.
    pub(crate) fn accept(self: &Rc<Self>, wire: &Rc<Wire>, executor: &mut Executor) {
        if self.stage.get() != Stage::Serving {
            drop(Stream::new(Rc::clone(wire)));
            return;
        }
        if !self.admit(wire, executor) {
            self.recorder.note(wire.connection, What::Waits);
            self.waiting.borrow_mut().push_back(Rc::clone(wire));
        }
    }

    /// Lets in who waits, once there is room.
    pub(crate) fn admit_waiting(self: &Rc<Self>, executor: &mut Executor) {
        if !self.has_room.replace(false) {
            return;
        }
        loop {
            let Some(wire) = self.waiting.borrow_mut().pop_front() else { return };
            if !self.admit(&wire, executor) {
                self.waiting.borrow_mut().push_front(wire);
                return;
            }
        }
    }

    /// Decides on a newcomer. False if it has to wait.
    fn admit(self: &Rc<Self>, wire: &Rc<Wire>, executor: &mut Executor) -> bool {
        let now = self.clock.now();
        let entry = self.places.borrow_mut().enter(now, self.overload);
        match entry {
            Entry::Enter(place) => {
                self.recorder.note(wire.connection, What::Enters(place));
                let crowd = {
                    let places = self.places.borrow();
                    places.has_become_crowded().then(|| (places.used(), places.max()))
                };
                if let Some((used, max)) = crowd {
                    self.recorder.set_current(NONE);
                    self.app.layers().crowded(&self.app, used, max);
                }
                let sitting = Rc::new(Sitting::default());
                self.seats.borrow_mut()[place] = Rc::clone(&sitting);
                self.served.set(self.served.get() + 1);
                executor.spawn(Rc::clone(self).serve(Rc::clone(wire), place, sitting));
                true
            }
            Entry::Evict(place) => {
                let sitting = Rc::clone(&self.seats.borrow()[place]);
                sitting.leaves.set(true);
                if let Some(waker) = sitting.waker.take() {
                    waker.wake();
                }
                false
            }
            Entry::Refuse(retry_after_s) => {
                self.recorder.note(wire.connection, What::Refused);
                self.served.set(self.served.get() + 1);
                executor.spawn(Rc::clone(self).refuse(Rc::clone(wire), retry_after_s));
                true
            }
            Entry::Wait => false,
        }
    }

    async fn serve(self: Rc<Self>, wire: Rc<Wire>, place: usize, sitting: Rc<Sitting>) {
        let connection = wire.connection;
        let mut timer = self.wall.timer(&self.clock);
        let mut buffers = self.lend();
        let mut stream = Stream::new(wire);
        let room = Rc::clone(&self);
        stream.sits(Seat(Box::new(move |is_idle| {
            let since: Option<Instant> = is_idle.then(|| room.clock.now());
            room.places.borrow_mut().set_idle(place, since);
        })));
        {
            let Buffers { receive, send } = &mut buffers;
            let serving = serve(&self.app, &mut stream, &mut timer, receive, send, &self.limits);
            let mut serving = pin!(serving);
            poll_fn(|cx| {
                self.recorder.set_current(connection);
                if sitting.leaves.get() {
                    self.recorder.note(connection, What::Evicted);
                    return Poll::Ready(());
                }
                sitting.waker.set(Some(cx.waker().clone()));
                serving.as_mut().poll(cx)
            })
            .await;
        }
        drop(stream);
        self.buffers.borrow_mut().push(buffers);
        self.places.borrow_mut().leave(place);
        self.recorder.note(connection, What::Leaves(place));
        self.leave();
    }

    async fn refuse(self: Rc<Self>, wire: Rc<Wire>, retry_after_s: u16) {
        let mut timer = self.wall.timer(&self.clock);
        let mut stream = Stream::new(wire);
        refuse(&mut stream, &mut timer, retry_after_s, self.limits.linger_ms_max).await;
        drop(stream);
        self.leave();
    }

    fn leave(&self) {
        self.served.set(self.served.get() - 1);
        self.has_room.set(true);
        self.close_if_empty();
    }

    /// No further connection is accepted, and those who wait are sent away.
    pub(crate) fn drain(&self) {
        if self.stage.get() == Stage::Serving {
            self.stage.set(Stage::Draining);
            let waiting = self.waiting.take();
            waiting.into_iter().for_each(|wire| drop(Stream::new(wire)));
        }
        self.close_if_empty();
    }

    fn close_if_empty(&self) {
        if self.stage.get() == Stage::Draining && self.served.get() == 0 {
            self.stage.set(Stage::Closing);
            if let Some(work) = self.work.take() {
                work.wake();
            }
        }
    }

    fn lend(&self) -> Buffers {
        self.buffers.borrow_mut().pop().unwrap_or_else(|| Buffers {
            receive: vec![0; self.limits.receive_bytes_min()],
            send: vec![0; self.limits.send_bytes_min()],
        })
    }

    /// Places that are taken.
    pub(crate) fn used(&self) -> usize {
        self.places.borrow().used()
    }
}
