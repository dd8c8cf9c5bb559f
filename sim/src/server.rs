//! The server's side of a world: an app with its connections and its background work, from the
//! begin to the end.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Poll, Waker};

use samewire::Limits;
use samewire::app::layer::Layer;
use samewire::app::{App, FixedEntropy, background, serve};

use crate::clock::VirtualClock;
use crate::executor::Executor;
use crate::stream::Stream;
use crate::world::Options;

/// A server that has begun.
pub(crate) struct Server<A> {
    app: A,
    limits: Limits,
    receive_bytes: usize,
    send_bytes: usize,
    entropy: FixedEntropy,
    /// Memory of connections that have ended, for the next ones.
    buffers: RefCell<Vec<Buffers>>,
    connections: Cell<usize>,
    stage: Cell<Stage>,
    /// Background work, which waits for the end.
    work: Cell<Option<Waker>>,
}

/// The memory lent to one connection.
struct Buffers {
    receive: Vec<u8>,
    send: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Serving,
    /// Connections finish what they have begun.
    Draining,
    /// There are none any more.
    Closing,
}

impl<A: App + 'static> Server<A> {
    /// Tells the app that it begins, and its background work to begin.
    pub(crate) fn start(
        app: A,
        options: Options,
        clock: &VirtualClock,
        executor: &mut Executor,
    ) -> Rc<Self> {
        let Options { limits, receive_bytes, send_bytes, entropy, .. } = options;
        let server = Rc::new(Self {
            app,
            limits,
            receive_bytes: limits.receive_bytes_min().max(receive_bytes),
            send_bytes: limits.send_bytes_min().max(send_bytes),
            entropy,
            buffers: RefCell::default(),
            connections: Cell::new(0),
            stage: Cell::new(Stage::Serving),
            work: Cell::new(None),
        });
        server.app.layers().server_start(&server.app);
        executor.spawn(Rc::clone(&server).work(clock.clone()));
        server
    }

    /// What the app does beside its connections, and behind that the end, whichever comes later.
    async fn work(self: Rc<Self>, clock: VirtualClock) {
        let mut timer = clock.timer(self.entropy);
        let mut closes = |cx: &mut std::task::Context<'_>| self.poll_closes(cx);
        background(&self.app, &mut timer, &mut closes).await;
        std::future::poll_fn(closes).await;
        self.app.layers().server_stop(&self.app);
    }

    fn poll_closes(&self, cx: &std::task::Context<'_>) -> Poll<()> {
        if self.stage.get() == Stage::Closing {
            return Poll::Ready(());
        }
        self.work.set(Some(cx.waker().clone()));
        Poll::Pending
    }

    /// One connection from accept to close. None is accepted once the server drains.
    pub(crate) fn connection(
        self: &Rc<Self>,
        stream: Stream,
        clock: &VirtualClock,
    ) -> Option<impl Future<Output = ()> + use<A>> {
        if self.stage.get() != Stage::Serving {
            return None;
        }
        self.connections.set(self.connections.get() + 1);
        Some(Rc::clone(self).serve(stream, clock.clone()))
    }

    async fn serve(self: Rc<Self>, mut stream: Stream, clock: VirtualClock) {
        let mut timer = clock.timer(self.entropy);
        let mut buffers = self.lend();
        let Buffers { receive, send } = &mut buffers;
        serve(&self.app, &mut stream, &mut timer, receive, send, &self.limits).await;
        self.buffers.borrow_mut().push(buffers);
        self.connections.set(self.connections.get() - 1);
        self.close_if_empty();
    }

    /// No further connection is accepted.
    pub(crate) fn drain(&self) {
        if self.stage.get() == Stage::Serving {
            self.stage.set(Stage::Draining);
        }
        self.close_if_empty();
    }

    fn close_if_empty(&self) {
        if self.stage.get() == Stage::Draining && self.connections.get() == 0 {
            self.stage.set(Stage::Closing);
            if let Some(work) = self.work.take() {
                work.wake();
            }
        }
    }

    fn lend(&self) -> Buffers {
        self.buffers.borrow_mut().pop().unwrap_or_else(|| Buffers {
            receive: vec![0; self.receive_bytes],
            send: vec![0; self.send_bytes],
        })
    }
}

impl<A> Server<A> {
    pub(crate) const fn app(&self) -> &A {
        &self.app
    }

    /// Connections that have not ended.
    pub(crate) const fn connections(&self) -> usize {
        self.connections.get()
    }
}
