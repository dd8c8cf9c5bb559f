//! What the bridge decides, without sockets, threads or clock: which client speaks on which channel,
//! what may go on to whom, and when the board is to be told the time.
//!
//! One turn takes all that has come as far as it goes. What there is no room for stays where it came
//! from: a client is asked for more when the board has taken what it sent, and a channel is read when
//! its client has taken what was read before.

use std::collections::{BTreeMap, VecDeque};

use samewire_link::{Cause, Event, HostLink, Read, Settings};
use samewire_linked::Order;

/// After so long a silence the board is asked whether it is still there.
const HEARTBEAT_MS: u64 = 2000;
/// A deadline of the board that has come and stays is looked at again after so long.
const AGAIN_MS: u64 = 10;
/// A client may take so long to hang up when the board has, which waits for two seconds itself.
pub(super) const LINGER_MS: u64 = 5000;

/// A client, as its number among all that ever came.
pub(super) type Id = u64;

/// What is to be done for a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// It may say so much as it does at once.
    Hear,
    /// It is to take these bytes, and then to be [said](Switch::took) to have.
    Give(Vec<u8>),
    /// There are no more bytes for it.
    End,
    /// It is through.
    Close,
    /// Its connection is gone.
    Reset,
}

/// The link's end of the bridge.
pub(super) struct Switch {
    link: Box<HostLink>,
    /// The channel for orders, once the link is up.
    orders: Option<u8>,
    /// Orders that were not handed over yet.
    unordered: Vec<u8>,
    lines: BTreeMap<Id, Line>,
    /// Clients for whom there is no channel yet, in their order.
    waiting: VecDeque<Id>,
    acts: Vec<(Id, Act)>,
    /// What the board has logged.
    log: Vec<String>,
    time: Time,
    drains: bool,
}

/// One connection through the bridge.
struct Line {
    channel: u8,
    /// What the client has said, and the board has no room for.
    unsent: Vec<u8>,
    /// The client may go on.
    hears: bool,
    /// The client has ended, and the board knows that.
    ends: bool,
    has_ended: bool,
    /// The client takes what it was given.
    takes: bool,
    /// The board has ended; until when the client may take its time.
    lingers: Option<u64>,
}

/// What the board knows of time.
#[derive(Default)]
struct Time {
    /// It was told the time, and has not answered yet.
    is_asked: bool,
    /// When it was told last.
    told: u64,
    /// Something has come to it since then: it is to say what it makes of that.
    is_stale: bool,
    /// When something happens there by itself.
    deadline: Option<u64>,
}

