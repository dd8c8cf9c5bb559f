//! What a server can be told before it starts.

use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use samewire::Limits;
use samewire::app::App;
use samewire::app::places::Overload;

use crate::clock::WallClock;
use crate::entropy::Entropy;
use crate::error::StartError;
use crate::listener::Listening;
use crate::running::Running;

/// Serves the apps that `make_app` makes (one for each worker, by default one) on this address,
/// until Ctrl-C or SIGTERM, and then until the connections have finished what they had begun. Any
/// executor will do. If the future is dropped, the server stops.
///
/// # Errors
///
/// A [`StartError`] that says what to do.
///
/// # Panics
///
/// If a worker did, which none should.
pub async fn serve<A: App + 'static>(
    make_app: impl Fn() -> A + Send + Sync + 'static,
    address: impl fmt::Display,
) -> Result<(), StartError> {
    let mut running = Server::new(make_app).bind(address).signals(true).start()?;
    running.ended().await;
    running.wait();
    Ok(())
}

/// A server to be: an app and how to run it.
///
/// ```
/// let server = samewire_host::Server::new(samewire_demo::Demo::new).bind("127.0.0.1:0").start()?;
/// println!("http://{}", server.local_addr());
/// let counts = server.stop();
/// assert_eq!(counts.accepted, 0);
/// # Ok::<(), samewire_host::StartError>(())
/// ```
#[derive(Clone)]
#[must_use = "a server does nothing until it is started"]
pub struct Server<F> {
    pub(crate) make_app: F,
    pub(crate) setup: Setup,
    address: String,
    workers: NonZeroUsize,
    signals: bool,
    listening: Listening,
}

/// What every worker is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) limits: Limits,
    pub(crate) receive_bytes: usize,
    pub(crate) send_bytes: usize,
    pub(crate) read_bytes_max: usize,
    pub(crate) connections_max: usize,
    pub(crate) drain: Duration,
    pub(crate) overload: Overload,
    pub(crate) wall_clock: WallClock,
    pub(crate) entropy: Entropy,
}

impl<F> Server<F> {
    /// A server with an app made by `make_app` for each worker, in that worker's thread. It listens
    /// on `127.0.0.1:8080`, has one worker, and [`Limits::LARGE`].
    pub fn new<A: App + 'static>(make_app: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
    {
        let setup = Setup {
            limits: Limits::LARGE,
            receive_bytes: 0,
            send_bytes: 0,
            read_bytes_max: usize::MAX,
            connections_max: 10_000,
            drain: Duration::from_secs(30),
            overload: Overload::default(),
            wall_clock: WallClock::System,
            entropy: Entropy::System,
        };
        Self {
            make_app,
            setup,
            address: "127.0.0.1:8080".to_owned(),
            workers: NonZeroUsize::MIN,
            signals: false,
            listening: Listening::default(),
        }
    }

    /// Listens on this `HOST:PORT`. Port 0 takes any free one, see [`Running::local_addr`].
    pub fn bind(mut self, address: impl fmt::Display) -> Self {
        self.address = address.to_string();
        self
    }

    /// The bounds of each connection.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.setup.limits = limits;
        self
    }

    /// Threads that serve, each with an app of its own; at least one. The default is one.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = NonZeroUsize::new(workers).unwrap_or(NonZeroUsize::MIN);
        self
    }

    /// Connections of one worker at a time; what happens to further ones is for
    /// [`overload`](Self::overload) to say. The default is 10,000, which with [`Limits::LARGE`]
    /// take 2 GB if each of them fills its buffers.
    pub fn connections_max(mut self, connections: usize) -> Self {
        self.setup.connections_max = connections.max(1);
        self
    }

    /// What happens to a connection for which there is no place. The default is
    /// [`Overload::DEFAULT`]: it gets the place of one that has been idle for a second, or a `503`.
    pub fn overload(mut self, overload: Overload) -> Self {
        self.setup.overload = overload;
        self
    }

    /// Connections that the system holds until a worker accepts them. The default is 2048; the
    /// system may have a lower limit of its own (`net.core.somaxconn` on Linux).
    pub fn backlog(mut self, connections: u16) -> Self {
        self.listening.backlog = connections;
        self
    }

    /// Bytes of the system's own receive buffer of each connection: how much a peer can send before
    /// anybody reads it. The default is what the system thinks best, which most often changes with
    /// the traffic.
    pub fn tcp_receive_bytes(mut self, bytes: usize) -> Self {
        self.listening.tcp_receive_bytes = Some(bytes);
        self
    }

    /// The same of the system's send buffer: how much can be on its way to a peer.
    pub fn tcp_send_bytes(mut self, bytes: usize) -> Self {
        self.listening.tcp_send_bytes = Some(bytes);
        self
    }

    /// Bytes of receive buffer of each connection, if more than `Limits::receive_bytes_min`.
    pub fn receive_bytes(mut self, bytes: usize) -> Self {
        self.setup.receive_bytes = bytes;
        self
    }

    /// Bytes of send buffer of each connection, if more than `Limits::send_bytes_min`: room for
    /// the answers to pipelined requests.
    pub fn send_bytes(mut self, bytes: usize) -> Self {
        self.setup.send_bytes = bytes;
        self
    }

    /// Whether other processes of the same user may listen on the same port (Unix only), as when
    /// one server takes over from another.
    pub fn shares_port(mut self, shares: bool) -> Self {
        self.listening.shares_port = shares;
        self
    }

    /// Whether Ctrl-C and SIGTERM drain the server (a second one stops it) instead of ending the
    /// process, which from then on they never do. The default is that they mean nothing to the
    /// server: it may be a small part of a program.
    pub fn signals(mut self, signals: bool) -> Self {
        self.signals = signals;
        self
    }

    /// How long connections may take to finish what they have begun, once the server is to stop.
    /// The default is 30 seconds.
    pub fn drain(mut self, at_most: Duration) -> Self {
        self.setup.drain = at_most;
        self
    }

    /// What the `Date` field says. The default is the time of day.
    pub fn wall_clock(mut self, wall_clock: WallClock) -> Self {
        self.setup.wall_clock = wall_clock;
        self
    }

    /// Where random bytes come from, of which request ids are made. The default is the system.
    pub fn entropy(mut self, entropy: Entropy) -> Self {
        self.setup.entropy = entropy;
        self
    }

    /// Bytes that one read of a connection gets at most, however many have come. What the server
    /// answers never depends on it, and this is how to see that; [`Counts::reads`] tells how many
    /// reads it took.
    ///
    /// [`Counts::reads`]: crate::Counts::reads
    pub fn read_bytes_max(mut self, bytes: usize) -> Self {
        self.setup.read_bytes_max = bytes.max(1);
        self
    }

    /// Starts the workers, and returns when all of them accept connections. No async runtime is
    /// needed.
    ///
    /// # Errors
    ///
    /// A [`StartError`] that says what to do.
    pub fn start<A: App + 'static>(mut self) -> Result<Running, StartError>
    where
        F: Fn() -> A + Send + Sync + 'static,
    {
        let Setup { limits, receive_bytes, send_bytes, .. } = &mut self.setup;
        *receive_bytes = limits.receive_bytes_min().max(*receive_bytes);
        *send_bytes = limits.send_bytes_min().max(*send_bytes);
        let listeners = crate::listener::listen(&self.address, self.workers.get(), self.listening)?;
        Running::start(self.make_app, self.setup, listeners, self.signals)
    }
}

impl<F> fmt::Debug for Server<F> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Server")
            .field("address", &self.address)
            .field("workers", &self.workers)
            .field("setup", &self.setup)
            .finish_non_exhaustive()
    }
}
