//! One thread, one single-threaded runtime, one app: serves what comes through its door.

use std::io;
use std::net::TcpListener as StdListener;
use std::rc::Rc;
use std::sync::{Arc, mpsc};

use samewire::app::layer::Layer;
use samewire::app::{App, background};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use crate::clock::WorkerClock;
use crate::counters::{Counters, count};
use crate::door::Door;
use crate::drain::{Drain, Seat};
use crate::phase::{Phase, reached};
use crate::room::Room;
use crate::server::Setup;

/// What a worker takes with it into its thread.
pub(crate) struct Worker {
    pub(crate) setup: Setup,
    pub(crate) listener: StdListener,
    pub(crate) phases: watch::Receiver<Phase>,
    pub(crate) counters: Arc<Counters>,
}

/// What the connections of a worker have in common.
pub(crate) struct Shared<A> {
    pub(crate) app: A,
    pub(crate) setup: Setup,
    pub(crate) clock: WorkerClock,
    pub(crate) drain: Rc<Drain>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) room: Rc<Room>,
}

impl Worker {
    /// Runs in this thread until the server has stopped; tells `ready` how the start went.
    pub(crate) fn run<A: App + 'static>(
        self,
        make_app: &impl Fn() -> A,
        ready: mpsc::Sender<io::Result<()>>,
    ) {
        let Self { setup, listener, phases, counters } = self;
        // Whoever started us may have given up when we report; then `phases` says so too.
        match prepare(listener) {
            Err(error) => drop(ready.send(Err(error))),
            Ok((runtime, listener)) => runtime.block_on(async {
                let (clock, drain) = (WorkerClock::new(setup.wall_clock), Rc::default());
                let room = Room::new(setup.connections_max, setup.overload, clock.clone());
                let (app, room) = (make_app(), Rc::new(room));
                let shared = Shared { app, setup, clock, drain, counters, room };
                drop(ready.send(Ok(())));
                drop(ready);
                run(Rc::new(shared), listener, phases).await;
            }),
        }
    }
}

/// A runtime that knows of the listener.
fn prepare(listener: StdListener) -> io::Result<(LocalRuntime, TcpListener)> {
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
    let inside = runtime.enter();
    let listener = TcpListener::from_std(listener)?;
    drop(inside);
    Ok((runtime, listener))
}

/// Serves, drains, and drops what is left. The app hears of the begin before its first connection,
/// and of the end when nothing of it runs any more.
async fn run<A: App + 'static>(
    shared: Rc<Shared<A>>,
    listener: TcpListener,
    mut phases: watch::Receiver<Phase>,
) {
    shared.app.layers().server_start(&shared.app);
    // Closes when the last connection has ended.
    let closes = Rc::<Drain>::default();
    let mut work = JoinSet::new();
    work.spawn_local(work_beside(Rc::clone(&shared), closes.seat()));
    let mut door = Door::new(Rc::clone(&shared));
    door.accept(listener, &mut phases).await;
    shared.drain.begin();
    let drained = async {
        door.drained().await;
        closes.begin();
        while let Some(ended) = work.join_next().await {
            shared.count_panic(&ended);
        }
    };
    tokio::select! {
        _ = timeout(shared.setup.drain, drained) => {}
        () = reached(&mut phases, Phase::Stopped) => {}
    }
    door.shutdown().await;
    work.shutdown().await;
    shared.app.layers().server_stop(&shared.app);
}

/// What the app does beside answering requests.
async fn work_beside<A: App>(shared: Rc<Shared<A>>, closes: Seat) {
    let mut timer = shared.clock.timer(shared.setup.entropy);
    background(&shared.app, &mut timer, |cx| closes.poll(cx)).await;
}

impl<A> Shared<A> {
    /// Counts a connection that has ended. A panic of its handler ends here: the runtime has caught
    /// it, and the panic hook has reported it.
    pub(crate) fn ended(&self, ended: Result<(), JoinError>) {
        count(&self.counters.ended);
        self.count_panic(&ended);
    }

    fn count_panic(&self, ended: &Result<(), JoinError>) {
        if ended.as_ref().is_err_and(JoinError::is_panic) {
            count(&self.counters.panicked);
        }
    }
}
