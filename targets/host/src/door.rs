//! Where a worker's connections come in: each one gets a place, or that of another one, or is told
//! to come again.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use samewire::app::layer::Layer;
use samewire::app::places::{Entry, Overload};
use samewire::app::{App, refuse, serve};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;

use crate::counters::count;
use crate::phase::{Phase, reached};
use crate::stream::Stream;
use crate::worker::Shared;

/// How long a worker leaves the system alone that has no file descriptor left, unless one of its
/// own connections ends before.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Newcomers that are being told to come again. Further ones wait to be accepted: whoever is turned
/// away costs a file descriptor, too.
const REFUSALS_MAX: usize = 64;

/// Accepts connections and knows who is in.
pub(crate) struct Door<A> {
    shared: Rc<Shared<A>>,
    connections: JoinSet<()>,
    refusals: JoinSet<()>,
    /// By place: how to end who has it.
    ends: Vec<Option<AbortHandle>>,
    /// Has been accepted, and waits for a place.
    newcomer: Option<Newcomer>,
}

type Newcomer = (TcpStream, SocketAddr);

impl<A: App + 'static> Door<A> {
    pub(crate) fn new(shared: Rc<Shared<A>>) -> Self {
        let (connections, refusals) = (JoinSet::new(), JoinSet::new());
        Self { shared, connections, refusals, ends: Vec::new(), newcomer: None }
    }

    /// Accepts connections until the server drains. The listener is closed then.
    pub(crate) async fn accept(
        &mut self,
        listener: TcpListener,
        phases: &mut watch::Receiver<Phase>,
    ) {
        let mut paused = false;
        loop {
            let takes_one = !paused && self.takes_one();
            tokio::select! {
                biased;
                () = reached(phases, Phase::Draining) => break,
                Some(ended) = self.connections.join_next() => {
                    self.shared.ended(ended);
                    paused = false;
                }
                Some(_) = self.refusals.join_next() => paused = false,
                () = sleep(ACCEPT_PAUSE), if paused => paused = false,
                accepted = listener.accept(), if takes_one => match accepted {
                    Ok(newcomer) => self.newcomer = Some(newcomer),
                    // Another one may do better at once.
                    Err(error) if lost_on_the_way(&error) => {}
                    Err(_) => {
                        count(&self.shared.counters.accept_errors);
                        paused = true;
                    }
                },
            }
            if let Some(newcomer) = self.newcomer.take() {
                self.newcomer = self.admit(newcomer);
            }
        }
        self.newcomer = None;
    }

    /// Waits until all connections have ended.
    pub(crate) async fn drained(&mut self) {
        while let Some(ended) = self.connections.join_next().await {
            self.shared.ended(ended);
        }
        while self.refusals.join_next().await.is_some() {}
    }

    /// Drops all that is left.
    pub(crate) async fn shutdown(&mut self) {
        self.connections.shutdown().await;
        self.refusals.shutdown().await;
    }

    /// Whether there is anything to say to one more. Who is to wait is not accepted: the system's
    /// backlog is the place for that.
    fn takes_one(&self) -> bool {
        let decides = self.shared.setup.overload != Overload::Wait;
        self.newcomer.is_none()
            && (decides && self.refusals.len() < REFUSALS_MAX || self.shared.room.has_room())
    }

    /// Lets a newcomer in, or turns it away; who has to wait is given back.
    fn admit(&mut self, newcomer: Newcomer) -> Option<Newcomer> {
        match self.shared.room.enter() {
            Entry::Enter(index) => {
                count(&self.shared.counters.accepted);
                let connection = connection(Rc::clone(&self.shared), newcomer, index);
                let end = self.connections.spawn_local(connection);
                if index >= self.ends.len() {
                    self.ends.resize(index + 1, None);
                }
                self.ends[index] = Some(end);
                if let Some((used, max)) = self.shared.room.crowd() {
                    let app = &self.shared.app;
                    app.layers().crowded(app, used, max);
                }
            }
            Entry::Evict(index) => {
                count(&self.shared.counters.evicted);
                if let Some(end) = self.ends.get(index).and_then(Option::as_ref) {
                    end.abort();
                }
                return Some(newcomer);
            }
            Entry::Refuse(retry_after_s) => {
                count(&self.shared.counters.refused);
                self.refusals.spawn_local(refusal(
                    Rc::clone(&self.shared),
                    newcomer,
                    retry_after_s,
                ));
            }
            Entry::Wait => return Some(newcomer),
        }
        None
    }
}

/// Whether a peer gave up before it was accepted, which is no trouble of ours.
fn lost_on_the_way(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}

/// One connection from accept to close.
async fn connection<A: App>(shared: Rc<Shared<A>>, (tcp, peer): Newcomer, index: usize) {
    let Shared { app, setup, clock, drain, counters, room } = &*shared;
    let (seat, counters) = (drain.seat(), Arc::clone(counters));
    let mut stream = Stream::new(tcp, peer.ip(), seat, counters, setup.read_bytes_max);
    stream.has_place(room.taken(index));
    let mut timer = clock.timer(setup.entropy);
    // Zeroed memory that nobody touches costs the system nothing.
    let (mut receive, mut send) = (vec![0; setup.receive_bytes], vec![0; setup.send_bytes]);
    serve(app, &mut stream, &mut timer, &mut receive, &mut send, &setup.limits).await;
}

/// One connection that finds no place.
async fn refusal<A>(shared: Rc<Shared<A>>, (tcp, peer): Newcomer, retry_after_s: u16) {
    let Shared { setup, clock, drain, counters, .. } = &*shared;
    let (seat, counters) = (drain.seat(), Arc::clone(counters));
    let mut stream = Stream::new(tcp, peer.ip(), seat, counters, setup.read_bytes_max);
    let mut timer = clock.timer(setup.entropy);
    refuse(&mut stream, &mut timer, retry_after_s, setup.limits.linger_ms_max).await;
}
