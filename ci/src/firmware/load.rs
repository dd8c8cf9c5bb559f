//! Load on an emulated board: how fast it answers beside the least that could answer, and whether
//! all its places for connections come back, however connections end.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::machine::Machine;
use crate::failure::Failure;

/// Fewer are too few to compare.
pub(super) const REQUESTS_MIN: u32 = 2_000;
/// Requests on one connection, which is as many as the demo's limits allow.
const KEPT: u32 = 100;
/// Fewer requests than these say little of speed on a machine that does other things: then it is
/// told, not judged.
const JUDGED: u32 = 100_000;
/// Connections at a time that the image has places for.
const PLACES: usize = 6;
/// Clients at a time, which leave a few places for what is still closing.
const CLIENTS: u32 = 4;
/// More than a first answer takes. A listener of an emulator holds a single connection: one that it
/// has forgotten gets no answer for half a minute, where a new one gets it at once.
const ENTRY: Duration = Duration::from_secs(3);
/// More than a board takes for anything.
const PATIENCE: Duration = Duration::from_secs(30);

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: board\r\n\r\n";
/// The end of each answer.
const END: &[u8] = b"every wire.\n";

/// Sends a tenth of the requests to compare, and the rest to see what is left. The demo must answer
/// `share_min` per cent of what the bare responder does.
pub(super) fn put(machine: &Machine, requests: u32, share_min: u64) -> Result<(), Failure> {
    let Machine { demo, bare, .. } = *machine;
    let share = compare(demo, bare, requests / 10).map_err(|why| broken("rate", &why))?;
    let start = Instant::now();
    let (connections, refused) = wear(demo, requests).map_err(|why| broken("load", &why))?;
    let seconds = start.elapsed().as_secs();
    println!(
        "{requests} requests on {connections} connections of {CLIENTS} clients in {seconds} s, \
         refused for {} ms at most",
        refused.as_millis()
    );
    let took = all_places(demo).map_err(|why| broken("places", &why))?.as_millis();
    println!("all {PLACES} places for connections are free after {took} ms, and after time-outs");
    if share < share_min && requests >= JUDGED {
        return Err(Failure::new(format!(
            "{share} % of a bare responder, of {share_min} at least"
        )));
    }
    Ok(())
}

fn broken(what: &str, why: &io::Error) -> Failure {
    Failure::new(format!("{what}: {why}"))
}

/// Requests a second of the demo, in per cent of those of the bare responder. Each is asked on one
/// connection after another, in turns, and its fastest counts: that one was least disturbed by what
/// else this machine does.
fn compare(demo: SocketAddr, bare: SocketAddr, requests: u32) -> io::Result<u64> {
    // A board that is still starting lets a SYN go by, and the next one comes seconds later.
    for address in [demo, bare] {
        Client::connect(address)?.ask(1)?;
    }
    let mut fastest = [0; 2];
    for _ in 0..requests.div_ceil(KEPT) {
        for (fastest, address) in fastest.iter_mut().zip([demo, bare]) {
            *fastest = rate(address)?.max(*fastest);
        }
    }
    let [demo, bare] = fastest;
    let share = demo * 100 / bare.max(1);
    println!("{demo} requests/s, a bare responder {bare} requests/s: {share} %");
    Ok(share)
}

/// Requests a second, on one connection from begin to end.
fn rate(address: SocketAddr) -> io::Result<u64> {
    let start = Instant::now();
    let mut client = Client::connect(address)?;
    client.ask(KEPT)?;
    client.leave(Leave::Close)?;
    let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(u64::from(KEPT) * 1_000_000 / micros.max(1))
}

/// Sends this many requests by several clients, whose connections end in every way in turn, and
/// says how many connections there were and how long one was refused at most.
fn wear(demo: SocketAddr, requests: u32) -> io::Result<(u32, Duration)> {
    let connections = requests.div_ceil(KEPT);
    let door = Door { address: demo, refused: Mutex::new(Duration::ZERO) };
    let client = |first: u32| -> io::Result<()> {
        for number in (first..connections).step_by(CLIENTS as usize) {
            let way = Leave::WAYS[(number / CLIENTS) as usize % Leave::WAYS.len()];
            // The last answer closes the connection, so the ways to leave come before it.
            let outcome = door.enter().and_then(|mut client| {
                client.ask(KEPT - 2)?;
                client.leave(way)
            });
            outcome.map_err(|why| io::Error::other(format!("connection {number}: {why}")))?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let clients: Vec<_> =
            (0..CLIENTS).map(|first| scope.spawn(move || client(first))).collect();
        clients.into_iter().try_for_each(|client| {
            client.join().unwrap_or_else(|_| Err(io::Error::other("a client panicked")))
        })
    })?;
    Ok((connections, door.refused.into_inner().unwrap_or_default()))
}

