//! Our end of the link: bytes to a board and from it, and a clock that it waits for.

use std::collections::BTreeMap;
use std::time::Duration;

use samewire_link::{Cause, Event, HostLink, Read};
use samewire_linked::LOG_BYTES_MAX;

use super::metric;
use super::stream::Stream;
use crate::subject::emulator::Trouble;
use crate::subject::orders::{self, Order};
use crate::subject::{Due, OpenOptions, Received};

/// What a board logs of a panic or a fault begins so: it is the panic's own word.
const PANICKED: &str = "panicked ";

/// Our end of the link: connections, and the orders beside them.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    link: Box<HostLink>,
    /// Virtual time, which goes on from connection to connection.
    now: Duration,
    metrics: BTreeMap<u16, u64>,
    /// What the board has logged, line by line.
    log: Vec<String>,
    orders: u8,
    /// How many channels the board has.
    channels: u8,
    /// The connections that are open, by channel.
    lines: BTreeMap<u8, Line>,
    /// What the board waits for, on its clock, since nothing has moved there.
    due: Option<u64>,
    trouble: Option<Trouble>,
}

/// One connection.
struct Line {
    /// For the board, which has no room for it yet.
    unsent: Vec<u8>,
    /// The client's half ends behind that.
    is_finishing: bool,
    inbox: Vec<u8>,
    end: Received,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        let link = Box::new(HostLink::new(stream.settings()));
        Self {
            stream,
            link,
            now: Duration::ZERO,
            metrics: BTreeMap::new(),
            log: Vec::new(),
            orders: 0,
            channels: 0,
            lines: BTreeMap::new(),
            due: None,
            trouble: None,
        }
    }

    /// Brings the link up, and opens the channel for orders.
    pub(super) fn greet(&mut self) -> Result<(), Trouble> {
        self.flush()?;
        while !self.link.is_up() {
            self.exchange()?;
        }
        match self.link.open() {
            Some(channel) => self.orders = channel,
            None => return Err(self.stream.lost("the board has no channel")),
        }
        self.measure(metric::SEND_BYTES).map(drop)
    }

    /// How many connections the board serves at a time. One channel is for orders.
    pub(super) fn places(&self) -> usize {
        usize::from(self.channels.saturating_sub(1))
    }

    /// Opens a connection to a server that begins anew; its channel.
    pub(super) fn open(&mut self, options: &OpenOptions) -> Result<u8, Trouble> {
        for order in orders::before(options) {
            self.order(order)?;
        }
        self.open_channel()
    }

    /// Opens one more to the same server.
    pub(super) fn join(&mut self) -> Result<u8, Trouble> {
        self.order(Order::Join)?;
        self.open_channel()
    }

    fn open_channel(&mut self) -> Result<u8, Trouble> {
        // The number of one that was left is free when the board has said so.
        loop {
            let opened = self.link.open();
            if let Some(channel) = opened {
                let (unsent, inbox) = (Vec::new(), Vec::new());
                let line = Line { unsent, is_finishing: false, inbox, end: Received::Quiet };
                self.lines.insert(channel, line);
            }
            self.settle()?;
            if let Some(channel) = opened {
                return Ok(channel);
            }
        }
    }

    /// Sends bytes, and waits until nothing moves.
    pub(super) fn send(&mut self, channel: u8, bytes: &[u8]) -> Result<(), Trouble> {
        if let Some(line) = self.lines.get_mut(&channel) {
            line.unsent.extend_from_slice(bytes);
        }
        self.push(channel)
    }

    /// Hands over what has come; it is all there is until something else is done.
    pub(super) fn receive(&mut self, channel: u8, into: &mut Vec<u8>) -> Received {
        let Some(line) = self.lines.get_mut(&channel) else { return Received::Reset };
        if line.inbox.is_empty() {
            return line.end;
        }
        into.append(&mut line.inbox);
        Received::Bytes
    }

    /// When the board will do something by itself.
    pub(super) fn due(&self) -> Due {
        self.due
            .map_or(Due::Never, |at| Due::In(Duration::from_millis(at).saturating_sub(self.now)))
    }

    /// Lets time pass, which may make room.
    pub(super) fn pass(&mut self, time: Duration) -> Result<(), Trouble> {
        self.now += time;
        self.settle()?;
        let waiting = self.lines.iter().filter(|(_, line)| !line.unsent.is_empty());
        let waiting: Vec<u8> = waiting.map(|(channel, _)| *channel).collect();
        waiting.into_iter().try_for_each(|channel| self.push(channel))
    }

    /// Ends the client's half behind what is unsent.
    pub(super) fn shut(&mut self, channel: u8) -> Result<(), Trouble> {
        if let Some(line) = self.lines.get_mut(&channel) {
            line.is_finishing = true;
        }
        self.push(channel)
    }

    /// Drops the connection, and sees what comes of that.
    pub(super) fn reset(&mut self, channel: u8) -> Result<(), Trouble> {
        self.link.reset(channel);
        if let Some(line) = self.lines.get_mut(&channel) {
            line.end = Received::Reset;
        }
        self.settle()
    }

    /// The client takes so many bytes more, and none after those.
    pub(super) fn stall(&mut self, channel: u8, bytes: usize) -> Result<(), Trouble> {
        self.mean(channel)?;
        self.order(Order::Stall(u64::try_from(bytes).unwrap_or(u64::MAX)))?;
        self.settle()
    }

    /// The client reads again.
    pub(super) fn resume(&mut self, channel: u8) -> Result<(), Trouble> {
        self.mean(channel)?;
        self.order(Order::Resume)?;
        self.settle()?;
        self.push(channel)
    }

    /// How often the server has read from this connection.
    pub(super) fn reads(&mut self, channel: u8) -> Result<u64, Trouble> {
        self.mean(channel)?;
        self.measure(metric::READS)
    }

    /// The orders that follow mean this connection, of several.
    fn mean(&mut self, channel: u8) -> Result<(), Trouble> {
        if self.lines.len() > 1 { self.order(Order::Mean(channel)) } else { Ok(()) }
    }

    /// Drops the connection; the board hears of it with the orders of the next one.
    pub(super) fn leave(&mut self, channel: u8) {
        if self.lines.remove(&channel).is_some() {
            self.link.reset(channel);
        }
    }

    /// How often the line lost something.
    pub(super) fn repairs(&self) -> u32 {
        self.link.repairs()
    }

    /// Why there is no board any more.
    pub(super) fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Gives an order, which goes with what comes next.
    fn order(&mut self, order: Order) -> Result<(), Trouble> {
        let bytes = order.encode();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let count = self.link.write(self.orders, rest);
            rest = rest.get(count..).unwrap_or_default();
            if count == 0 {
                self.settle()?;
            }
        }
        Ok(())
    }

    /// Asks what the board has measured.
    pub(super) fn measure(&mut self, id: u16) -> Result<u64, Trouble> {
        self.order(Order::Measure)?;
        self.settle()?;
        match self.metrics.get(&id) {
            Some(&value) => Ok(value),
            None => Err(self.stream.lost(&format!("the board does not measure {id}"))),
        }
    }

    /// Hands over what is unsent, and runs the board until nothing moves.
    fn push(&mut self, channel: u8) -> Result<(), Trouble> {
        loop {
            let Some(line) = self.lines.get_mut(&channel) else { return Ok(()) };
            let count = self.link.write(channel, &line.unsent);
            line.unsent.drain(..count);
            let is_sent = line.unsent.is_empty();
            if is_sent && line.is_finishing {
                self.link.finish(channel);
            }
            self.settle()?;
            // What a server that waits for something else does not take stays here.
            if count == 0 || is_sent {
                return Ok(());
            }
        }
    }

    /// Lets it be now on the board, and waits until nothing moves there.
    fn settle(&mut self) -> Result<(), Trouble> {
        self.link.tick(u64::try_from(self.now.as_millis()).unwrap_or(u64::MAX));
        while !self.exchange()? {}
        Ok(())
    }

    /// Sends what is to be sent.
    fn flush(&mut self) -> Result<(), Trouble> {
        let (now, mut frames, mut some) = (self.stream.now(), Vec::new(), [0; 4096]);
        while let count @ 1.. = self.link.transmit(now, &mut some) {
            frames.extend_from_slice(some.get(..count).unwrap_or_default());
        }
        if frames.is_empty() { Ok(()) } else { self.stream.write(&frames) }
    }

    /// Sends, waits for something, and takes it; whether the board says that nothing moves.
    fn exchange(&mut self) -> Result<bool, Trouble> {
        match self.try_exchange()? {
            Ok(is_still) => Ok(is_still),
            Err(Cause::Restarted) => Err(self.restarted()),
            Err(cause) => Err(self.broken(cause)),
        }
    }

    /// The same, and why the link broke, if it did.
    fn try_exchange(&mut self) -> Result<Result<bool, Cause>, Trouble> {
        self.flush()?;
        let bytes = self.stream.read(self.link.deadline())?;
        let (now, mut rest, mut is_still) = (self.stream.now(), &bytes[..], false);
        while let Some(event) = self.link.poll_event(now, &mut rest) {
            match event {
                Event::TickDone(due) => (self.due, is_still) = (due, true),
                Event::Up(peer) => self.channels = peer.channels,
                Event::Reset(channel) => {
                    if let Some(line) = self.lines.get_mut(&channel) {
                        line.end = Received::Reset;
                    }
                }
                Event::Readable(channel) => self.take(channel),
                Event::Metric(id, value) => {
                    self.metrics.insert(id, value);
                }
                Event::Log(line) => self.log.push(String::from_utf8_lossy(line).into_owned()),
                Event::Broken(cause) => return Ok(Err(cause)),
                _ => {}
            }
        }
        Ok(Ok(is_still))
    }

    fn broken(&mut self, cause: Cause) -> Trouble {
        self.stream.lost(&match cause {
            Cause::Silent => {
                "the board acknowledges nothing: it hangs, or its line loses too much".to_owned()
            }
            cause => format!("the link to the board is broken ({cause:?})"),
        })
    }

    /// The board has begun anew. It is greeted once more, since what it says first is why.
    fn restarted(&mut self) -> Trouble {
        self.log.clear();
        self.link.restart(self.stream.settings().session.wrapping_add(1));
        let mut is_told = false;
        while !is_told {
            match self.try_exchange() {
                Ok(Ok(is_still)) => is_told = is_still,
                Ok(Err(cause)) => return self.broken(cause),
                Err(trouble) => return trouble,
            }
            // What it has to say comes before the answer to that.
            if self.link.is_up() {
                self.link.tick(0);
            }
        }
        let words = joined(&self.log);
        if words.starts_with(PANICKED) {
            return Trouble::Panicked(words);
        }
        self.stream.lost(&format!("the board has begun anew: {words}"))
    }

    /// Reads at once, so that credit never runs out.
    fn take(&mut self, channel: u8) {
        let Some(line) = self.lines.get_mut(&channel) else { return };
        let mut some = [0; 4096];
        loop {
            match self.link.read(channel, &mut some) {
                Read::Bytes(count) => {
                    line.inbox.extend_from_slice(some.get(..count).unwrap_or_default());
                }
                Read::End => {
                    line.end = Received::End;
                    return;
                }
                Read::Nothing | Read::Gone => return,
            }
        }
    }

    /// Does this, if there is still a board to do it with.
    ///
    /// # Panics
    ///
    /// With the firmware's words, if it panics: it is the server that is tested, and its panic is
    /// its failure, as it is in memory.
    pub(super) fn attempt(&mut self, act: impl FnOnce(&mut Self) -> Result<(), Trouble>) {
        if self.trouble.is_some() {
            return;
        }
        if let Err(trouble) = act(self) {
            self.lines.values_mut().for_each(|line| line.end = Received::Reset);
            self.trouble = Some(trouble.clone());
            if let Trouble::Panicked(what) = trouble {
                std::panic::resume_unwind(Box::new(what));
            }
        }
    }
}

/// The text of these lines of log. One that is as long as lines can be goes on in the next.
fn joined(lines: &[String]) -> String {
    let mut text = String::new();
    let mut goes_on = true;
    for line in lines {
        if !goes_on {
            text.push('\n');
        }
        text.push_str(line);
        goes_on = line.len() == LOG_BYTES_MAX;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{LOG_BYTES_MAX, joined};

    #[test]
    fn lines_that_were_cut_are_one_again() {
        let long = "a".repeat(LOG_BYTES_MAX);
        assert_eq!(joined(&[]), "");
        assert_eq!(joined(&["one".into(), "two".into()]), "one\ntwo");
        let cut = joined(&["one".into(), long.clone(), "b".into(), "two".into()]);
        assert_eq!(cut, format!("one\n{long}b\ntwo"));
    }
}
