//! The sockets that listen: one for each worker, all on one address.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use socket2::{Domain, Protocol, Socket, Type};

use crate::error::StartError;

/// How sockets listen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listening {
    /// Other processes (of this user) may listen there as well; only Unix has that.
    pub(crate) shares_port: bool,
    /// Connections that the system holds for a worker that is busy; more are refused.
    pub(crate) backlog: u16,
    /// Bytes of the system's own buffers for each connection, if not what it thinks best.
    pub(crate) tcp_receive_bytes: Option<usize>,
    pub(crate) tcp_send_bytes: Option<usize>,
}

impl Default for Listening {
    fn default() -> Self {
        let (tcp_receive_bytes, tcp_send_bytes) = (None, None);
        Self { shares_port: false, backlog: 2048, tcp_receive_bytes, tcp_send_bytes }
    }
}

/// Linux spreads connections over all sockets that share a port. Elsewhere the last one to come
/// may get them all, so there workers take turns at one socket.
const PORTS_SPREAD: bool = cfg!(target_os = "linux");

/// One listener for each worker.
pub(crate) fn listen(
    address: &str,
    workers: usize,
    how: Listening,
) -> Result<Vec<TcpListener>, StartError> {
    let resolved: Vec<SocketAddr> = address
        .to_socket_addrs()
        .map_err(|source| StartError::Address { address: address.to_owned(), source })?
        .collect();
    let mut error = io::ErrorKind::AddrNotAvailable.into();
    for at in resolved {
        match listen_at(at, workers, how) {
            Ok(listeners) => return Ok(listeners),
            Err(source) => error = source,
        }
    }
    Err(StartError::Listen { address: address.to_owned(), source: error })
}

fn listen_at(at: SocketAddr, workers: usize, how: Listening) -> io::Result<Vec<TcpListener>> {
    let spread = workers > 1 && PORTS_SPREAD;
    if spread && !how.shares_port && at.port() != 0 {
        // A shared port is never in use for the programs of one user, and two servers would get
        // half of the requests each. Without sharing, the system tells.
        bind(at, false)?;
    }
    let how = Listening { shares_port: how.shares_port || spread, ..how };
    let first = open(at, how)?;
    let at = first.local_addr()?;
    let mut listeners = vec![first];
    while listeners.len() < workers {
        let next = if spread { open(at, how)? } else { listeners[0].try_clone()? };
        listeners.push(next);
    }
    Ok(listeners)
}

fn open(at: SocketAddr, how: Listening) -> io::Result<TcpListener> {
    let socket = bind(at, how.shares_port)?;
    // Accepted sockets have what their listener has. Some systems take this before `listen` only.
    if let Some(bytes) = how.tcp_receive_bytes {
        socket.set_recv_buffer_size(bytes)?;
    }
    if let Some(bytes) = how.tcp_send_bytes {
        socket.set_send_buffer_size(bytes)?;
    }
    socket.listen(how.backlog.into())?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

fn bind(at: SocketAddr, shares_port: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(at), Type::STREAM, Some(Protocol::TCP))?;
    // On Unix this lets a server start again while connections of the last one linger. On Windows
    // it would let two programs have one port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(shares_port)?;
    #[cfg(not(unix))]
    let _ = shares_port;
    socket.bind(&at.into())?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::{Listening, PORTS_SPREAD};
    use crate::error::StartError;
    use socket2::SockRef;
    use std::net::TcpListener;

    fn listen(
        address: &str,
        workers: usize,
        shares_port: bool,
    ) -> Result<Vec<TcpListener>, StartError> {
        super::listen(address, workers, Listening { shares_port, ..Listening::default() })
    }

    #[test]
    fn all_workers_have_one_port() {
        for workers in [1, 3] {
            let listeners = listen("127.0.0.1:0", workers, false).unwrap();
            let ports = listeners.iter().map(|socket| socket.local_addr().unwrap().port());
            let ports: Vec<_> = ports.collect();
            assert_eq!(ports, vec![ports[0]; workers]);
        }
    }

    #[test]
    fn a_port_is_shared_only_if_both_ask_for_it() {
        for (workers, ours, theirs, expected) in [
            (1, false, false, false),
            (2, false, false, false),
            (1, true, true, PORTS_SPREAD),
            (1, true, false, false),
            (1, false, true, false),
        ] {
            let first = listen("127.0.0.1:0", workers, ours).unwrap();
            let address = first[0].local_addr().unwrap().to_string();
            let second = listen(&address, 1, theirs);
            assert_eq!(second.is_ok(), expected, "{workers} {ours} {theirs} {second:?}");
            let second = listen(&address, 2, theirs);
            assert_eq!(second.is_ok(), expected, "{workers} {ours} {theirs} {second:?}");
        }
    }

    #[test]
    fn the_systems_buffers_are_as_large_as_asked() {
        let sizes = |bytes| {
            let how = Listening {
                tcp_receive_bytes: bytes,
                tcp_send_bytes: bytes,
                ..Listening::default()
            };
            let sockets = super::listen("127.0.0.1:0", 1, how).unwrap();
            let socket = SockRef::from(&sockets[0]);
            [socket.recv_buffer_size().unwrap(), socket.send_buffer_size().unwrap()]
        };
        let (small, large) = (sizes(Some(8192)), sizes(Some(65_536)));
        for (small, large) in small.into_iter().zip(large) {
            // Some systems count their own book-keeping, too.
            assert!((8192..32_768).contains(&small) && large >= 65_536, "{small} {large}");
        }
    }

    #[test]
    fn errors_say_what_to_do() {
        let taken = listen("127.0.0.1:0", 1, false).unwrap();
        let taken = taken[0].local_addr().unwrap().to_string();
        for (address, expected) in [
            (&*taken, "the port is in use"),
            ("nonsense", "write HOST:PORT"),
            ("127.0.0.1:70000", "write HOST:PORT"),
            ("192.0.2.1:8080", "this machine does not have that address"),
        ] {
            let error = listen(address, 1, false).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains(address), "{error}");
        }
    }
}
