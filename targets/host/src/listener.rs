//! The sockets that listen: one for each worker, all on one address.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use socket2::{Domain, Protocol, Socket, Type};

use crate::error::StartError;

/// Connections that the system holds for a worker that is busy; more are refused.
const BACKLOG: i32 = 2048;

/// Linux spreads connections over all sockets that share a port. Elsewhere the last one to come
/// may get them all, so there workers take turns at one socket.
const PORTS_SPREAD: bool = cfg!(target_os = "linux");

/// One listener for each worker. `shares_port` lets other processes (of this user) listen there as
/// well; only Unix has that.
pub(crate) fn listen(
    address: &str,
    workers: usize,
    shares_port: bool,
) -> Result<Vec<TcpListener>, StartError> {
    let resolved: Vec<SocketAddr> = address
        .to_socket_addrs()
        .map_err(|source| StartError::Address { address: address.to_owned(), source })?
        .collect();
    let mut error = io::ErrorKind::AddrNotAvailable.into();
    for at in resolved {
        match listen_at(at, workers, shares_port) {
            Ok(listeners) => return Ok(listeners),
            Err(source) => error = source,
        }
    }
    Err(StartError::Listen { address: address.to_owned(), source: error })
}

fn listen_at(at: SocketAddr, workers: usize, shares_port: bool) -> io::Result<Vec<TcpListener>> {
    let spread = workers > 1 && PORTS_SPREAD;
    if spread && !shares_port && at.port() != 0 {
        // A shared port is never in use for the programs of one user, and two servers would get
        // half of the requests each. Without sharing, the system tells.
        bind(at, false)?;
    }
    let first = open(at, shares_port || spread)?;
    let at = first.local_addr()?;
    let mut listeners = vec![first];
    while listeners.len() < workers {
        let next = if spread { open(at, true)? } else { listeners[0].try_clone()? };
        listeners.push(next);
    }
    Ok(listeners)
}

fn open(at: SocketAddr, shares_port: bool) -> io::Result<TcpListener> {
    let socket = bind(at, shares_port)?;
    socket.listen(BACKLOG)?;
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
    use super::{PORTS_SPREAD, listen};

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
