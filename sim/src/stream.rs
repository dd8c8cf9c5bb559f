//! One connection's two ends, in memory: a [`Client`] holds one, `serve` the other.
//!
//! What the client sends first goes to the network, which brings it here when its turn has
//! come. What the server writes can be read at once. A [`Delivery`] says how coarsely or finely
//! bytes travel; a server that keeps the law of determinism answers the same whatever it says.
//!
//! [`Client`]: crate::client::Client

use std::cell::{RefCell, RefMut};
use std::net::IpAddr;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use samewire::{Gone, Transport};

use crate::flow::Flow;

/// How the bytes of one connection travel. The default is as they come, without bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Offsets in all that the client sends, ascending. No read crosses one.
    pub cuts: Vec<usize>,
    /// Bytes that one read of the server gets at most. At least 1.
    pub read_bytes_max: usize,
    /// Bytes that one write of the server hands over at most. At least 1.
    pub write_bytes_max: usize,
    /// Bytes that the server can have written before the client reads some. At least 1.
    pub window_bytes: usize,
    /// Whether each piece (up to the next cut, at most `read_bytes_max` long) arrives only when
    /// the server has done all that it can with those before.
    pub one_by_one: bool,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            cuts: Vec::new(),
            read_bytes_max: usize::MAX,
            write_bytes_max: usize::MAX,
            window_bytes: usize::MAX,
            one_by_one: false,
        }
    }
}

/// What the server has done to its end of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Reads that got bytes.
    pub reads: usize,
    /// Bytes read.
    pub bytes_read: usize,
    /// Writes that handed bytes over.
    pub writes: usize,
    /// Bytes written.
    pub bytes_written: usize,
}

/// How the server's half of a stream stands, as the client sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// More may come.
    #[default]
    Open,
    /// The server ended its half: a FIN.
    Fin,
    /// Either side reset the stream: a RST. A server does so that drops a stream with bytes unread.
    Reset,
}

/// The server's end: what `serve` runs on.
#[derive(Debug)]
pub struct Stream(Rc<Wire>, IpAddr);

/// What the two ends share.
#[derive(Debug)]
pub(crate) struct Wire(RefCell<State>);

#[derive(Debug)]
pub(crate) struct State {
    delivery: Delivery,
    /// Towards the server: all that was sent, of which `arrived` bytes can be read.
    up: Flow,
    arrived: usize,
    shut: Half,
    /// Towards the client.
    pub(crate) down: Flow,
    pub(crate) end: End,
    pub(crate) counts: Counts,
    /// Bytes that a client which has stopped reading still takes.
    left: Option<usize>,
    draining: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
    drainer: Option<Waker>,
}

/// The client's half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Open,
    /// Ended, but the FIN is still on its way.
    Ending,
    Ended,
}

impl Stream {
    /// A new stream; the other end of the wire is the client's.
    pub(crate) fn new(peer: IpAddr, delivery: Delivery) -> (Self, Rc<Wire>) {
        let bounds = [delivery.read_bytes_max, delivery.write_bytes_max, delivery.window_bytes];
        assert!(!bounds.contains(&0), "a bound of zero bytes lets nothing through: {delivery:?}");
        assert!(delivery.cuts.is_sorted(), "cuts ascend: {delivery:?}");
        let wire = Rc::new(Wire(RefCell::new(State {
            delivery,
            up: Flow::default(),
            arrived: 0,
            shut: Half::Open,
            down: Flow::default(),
            end: End::Open,
            counts: Counts::default(),
            left: None,
            draining: false,
            reader: None,
            writer: None,
            drainer: None,
        })));
        (Self(Rc::clone(&wire), peer), wire)
    }
}

impl Transport for Stream {
    fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<Result<usize, Gone>> {
        assert!(!into.is_empty(), "a read must offer room");
        let state = &mut *self.0.state();
        if state.end == End::Reset {
            return Poll::Ready(Err(Gone));
        }
        let from = state.up.taken();
        let piece = state.piece_end(from).min(state.arrived) - from;
        let read = state.up.take(piece.min(into.len()), into);
        if read > 0 {
            state.counts.reads += 1;
            state.counts.bytes_read += read;
        } else if state.shut != Half::Ended {
            state.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(read))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, from: &[u8]) -> Poll<Result<usize, Gone>> {
        assert!(!from.is_empty(), "a write must have bytes");
        let state = &mut *self.0.state();
        match state.end {
            End::Reset => return Poll::Ready(Err(Gone)),
            End::Fin => panic!("the server wrote after it ended its half of the stream"),
            End::Open => {}
        }
        let room = state.delivery.window_bytes.saturating_sub(state.down.len());
        let room = room.min(state.left.unwrap_or(usize::MAX));
        let written = from.len().min(room).min(state.delivery.write_bytes_max);
        if written == 0 {
            state.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.left = state.left.map(|left| left - written);
        state.down.push(&from[..written]);
        state.counts.writes += 1;
        state.counts.bytes_written += written;
        Poll::Ready(Ok(written))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        let state = &mut *self.0.state();
        if state.end == End::Reset {
            return Poll::Ready(Err(Gone));
        }
        state.end = End::Fin;
        Poll::Ready(Ok(()))
    }

    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let state = &mut *self.0.state();
        if state.draining {
            return Poll::Ready(());
        }
        state.drainer = Some(cx.waker().clone());
        Poll::Pending
    }

