//! A server that runs: its handle.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::panic;
use std::sync::{Arc, mpsc as std_mpsc};
use std::thread::{self, JoinHandle};

use samewire::app::App;
use tokio::sync::{mpsc, watch};

use crate::counters::{Counters, Counts};
use crate::error::StartError;
use crate::phase::{self, Phase};
use crate::server::Setup;
use crate::signals;
use crate::worker::Worker;

/// A server that accepts connections. Dropping it stops it at once; [`stop`](Self::stop) lets it
/// finish what it has begun.
#[derive(Debug)]
#[must_use = "a server stops when its handle is dropped"]
pub struct Running {
    local_addr: SocketAddr,
    phases: watch::Sender<Phase>,
    workers: Vec<JoinHandle<()>>,
    /// The thread that hears signals. It needs the workers' end to end.
    hearer: Option<JoinHandle<()>>,
    counters: Vec<Arc<Counters>>,
    /// Closed when the last worker has ended.
    ended: mpsc::Receiver<Infallible>,
}

impl Running {
    pub(crate) fn start<A, F>(
        make_app: F,
        setup: Setup,
        listeners: Vec<TcpListener>,
        signals: bool,
    ) -> Result<Self, StartError>
    where
        A: App + 'static,
        F: Fn() -> A + Send + Sync + 'static,
    {
        let make_app = Arc::new(make_app);
        let local_addr = listeners[0].local_addr().map_err(StartError::System)?;
        let (end, ended) = mpsc::channel(1);
        let (ready, started) = std_mpsc::channel();
        let phases = watch::Sender::new(Phase::Serving);
        let (workers, counters) = (Vec::new(), Vec::new());
        // From here on, an error drops this, and that ends the threads that have started.
        let mut running = Self { local_addr, phases, workers, hearer: None, counters, ended };
        if signals {
            let (phases, (ready, heard)) = (running.phases.clone(), std_mpsc::channel());
            let hear = || signals::hear(phases, ready);
            running.hearer = Some(spawn("samewire-signals".to_owned(), hear)?);
            // Before any app is made: what an app begins can be told to end.
            is_ready(&heard)?;
        }
        for (index, listener) in listeners.into_iter().enumerate() {
            let (phases, counters) = (running.phases.subscribe(), Arc::<Counters>::default());
            running.counters.push(Arc::clone(&counters));
            let worker = Worker { setup, listener, phases, counters };
            let (make_app, ready, end) = (Arc::clone(&make_app), ready.clone(), end.clone());
            running.workers.push(spawn(format!("samewire-{index}"), move || {
                // It goes when the worker does, be it by a panic.
                let _end = end;
                worker.run(&*make_app, ready);
            })?);
        }
        drop(ready);
        running.workers.iter().try_for_each(|_| is_ready(&started))?;
        Ok(running)
    }

    /// Where the server listens; the port is the one that the system chose, if it was asked to.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// What the server has done so far.
    pub fn counts(&self) -> Counts {
        self.counters.iter().fold(Counts::default(), |sum, worker| sum.plus(worker))
    }

    /// Accepts nothing more, lets the connections finish what they have begun (for as long as
    /// [`Server::drain`](crate::Server::drain) allows), and waits for that.
    ///
    /// # Panics
    ///
    /// If a worker did, which none should.
    pub fn stop(self) -> Counts {
        phase::advance(&self.phases, Phase::Draining);
        self.wait()
    }

    /// Waits until the server has been stopped by a signal.
    ///
    /// # Panics
    ///
    /// If a worker did, which none should.
    pub fn wait(mut self) -> Counts {
        for thread in self.workers.drain(..) {
            if let Err(panic) = thread.join() {
                panic::resume_unwind(panic);
            }
        }
        self.counts()
    }

    /// As [`wait`](Self::wait), for any executor.
    pub async fn ended(&mut self) {
        // Nothing is ever sent.
        let _ = self.ended.recv().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        phase::advance(&self.phases, Phase::Stopped);
        for thread in self.workers.drain(..).chain(self.hearer.take()) {
            // Whoever wants to know of a panic asks `stop` or `wait`.
            let _ = thread.join();
        }
    }
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StartError> {
    thread::Builder::new().name(name).spawn(run).map_err(StartError::System)
}

/// Waits until the next thread says that it is ready.
fn is_ready(started: &std_mpsc::Receiver<io::Result<()>>) -> Result<(), StartError> {
    // Nothing more comes if a worker died before it was ready: of its app's panic.
    started.recv().map_err(|_| StartError::App)?.map_err(StartError::System)
}
