//! A board's serial port as a stream of bytes: a UART, USB-CDC, or one at the other end of TCP.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use serialport::SerialPort;

use crate::trouble::{Class, Trouble, dialout};

/// How long a port may take nothing of what is written to it.
const WRITE_MAX: Duration = Duration::from_secs(10);
/// How long a connection to another machine may take.
const CONNECT_MAX: Duration = Duration::from_secs(3);

/// An open port. Nobody else has it at the same time.
pub struct Serial {
    name: String,
    line: Line,
}

enum Line {
    Port(Box<dyn SerialPort>),
    Tcp(TcpStream),
}

impl Serial {
    /// Opens a port: a path, or `tcp:HOST:PORT`.
    ///
    /// # Errors
    ///
    /// It is not there, not ours, or somebody else has it.
    pub fn open(name: &str, baud: u32) -> Result<Self, Trouble> {
        let line = match name.strip_prefix("tcp:") {
            Some(address) => connect(address, CONNECT_MAX).map(Line::Tcp).map_err(|error| {
                let what = format!("nobody answers at {address}: {error}");
                Trouble::new(Class::NoBoard, what, "start what serves the port there")
            })?,
            None => {
                let port = serialport::new(name, baud).timeout(WRITE_MAX).open();
                Line::Port(port.map_err(|error| refused(name, &error))?)
            }
        };
        Ok(Self { name: name.to_owned(), line })
    }

    /// A port that is open already.
    pub fn of(name: impl Into<String>, port: Box<dyn SerialPort>) -> Self {
        Self { name: name.into(), line: Line::Port(port) }
    }

    /// As in `boards.toml`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same port, for another thread: one reads, the other writes.
    ///
    /// # Errors
    ///
    /// The operating system has no more of them.
    pub fn split(&self) -> Result<Self, Trouble> {
        let line = match &self.line {
            Line::Port(port) => port.try_clone().map(Line::Port).map_err(Into::into),
            Line::Tcp(stream) => stream.try_clone().map(Line::Tcp),
        };
        let line = line.map_err(|error: std::io::Error| self.gone(&error))?;
        Ok(Self { name: self.name.clone(), line })
    }

    /// Waits for bytes, this long at most, and says how many have come.
    ///
    /// # Errors
    ///
    /// The port is gone.
    pub fn read(&mut self, into: &mut [u8], patience: Duration) -> Result<usize, Trouble> {
        // None at all would mean for ever.
        let patience = patience.max(Duration::from_millis(1));
        let count = match &mut self.line {
            Line::Port(port) => port
                .set_timeout(patience)
                .map_err(std::io::Error::from)
                .and_then(|()| port.read(into)),
            Line::Tcp(stream) => {
                stream.set_read_timeout(Some(patience)).and_then(|()| stream.read(into))
            }
        };
        match count {
            Ok(0) if !into.is_empty() => Err(self.gone(&ErrorKind::UnexpectedEof.into())),
            Ok(count) => Ok(count),
            Err(error) if is_patience(error.kind()) => Ok(0),
            Err(error) => Err(self.gone(&error)),
        }
    }

    /// Writes all of it.
    ///
    /// # Errors
    ///
    /// The port is gone, or takes nothing any more.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.write_within(WRITE_MAX, bytes)
    }

    /// The same, where the port may take nothing for so long only.
    pub(crate) fn write_within(&mut self, most: Duration, bytes: &[u8]) -> Result<(), Trouble> {
        let mut rest = bytes;
        let mut deadline = Instant::now() + most;
        while !rest.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let what =
                    format!("{} has taken nothing for {:.0} s", self.name, most.as_secs_f32());
                let remedy = "the firmware hangs, or it is the wrong port: reset the board";
                return Err(Trouble::new(Class::TimeOut, what, remedy));
            }
            let count = match &mut self.line {
                Line::Port(port) => port
                    .set_timeout(left)
                    .map_err(std::io::Error::from)
                    .and_then(|()| port.write(rest)),
                Line::Tcp(stream) => {
                    stream.set_write_timeout(Some(left)).and_then(|()| stream.write(rest))
                }
            };
            match count {
                Ok(0) => return Err(self.gone(&ErrorKind::WriteZero.into())),
                Ok(count) => {
                    rest = rest.get(count..).unwrap_or_default();
                    deadline = Instant::now() + most;
                }
                Err(error) if is_patience(error.kind()) => {}
                Err(error) => return Err(self.gone(&error)),
            }
        }
        Ok(())
    }

    fn gone(&self, error: &std::io::Error) -> Trouble {
        let what = format!("{} is gone: {error}", self.name);
        Trouble::new(Class::Gone, what, "look at the cable, and plug the board in again")
    }
}