    fn peer(&self) -> Option<IpAddr> {
        Some(self.1)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let state = &mut *self.0.state();
        // As a kernel does: a FIN if all was read, else a RST, which may cost the client the answer.
        if state.up.taken() < state.arrived {
            state.end = End::Reset;
        } else if state.end == End::Open {
            state.end = End::Fin;
        }
    }
}

impl Wire {
    /// The only borrow of the state; it never lasts beyond one call.
    pub(crate) fn state(&self) -> RefMut<'_, State> {
        self.0.borrow_mut()
    }

    /// Brings the next piece to the server, or the FIN behind the last one; all together, if the
    /// delivery is not one by one. False if nothing was on its way.
    pub(crate) fn deliver(&self) -> bool {
        let waker = {
            let state = &mut *self.state();
            let sent = state.up.pushed();
            if state.arrived == sent && state.shut != Half::Ending {
                return false;
            }
            let fin_next = state.arrived == sent;
            state.arrived = match state.delivery.one_by_one {
                true => state.piece_end(state.arrived).min(sent),
                false => sent,
            };
            if state.shut == Half::Ending && (fin_next || !state.delivery.one_by_one) {
                state.shut = Half::Ended;
            }
            state.reader.take()
        };
        wake(waker);
        true
    }

    /// Asks the server to finish what it has begun and to close.
    pub(crate) fn drain(&self) {
        let waker = {
            let state = &mut *self.state();
            state.draining = true;
            state.drainer.take()
        };
        wake(waker);
    }

    /// Puts bytes on their way to the server. After its own end, or a reset, nobody reads them.
    pub(crate) fn send(&self, bytes: &[u8]) {
        let mut state = self.state();
        assert!(state.shut == Half::Open, "the client sent after it shut its half of the stream");
        state.up.push(bytes);
    }

    /// Bytes that the client has sent so far.
    pub(crate) fn sent(&self) -> usize {
        self.state().up.pushed()
    }

    /// Puts a FIN behind what was sent.
    pub(crate) fn shut(&self) {
        let mut state = self.state();
        if state.shut == Half::Open {
            state.shut = Half::Ending;
        }
    }

    /// Ends both halves at once; what had not been read is lost.
    pub(crate) fn reset(&self) {
        let wakers = {
            let state = &mut *self.state();
            state.end = End::Reset;
            [state.reader.take(), state.writer.take()]
        };
        wakers.into_iter().for_each(wake);
    }

    /// The server can write so many bytes from now on, or as many as the delivery allows.
    pub(crate) fn take_only(&self, bytes: Option<usize>) {
        let waker = {
            let state = &mut *self.state();
            state.left = bytes;
            state.writer.take()
        };
        wake(waker);
    }

    /// Moves at most `bytes_max` bytes of what the server wrote to the end of `into`.
    pub(crate) fn read(&self, bytes_max: usize, into: &mut Vec<u8>) -> usize {
        let (read, waker) = {
            let state = &mut *self.state();
            let read = state.down.take_all(bytes_max, into);
            (read, if read > 0 { state.writer.take() } else { None })
        };
        wake(waker);
        read
    }
}

impl State {
    /// Where the piece that begins at `offset` ends at the latest.
    fn piece_end(&self, offset: usize) -> usize {
        let cuts = &self.delivery.cuts;
        let passed = cuts.partition_point(|&cut| cut <= offset);
        let cut = cuts.get(passed).copied().unwrap_or(usize::MAX);
        cut.min(offset.saturating_add(self.delivery.read_bytes_max))
    }
}

