//! Why a server did not start, and what to do about it.

use std::fmt;
use std::io;

/// Why a server did not start. Nothing of it is left running.
#[non_exhaustive]
pub enum StartError {
    /// The address is not `HOST:PORT`, or the host has no address.
    Address {
        /// As it was given.
        address: String,
        /// What resolving it said.
        source: io::Error,
    },
    /// Nobody can listen there.
    Listen {
        /// As it was given.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused a thread, a runtime or a signal handler.
    System(io::Error),
    /// Making the app panicked; the panic has been reported where panics are.
    App,
}

/// As it is displayed: this is what a `main` shows that returns it.
impl fmt::Debug for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { address, source } => {
                write!(out, "`{address}` is no address to listen on ({source}): ")?;
                out.write_str("write HOST:PORT, as in 127.0.0.1:8080")
            }
            Self::Listen { address, source } => {
                write!(out, "cannot listen on {address}: {}", listen_advice(source))
            }
            Self::System(source) => write!(out, "the system refused to start a worker: {source}"),
            Self::App => out.write_str("the app panicked while it was made"),
        }
    }
}

fn listen_advice(source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::AddrInUse => "the port is in use; stop the program that has it, or choose \
             another port (port 0 takes any free one)"
            .to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied; ports below 1024 are for \
             privileged programs, choose one from 1024 up"
            .to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address; use 0.0.0.0 \
             for all that it has, 127.0.0.1 for itself alone"
            .to_owned(),
        _ => source.to_string(),
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Address { source, .. } | Self::Listen { source, .. } | Self::System(source) => {
                Some(source)
            }
            Self::App => None,
        }
    }
}
