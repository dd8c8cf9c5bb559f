//! A client of the bridge: a socket, and a thread for each direction, so that one who reads or says
//! nothing keeps nobody waiting.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::News;
use super::switch::Id;

/// What is read of a client at once.
const READ_BYTES: usize = 4096;

/// One that is there.
pub(super) struct Client {
    socket: TcpStream,
    hears: Sender<()>,
    gives: Sender<Word>,
}

/// What its writer is told.
enum Word {
    Bytes(Vec<u8>),
    End,
}

impl Client {
    /// Begins with this socket; what becomes of it is told there.
    ///
    /// # Errors
    ///
    /// The operating system has no more sockets.
    pub(super) fn begin(id: Id, socket: TcpStream, news: &Sender<News>) -> std::io::Result<Self> {
        socket.set_nodelay(true)?;
        let (hears, heard) = channel();
        let (gives, given) = channel();
        let (reader, writer) = (socket.try_clone()?, socket.try_clone()?);
        let (from, to) = (news.clone(), news.clone());
        std::thread::spawn(move || read(id, reader, &heard, &from));
        std::thread::spawn(move || write(id, writer, &given, &to));
        Ok(Self { socket, hears, gives })
    }

    /// Reads once more.
    pub(super) fn hear(&self) {
        // A reader that has ended has said so.
        let _ = self.hears.send(());
    }

    /// Writes these, too.
    pub(super) fn give(&self, bytes: Vec<u8>) {
        // A writer that has ended has said so.
        let _ = self.gives.send(Word::Bytes(bytes));
    }

    /// Ends behind what was given.
    pub(super) fn end(&self) {
        let _ = self.gives.send(Word::End);
    }

    /// Drops the connection, and what is on its way.
    pub(super) fn reset(self) {
        // Without it the peer would take what there was for all there is.
        let _ = socket2::SockRef::from(&self.socket).set_linger(Some(Duration::ZERO));
        // It ends the reader; the last of the three who goes resets the connection.
        let _ = self.socket.shutdown(Shutdown::Read);
    }
}

fn read(id: Id, mut socket: TcpStream, heard: &Receiver<()>, news: &Sender<News>) {
    let mut bytes = [0; READ_BYTES];
    while heard.recv().is_ok() {
        let read = loop {
            match socket.read(&mut bytes) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let (told, is_last) = match read {
            Ok(0) => (News::End(id), true),
            Ok(count) => (News::Said(id, bytes.get(..count).unwrap_or_default().to_vec()), false),
            Err(_) => (News::Left(id), true),
        };
        if news.send(told).is_err() || is_last {
            return;
        }
    }
}

fn write(id: Id, mut socket: TcpStream, given: &Receiver<Word>, news: &Sender<News>) {
    for word in given {
        let (written, told) = match word {
            Word::Bytes(bytes) => (socket.write_all(&bytes), News::Took(id)),
            Word::End => return drop(socket.shutdown(Shutdown::Write)),
        };
        let told = if written.is_ok() { told } else { News::Left(id) };
        if news.send(told).is_err() || written.is_err() {
            return;
        }
    }
}