/// Wakes outside any borrow of the state.
fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Delivery, End, Stream};
    use crate::{client::Client, network::Network};
    use samewire::{Gone, Transport};
    use std::net::{IpAddr, Ipv4Addr};
    use std::task::{Context, Poll, Waker};

    const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    type Ended<T> = Poll<Result<T, Gone>>;

    fn pair(delivery: Delivery) -> (Stream, Client, Network) {
        let (network, (stream, wire)) = (Network::default(), Stream::new(LOCALHOST, delivery));
        (stream, Client::new(wire, network.clone()), network)
    }

    fn read(stream: &mut Stream) -> Ended<Vec<u8>> {
        let mut into = [0; 16];
        let read = stream.poll_read(&mut Context::from_waker(Waker::noop()), &mut into);
        read.map_ok(|read| into[..read].to_vec())
    }

    fn write(stream: &mut Stream, bytes: &[u8]) -> Ended<usize> {
        stream.poll_write(&mut Context::from_waker(Waker::noop()), bytes)
    }

    /// What reads get until they must wait, in text, with `.` for a wait and `$` for the end.
    fn pieces(stream: &mut Stream, network: &Network) -> String {
        let mut pieces = String::new();
        loop {
            match read(stream) {
                Poll::Ready(Ok(piece)) if piece.is_empty() => return pieces + "$",
                Poll::Ready(Ok(piece)) => {
                    pieces += std::str::from_utf8(&piece).unwrap();
                    pieces.push('|');
                }
                Poll::Ready(Err(Gone)) => return pieces + "gone",
                Poll::Pending if network.deliver_next() => pieces.push('.'),
                Poll::Pending => return pieces,
            }
        }
    }

    #[test]
    fn a_delivery_decides_where_reads_end() {
        let whole = Delivery::default;
        for (delivery, expected) in [
            (whole(), ".abcdefg|$"),
            (Delivery { cuts: vec![0, 1, 4, 9], ..whole() }, ".a|bcd|efg|$"),
            (Delivery { read_bytes_max: 3, ..whole() }, ".abc|def|g|$"),
            (Delivery { cuts: vec![4], read_bytes_max: 3, ..whole() }, ".abc|d|efg|$"),
            (Delivery { one_by_one: true, ..whole() }, ".abcdefg|.$"),
            (Delivery { cuts: vec![1, 4], one_by_one: true, ..whole() }, ".a|.bcd|.efg|.$"),
            (Delivery { read_bytes_max: 3, one_by_one: true, ..whole() }, ".abc|.def|.g|.$"),
        ] {
            let text = format!("{delivery:?}");
            let (mut stream, client, network) = pair(delivery);
            client.send("abc");
            client.send("defg");
            client.shut();
            assert_eq!(pieces(&mut stream, &network), expected, "{text}");
            assert_eq!(client.counts().bytes_read, 7, "{text}");
        }
    }

    #[test]
    fn a_full_window_holds_the_server_back() {
        let delivery = Delivery { window_bytes: 5, write_bytes_max: 3, ..Delivery::default() };
        let (mut stream, client, _) = pair(delivery);
        assert_eq!(write(&mut stream, b"abcdef"), Poll::Ready(Ok(3)));
        assert_eq!(write(&mut stream, b"def"), Poll::Ready(Ok(2)));
        assert_eq!(write(&mut stream, b"f"), Poll::Pending);
        let mut taken = Vec::new();
        assert_eq!((client.read(1, &mut taken), client.waiting(), &*taken), (1, 4, &b"a"[..]));
        assert_eq!(write(&mut stream, b"fg"), Poll::Ready(Ok(1)));
        assert_eq!(client.take(), b"bcdef");
        let counts = Counts { writes: 3, bytes_written: 6, ..Counts::default() };
        assert_eq!(client.counts(), counts);
    }

    #[test]
    fn a_client_that_stalls_takes_so_many_bytes_and_no_more() {
        let (mut stream, client, _) = pair(Delivery::default());
        client.stall(2);
        assert_eq!(write(&mut stream, b"abc"), Poll::Ready(Ok(2)));
        assert_eq!(client.take(), b"ab");
        assert_eq!(write(&mut stream, b"c"), Poll::Pending, "taking makes no room");
        client.stall(1);
        assert_eq!(write(&mut stream, b"cd"), Poll::Ready(Ok(1)));
        assert_eq!(write(&mut stream, b"d"), Poll::Pending);
        client.resume();
        assert_eq!(write(&mut stream, b"de"), Poll::Ready(Ok(2)));
        assert_eq!(client.take(), b"cde");
    }

    #[test]
    fn a_reset_loses_what_was_not_read() {
        let (mut stream, client, network) = pair(Delivery::default());
        client.send("abc");
        network.deliver_next();
        client.reset();
        assert_eq!(read(&mut stream), Poll::Ready(Err(Gone)));
        assert_eq!(write(&mut stream, b"x"), Poll::Ready(Err(Gone)));
    }

    #[test]
    fn dropping_a_stream_with_bytes_unread_resets_it() {
        for (sent, end) in [("", End::Fin), ("abc", End::Reset)] {
            let (mut stream, client, network) = pair(Delivery::default());
            client.send(sent);
            network.deliver_next();
            assert_eq!(write(&mut stream, b"bye"), Poll::Ready(Ok(3)));
            assert_eq!(client.end(), End::Open);
            drop(stream);
            assert_eq!((client.end(), client.take()), (end, b"bye".to_vec()), "{sent:?}");
        }
    }
}