/// One enters after the other: the emulator's listener holds a single connection, and who comes
/// second waits for a second.
struct Door {
    address: SocketAddr,
    /// The longest that one was refused.
    refused: Mutex<Duration>,
}

impl Door {
    /// A connection that has got its first answer. Who left before may still be on the way out,
    /// so that for a moment there is no place; whose leave got lost has it until a deadline.
    fn enter(&self) -> io::Result<Client> {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let start = Instant::now();
        loop {
            match Client::enter(self.address) {
                Ok(client) => return Ok(client),
                Err(why) if start.elapsed() > PATIENCE => return Err(why),
                Err(_) => *refused = start.elapsed().max(*refused),
            }
        }
    }
}

/// As many connections as there are places, one more that is refused, all left to time out, and
/// the same again. Says how long it took at most until all places were free.
fn all_places(demo: SocketAddr) -> io::Result<Duration> {
    let mut slowest = Duration::ZERO;
    for _ in 0..2 {
        let (clients, took) = fill(demo)?;
        if Client::connect(demo)?.ask(1).is_ok() {
            return Err(io::Error::other(format!("there are more than {PLACES}")));
        }
        for mut client in clients {
            client.end()?;
        }
        slowest = took.max(slowest);
    }
    Ok(fill(demo)?.1.max(slowest))
}

/// A connection in each place, and how long that took: who left last may still be on the way out.
fn fill(demo: SocketAddr) -> io::Result<(Vec<Client>, Duration)> {
    let start = Instant::now();
    loop {
        let clients = (0..PLACES).map(|_| Client::enter(demo));
        match clients.collect::<io::Result<_>>() {
            Ok(clients) => return Ok((clients, start.elapsed())),
            Err(why) if start.elapsed() > PATIENCE => return Err(why),
            Err(_) => {}
        }
    }
}

/// How a client ends its connection, behind one more request.
#[derive(Clone, Copy)]
enum Leave {
    /// By a close, the answer read.
    Close,
    /// By a reset: what it has not read when it closes makes the system send one.
    Reset,
    /// By the end of its half, the answer read behind that.
    Half,
    /// In the middle of a request.
    Begun,
    /// By the server's close.
    Last,
}

impl Leave {
    const WAYS: [Self; 5] = [Self::Close, Self::Reset, Self::Half, Self::Begun, Self::Last];
}

struct Client(TcpStream);

impl Client {
    fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self(stream))
    }

    /// With a first answer.
    fn enter(address: SocketAddr) -> io::Result<Self> {
        let mut client = Self::connect(address)?;
        client.0.set_read_timeout(Some(ENTRY))?;
        client.ask(1)?;
        client.0.set_read_timeout(Some(PATIENCE))?;
        Ok(client)
    }

    /// So many requests, one after the other.
    fn ask(&mut self, requests: u32) -> io::Result<()> {
        for _ in 0..requests {
            self.0.write_all(REQUEST)?;
            self.answer()?;
        }
        Ok(())
    }

    /// Reads one answer.
    fn answer(&mut self) -> io::Result<()> {
        let mut answer = [0; 512];
        let mut filled = 0;
        while !answer[..filled].ends_with(END) {
            match self.0.read(&mut answer[filled..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => filled += read,
            }
        }
        Ok(())
    }

    /// Waits for the server's end.
    fn end(&mut self) -> io::Result<()> {
        match self.0.read(&mut [0; 16])? {
            0 => Ok(()),
            _ => Err(io::Error::other("more than was asked for")),
        }
    }

    fn leave(mut self, way: Leave) -> io::Result<()> {
        match way {
            Leave::Close => {}
            Leave::Begun => self.0.write_all(b"GET / HT")?,
            Leave::Reset => {
                self.0.write_all(REQUEST)?;
                self.0.peek(&mut [0])?;
            }
            Leave::Half => {
                self.0.write_all(REQUEST)?;
                self.0.shutdown(Shutdown::Write)?;
                self.answer()?;
                self.end()?;
            }
            Leave::Last => {
                self.ask(1)?;
                self.end()?;
            }
        }
        Ok(())
    }
}
