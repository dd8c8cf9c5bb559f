//! One thread, one single-threaded runtime, one app: accepts connections and serves them.

use std::io;
use std::net::TcpListener as StdListener;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use samewire::app::{App, serve};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};

use crate::clock::WorkerClock;
use crate::counters::{Counters, count};
use crate::drain::Drain;
use crate::phase::{Phase, reached};
use crate::server::Setup;
use crate::stream::Stream;

/// How long a worker leaves the system alone that has no file descriptor left, unless one of its
/// own connections ends before.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a worker takes with it into its thread.
pub(crate) struct Worker {
    pub(crate) setup: Setup,
    pub(crate) listener: StdListener,
    pub(crate) phases: watch::Receiver<Phase>,
    pub(crate) counters: Arc<Counters>,
}

/// What the connections of a worker have in common.
struct Shared<A> {
    app: A,
    setup: Setup,
    clock: WorkerClock,
    drain: Rc<Drain>,
    counters: Arc<Counters>,
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
                let shared = Shared { app: make_app(), setup, clock, drain, counters };
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

/// Serves, drains, and drops what is left.
async fn run<A: App + 'static>(
    shared: Rc<Shared<A>>,
    listener: TcpListener,
    mut phases: watch::Receiver<Phase>,
) {
    let mut connections = JoinSet::new();
    accept(&shared, listener, &mut phases, &mut connections).await;
    shared.drain.begin();
    let drained = async {
        while let Some(ended) = connections.join_next().await {
            shared.ended(ended);
        }
    };
    tokio::select! {
        _ = timeout(shared.setup.drain, drained) => {}
        () = reached(&mut phases, Phase::Stopped) => {}
    }
}

/// Accepts connections until the server drains. The listener is closed then.
async fn accept<A: App + 'static>(
    shared: &Rc<Shared<A>>,
    listener: TcpListener,
    phases: &mut watch::Receiver<Phase>,
    connections: &mut JoinSet<()>,
) {
    let mut paused = false;
    loop {
        let room = connections.len() < shared.setup.connections_max;
        tokio::select! {
            biased;
            () = reached(phases, Phase::Draining) => return,
            Some(ended) = connections.join_next() => {
                shared.ended(ended);
                paused = false;
            }
            () = sleep(ACCEPT_PAUSE), if paused => paused = false,
            accepted = listener.accept(), if room && !paused => match accepted {
                Ok((tcp, _)) => {
                    count(&shared.counters.accepted);
                    connections.spawn_local(connection(Rc::clone(shared), tcp));
                }
                // Another one may do better at once.
                Err(error) if lost_on_the_way(&error) => {}
                Err(_) => {
                    count(&shared.counters.accept_errors);
                    paused = true;
                }
            },
        }
    }
}

/// Whether a peer gave up before it was accepted, which is no trouble of ours.
fn lost_on_the_way(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}

/// One connection from accept to close.
async fn connection<A: App>(shared: Rc<Shared<A>>, tcp: TcpStream) {
    let Shared { app, setup, clock, drain, counters } = &*shared;
    let mut stream = Stream::new(tcp, drain.seat(), Arc::clone(counters), setup.read_bytes_max);
    let mut timer = clock.timer();
    // Zeroed memory that nobody touches costs the system nothing.
    let (mut receive, mut send) = (vec![0; setup.receive_bytes], vec![0; setup.send_bytes]);
    serve(app, &mut stream, &mut timer, &mut receive, &mut send, &setup.limits).await;
}

impl<A> Shared<A> {
    /// Counts a connection that has ended. A panic of its handler ends here: the runtime has caught
    /// it, and the panic hook has reported it.
    fn ended(&self, ended: Result<(), JoinError>) {
        count(&self.counters.ended);
        if ended.is_err_and(|error| error.is_panic()) {
            count(&self.counters.panicked);
        }
    }
}