/// Kinds of errors that mean no more than that it takes time.
fn is_patience(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

pub(crate) fn connect(address: &str, patience: Duration) -> std::io::Result<TcpStream> {
    let mut last = ErrorKind::AddrNotAvailable.into();
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, patience) {
            Ok(stream) => {
                // Frames are small, and each waits for its answer.
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

pub(crate) fn refused(name: &str, error: &serialport::Error) -> Trouble {
    use serialport::ErrorKind as Kind;
    let what = format!("{name} cannot be opened: {error}");
    match error.kind() {
        Kind::Io(ErrorKind::PermissionDenied) => {
            Trouble::new(Class::Permission, what, dialout(name))
        }
        Kind::Io(ErrorKind::ResourceBusy | ErrorKind::WouldBlock) => {
            Trouble::new(Class::Busy, what, "close the terminal program that has it")
        }
        // What is locked or exclusive is reported as a device that there is not, although it is.
        Kind::NoDevice if std::path::Path::new(name).exists() => {
            Trouble::new(Class::Busy, what, "close the terminal program that has it")
        }
        _ => {
            let remedy = "plug the board in; `samewire boards` lists the ports";
            Trouble::new(Class::NoBoard, what, remedy)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Serial;
    use crate::trouble::Class;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::time::Duration;

    const SHORT: Duration = Duration::from_millis(1);
    const LONG: Duration = Duration::from_secs(30);

    fn read(serial: &mut Serial, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        let mut come = 0;
        while come < count {
            come += serial.read(&mut bytes[come..], LONG).unwrap();
        }
        bytes
    }

    #[test]
    fn a_port_behind_tcp_is_read_and_written_until_it_is_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let name = format!("tcp:{}", listener.local_addr().unwrap());
        let mut serial = Serial::open(&name, 0).unwrap();
        let (mut board, _) = listener.accept().unwrap();
        assert_eq!(serial.read(&mut [0; 9], SHORT), Ok(0));
        board.write_all(b"hello").unwrap();
        assert_eq!(read(&mut serial, 5), b"hello");
        serial.split().unwrap().write(b"back").unwrap();
        let mut back = [0; 4];
        board.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"back");
        drop(board);
        assert_eq!(serial.read(&mut [0; 9], LONG).unwrap_err().class, Class::Gone);
        drop(listener);
        assert_eq!(Serial::open(&name, 0).err().unwrap().class, Class::NoBoard);
    }

    #[test]
    #[cfg(unix)]
    fn a_terminal_is_read_and_written_and_nobody_elses() {
        use serialport::SerialPort as _;
        let (mut board, slave) = serialport::TTYPort::pair().unwrap();
        let name = slave.name().unwrap();
        let mut serial = Serial::open(&name, 115_200).unwrap();
        drop(slave);
        assert_eq!(serial.read(&mut [0; 9], SHORT), Ok(0));
        // All bytes pass as they are, also those that mean something to a terminal.
        let all: Vec<u8> = (0..=255).collect();
        board.write_all(&all).unwrap();
        assert_eq!(read(&mut serial, 256), all);
        serial.write(&all).unwrap();
        let mut back = [0; 256];
        board.set_timeout(LONG).unwrap();
        board.read_exact(&mut back).unwrap();
        assert_eq!(&back[..], all);
        assert_eq!(Serial::open(&name, 115_200).err().unwrap().class, Class::Busy);
        drop(board);
        assert_eq!(serial.read(&mut [0; 9], LONG).unwrap_err().class, Class::Gone);
    }

    #[test]
    fn a_port_that_is_not_there_is_no_board() {
        let trouble = Serial::open("/dev/ttyNOWHERE", 115_200).err().unwrap();
        assert_eq!(trouble.class, Class::NoBoard, "{trouble}");
        assert!(trouble.remedy.contains("samewire boards"), "{trouble}");
    }
}