impl Switch {
    /// A link that begins to look for the board.
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            link: Box::new(HostLink::new(settings)),
            orders: None,
            unordered: Order::Join.encode().to_vec(),
            lines: BTreeMap::new(),
            waiting: VecDeque::new(),
            acts: Vec::new(),
            log: Vec::new(),
            time: Time::default(),
            drains: false,
        }
    }

    /// Whether the board has answered.
    pub(super) const fn is_up(&self) -> bool {
        self.orders.is_some()
    }

    /// Whether the board owes an answer.
    pub(super) const fn is_owed(&self) -> bool {
        !self.is_up() || self.time.is_asked
    }

    /// A client has come.
    pub(super) fn enter(&mut self, id: Id, now: u64) {
        self.time.touch(&mut self.link, now);
        self.waiting.push_back(id);
    }

    /// A client has said this.
    pub(super) fn say(&mut self, id: Id, bytes: &[u8], now: u64) {
        self.time.touch(&mut self.link, now);
        if let Some(line) = self.lines.get_mut(&id) {
            line.unsent.extend_from_slice(bytes);
            line.hears = false;
        }
    }

    /// A client says no more, but listens.
    pub(super) fn end(&mut self, id: Id, now: u64) {
        self.time.touch(&mut self.link, now);
        if let Some(line) = self.lines.get_mut(&id) {
            line.ends = true;
        }
    }

    /// A client has taken what it was given.
    pub(super) fn took(&mut self, id: Id) {
        if let Some(line) = self.lines.get_mut(&id) {
            line.takes = false;
        }
    }

    /// A client is gone.
    pub(super) fn leave(&mut self, id: Id, now: u64) {
        self.time.touch(&mut self.link, now);
        self.waiting.retain(|waiting| *waiting != id);
        if let Some(line) = self.lines.remove(&id) {
            self.link.reset(line.channel);
        }
    }

    /// Lets those who are there finish what they have begun, and nobody else in.
    pub(super) fn drain(&mut self) {
        if !self.drains {
            self.drains = true;
            self.unordered.extend(Order::Drain.encode());
            self.acts.extend(self.waiting.drain(..).map(|id| (id, Act::Reset)));
        }
    }

    /// Whether nobody is there any more, and nobody will come.
    pub(super) fn is_drained(&self) -> bool {
        self.drains && self.lines.is_empty() && self.waiting.is_empty()
    }

    /// Takes bytes of the board, or looks what time has done.
    ///
    /// # Errors
    ///
    /// Why the link is broken.
    pub(super) fn board(&mut self, now: u64, bytes: &[u8]) -> Result<(), Cause> {
        let mut rest = bytes;
        while let Some(event) = self.link.poll_event(now, &mut rest) {
            match event {
                Event::TickDone(deadline) => {
                    self.time.is_asked = false;
                    self.time.deadline = deadline.map(|at| at.max(self.time.told + AGAIN_MS));
                }
                Event::Reset(channel) => {
                    let at = self.lines.iter().find(|(_, line)| line.channel == channel);
                    if let Some((&id, _)) = at {
                        self.lines.remove(&id);
                        self.acts.push((id, Act::Reset));
                    }
                }
                Event::Log(line) => self.log.push(String::from_utf8_lossy(line).into_owned()),
                Event::Broken(cause) => return Err(cause),
                // What can be read is read in its turn.
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes everything as far as it goes.
    pub(super) fn turn(&mut self, now: u64) {
        if self.orders.is_none() && self.link.is_up() {
            self.orders = self.link.open();
        }
        let Some(orders) = self.orders else { return };
        if !self.unordered.is_empty() {
            let count = self.link.write(orders, &self.unordered);
            self.unordered.drain(..count);
            self.time.is_stale |= count > 0;
        }
        self.let_in();
        let ids: Vec<Id> = self.lines.keys().copied().collect();
        for id in ids {
            self.carry(id, now);
        }
        self.tell_time(now);
    }

    /// Gives channels to those who wait for one.
    fn let_in(&mut self) {
        // The first order must be there before them.
        while self.unordered.is_empty()
            && let Some(&id) = self.waiting.front()
        {
            let Some(channel) = self.link.open() else { return };
            self.time.is_stale = true;
            self.waiting.pop_front();
            self.lines.insert(id, Line::new(channel));
        }
    }

    /// Takes one connection's bytes as far as they go, both ways.
    fn carry(&mut self, id: Id, now: u64) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        if !line.unsent.is_empty() || (line.ends && !line.has_ended) {
            let count = self.link.write(line.channel, &line.unsent);
            line.unsent.drain(..count);
            self.time.is_stale |= count > 0;
            if line.unsent.is_empty() && line.ends {
                self.link.finish(line.channel);
                (line.has_ended, self.time.is_stale) = (true, true);
            }
        }
        if line.unsent.is_empty() && !line.ends && !line.hears {
            line.hears = true;
            self.acts.push((id, Act::Hear));
        }
        if !line.takes && line.lingers.is_none() {
            let mut bytes = vec![0; 4096];
            match self.link.read(line.channel, &mut bytes) {
                Read::Bytes(count) => {
                    bytes.truncate(count);
                    line.takes = true;
                    self.acts.push((id, Act::Give(bytes)));
                }
                Read::End => {
                    line.lingers = Some(now + LINGER_MS);
                    self.acts.push((id, Act::End));
                }
                Read::Nothing | Read::Gone => {}
            }
        }
        if let Some(until) = line.lingers {
            if line.has_ended {
                self.acts.push((id, Act::Close));
                self.lines.remove(&id);
            } else if now >= until {
                self.acts.push((id, Act::Reset));
                self.leave(id, now);
            }
        }
    }

    /// Tells the board the time when something is due there, and behind what has come to it: then it
    /// says when something will be.
    fn tell_time(&mut self, now: u64) {
        let is_due = self.time.next().is_some_and(|at| now >= at);
        if self.time.is_stale || is_due {
            self.time.tell(&mut self.link, now);
        }
    }

    /// What is to be done for clients.
    pub(super) fn acts(&mut self) -> Vec<(Id, Act)> {
        std::mem::take(&mut self.acts)
    }

    /// What the board has logged since this was asked last.
    pub(super) fn log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }

    /// What the board is to be sent.
    pub(super) fn transmit(&mut self, now: u64) -> Vec<u8> {
        let (mut frames, mut some) = (Vec::new(), [0; 4096]);
        while let count @ 1.. = self.link.transmit(now, &mut some) {
            frames.extend_from_slice(some.get(..count).unwrap_or_default());
        }
        frames
    }

    /// When to take the next turn, though nothing has come.
    pub(super) fn deadline(&self) -> Option<u64> {
        let next = if self.is_up() { self.time.next() } else { None };
        let lingers = self.lines.values().filter_map(|line| line.lingers).min();
        [self.link.deadline(), next, lingers].into_iter().flatten().min()
    }
}

impl Line {
    const fn new(channel: u8) -> Self {
        Self {
            channel,
            unsent: Vec::new(),
            hears: false,
            ends: false,
            has_ended: false,
            takes: false,
            lingers: None,
        }
    }
}

impl Time {
    /// Something is about to come to the board: it must know how late it is before that.
    fn touch(&mut self, link: &mut HostLink, now: u64) {
        self.tell(link, now);
        self.is_stale = true;
    }

    /// Tells the board the time, unless it still owes an answer to that.
    fn tell(&mut self, link: &mut HostLink, now: u64) {
        if !self.is_asked {
            link.tick(now);
            (self.is_asked, self.told, self.is_stale) = (true, now, false);
        }
    }

    /// When to tell it again.
    fn next(&self) -> Option<u64> {
        let heartbeat = self.told + HEARTBEAT_MS;
        (!self.is_asked).then(|| self.deadline.map_or(heartbeat, |at| at.min(heartbeat)))
    }
}

#[cfg(test)]
mod tests;
