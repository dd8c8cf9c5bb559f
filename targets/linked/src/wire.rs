//! What stands between a line and the server: it carries frames between the bytes and the link, lets
//! virtual time pass from deadline to deadline, and says when nothing moves any more.

mod obey;

use samewire::{Instant, Limits};
use samewire_link::{Event, Link, Read, Settings};

use crate::board::{End, Mark};
use crate::line::Line;
use crate::order;
use crate::pace::Delivery;
use crate::place::{Place, Who};

/// What a browser sends comes in one read, as it does from a network.
pub(crate) const INPUT_BYTES: usize = 512;

/// What is not the server: `CHANNELS` are one for each of `PLACES` connections, and that of orders.
pub(crate) struct Wire<const PLACES: usize, const CHANNELS: usize> {
    link: Link<CHANNELS, INPUT_BYTES, 128, 4>,
    /// Virtual time.
    now: Instant,
    /// Until when time passes, if the runner waits for that.
    tick: Option<Instant>,
    /// What was measured and is still to be told.
    metrics: [Option<(u16, u64)>; 5],
    /// Bytes of the two buffers.
    room: (usize, usize),
    limits: Limits,
    delivery: Delivery,
    /// The channel of a connection with which all begins anew, or zero.
    first: u8,
    places: [Place; PLACES],
    /// Channels of connections for which there is no place yet, in their order, and zeros. One that
    /// has left its channel may still be served, until its handler hears of that.
    waiting: [u8; PLACES],
    /// When the work beside the connections wants to be polled again.
    work_deadline: Option<Instant>,
    /// The place of the connection that orders mean.
    meant: u8,
    /// How many places have memory: none before the first connection.
    furnished: u8,
    /// Connections join those that there are.
    joins: bool,
    /// Connections are to finish what they have begun, and no others are taken.
    drains: bool,
    /// There may be something to do.
    is_due: bool,
    /// Bytes have moved since this was asked last.
    has_moved: bool,
}

impl<const PLACES: usize, const CHANNELS: usize> Wire<PLACES, CHANNELS> {
    const IS_SHARED: bool = {
        assert!(PLACES >= 1 && PLACES < 256 && CHANNELS == PLACES + 1);
        PLACES > 1
    };

    pub(crate) const fn new(settings: Settings) -> Self {
        Self {
            link: Link::new(settings),
            now: Instant::ZERO,
            tick: None,
            metrics: [None; 5],
            room: (0, 0),
            limits: Limits::SMALL,
            delivery: Delivery::Whole,
            first: 0,
            places: [const { Place::FREE }; PLACES],
            waiting: [0; PLACES],
            work_deadline: None,
            meant: 0,
            furnished: 0,
            joins: false,
            drains: false,
            is_due: false,
            has_moved: false,
        }
    }

    /// Begins anew in this session, as one that was never up.
    pub(crate) fn restart(&mut self, session: u32) {
        self.link.restart(session);
        (self.now, self.tick, self.metrics) = (Instant::ZERO, None, [None; 5]);
        self.take_usual();
        self.first = 0;
        self.clear(0);
    }

    /// Forgets all connections.
    fn clear(&mut self, furnished: u8) {
        self.places = [const { Place::FREE }; PLACES];
        self.waiting = [0; PLACES];
        (self.work_deadline, self.meant, self.furnished) = (None, 0, furnished);
        (self.drains, self.is_due) = (false, false);
    }

    /// Tells how large the buffers are that connections are lent.
    pub(crate) fn has_room(&mut self, receive: usize, send: usize) {
        self.room = (receive, send);
    }

    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    /// Whether there is a connection with which all begins anew.
    pub(crate) fn begins(&self) -> bool {
        self.first != 0
    }

    /// Begins anew with that connection; how many there is memory for at a time.
    pub(crate) fn begin(&mut self) -> Option<usize> {
        let channel = core::mem::take(&mut self.first);
        if channel == 0 {
            return None;
        }
        let (receive, send) = self.room;
        let count = (receive / self.limits.receive_bytes_min().max(1))
            .min(send / self.limits.send_bytes_min().max(1))
            .clamp(1, PLACES);
        self.clear(count as u8);
        self.enter(channel);
        Some(count)
    }

    /// Gives a connection a place, if there is one, or has it wait for one.
    fn enter(&mut self, channel: u8) {
        let furnished = self.places.iter_mut().take(self.furnished.into());
        if self.drains {
            self.link.reset(channel);
        } else if let Some((index, place)) = furnished.enumerate().find(|(_, place)| place.is_over)
        {
            *place = Place::new(channel, self.delivery);
            (self.meant, self.is_due) = (index as u8, true);
        } else if let Some(place) = self.waiting.iter_mut().find(|place| **place == 0) {
            *place = channel;
        }
    }

    /// A connection need not wait any more; whether it did.
    fn take_waiting(&mut self, channel: u8) -> bool {
        let Some(at) = self.waiting.iter().position(|waiting| *waiting == channel) else {
            return false;
        };
        if let Some(behind) = self.waiting.get_mut(at..) {
            behind.rotate_left(1);
        }
        if let Some(last) = self.waiting.last_mut() {
            *last = 0;
        }
        true
    }

    /// No further connection is taken.
    fn drain(&mut self) {
        (self.drains, self.is_due) = (true, true);
        for channel in core::mem::replace(&mut self.waiting, [0; PLACES]) {
            self.link.reset(channel);
        }
    }

    /// Whether a connection is new in this place.
    pub(crate) fn accept(&mut self, index: usize) -> bool {
        let place = self.places.get_mut(index);
        place.is_some_and(|place| core::mem::take(&mut place.is_new))
    }

    /// Those of connections that begin now.
    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether there are several connections, of which one may have to look at what another one
    /// did.
    pub(crate) fn is_shared(&self) -> bool {
        Self::IS_SHARED && self.places.iter().filter(|place| !place.is_over).count() > 1
    }

    /// Whether bytes have moved since this was asked last.
    pub(crate) fn take_moved(&mut self) -> bool {
        core::mem::take(&mut self.has_moved)
    }

    /// Whether connections are to finish what they have begun.
    pub(crate) fn drains(&self) -> bool {
        Self::IS_SHARED && self.drains
    }

    /// Whether all of them have.
    pub(crate) fn is_drained(&self) -> bool {
        self.drains() && self.places.iter().all(|place| place.is_over)
    }

    /// Whether the server has something to do: bytes or time have come, or it may read on.
    pub(crate) fn take_due(&mut self) -> bool {
        let mut places = self.places.iter_mut();
        if !self.is_due && !places.any(|place| !place.is_over && place.pace.grant()) {
            return false;
        }
        (self.is_due, self.work_deadline) = (false, None);
        for place in &mut self.places {
            place.deadline = None;
        }
        true
    }

    /// This one waits until then, at the latest; whether that has come.
    pub(crate) fn wait_until(&mut self, deadline: Instant, who: Who) -> bool {
        let waits = match who {
            Who::Place(index) => self.places.get_mut(index).map(|place| &mut place.deadline),
            Who::Work => Some(&mut self.work_deadline),
        };
        if let Some(waits) = waits {
            *waits = Some(deadline);
        }
        self.now >= deadline
    }

    /// Reads what has come for the server, at most what may be read now.
    pub(crate) fn read(&mut self, index: usize, into: &mut [u8]) -> Read {
        let Some(Place { channel, pace, is_gone: false, .. }) = self.places.get_mut(index) else {
            return Read::Gone;
        };
        let count = pace.readable(into.len());
        let Some(into @ [_, ..]) = into.get_mut(..count) else { return Read::Nothing };
        let read = self.link.read(*channel, into);
        if let Read::Bytes(count) = read {
            pace.has_read(count);
            self.has_moved = true;
        }
        read
    }

    /// Hands over bytes of the server; how many. Nothing if the connection is gone.
    pub(crate) fn write(&mut self, index: usize, bytes: &[u8]) -> Option<usize> {
        let Some(Place { channel, pace, is_gone: false, is_blocked, .. }) =
            self.places.get_mut(index)
        else {
            return None;
        };
        let bytes = bytes.get(..pace.writable(bytes.len())).unwrap_or_default();
        let count = self.link.write(*channel, bytes);
        pace.has_written(count);
        *is_blocked = count == 0 && !bytes.is_empty();
        self.has_moved |= count > 0;
        Some(count)
    }

    /// Ends the server's half. Nothing if the connection is gone.
    pub(crate) fn finish(&mut self, index: usize) -> Option<()> {
        let place = self.places.get(index)?;
        self.link.finish(place.channel);
        (!place.is_gone).then_some(())
    }

    /// The server is through. As a kernel does: a FIN if all that came was read, else a RST.
    pub(crate) fn leave(&mut self, index: usize) {
        let Some(place) = self.places.get_mut(index) else { return };
        (place.is_over, place.deadline, self.has_moved) = (true, None, true);
        let channel = place.channel;
        let has_unread = place.pace.readable(1) > 0
            && matches!(self.link.read(channel, &mut [0]), Read::Bytes(_));
        if has_unread {
            self.link.reset(channel);
        } else {
            self.link.finish(channel);
            self.drop_unread(channel);
        }
        if let Some(&next @ 1..) = self.waiting.first() {
            self.take_waiting(next);
            self.enter(next);
        }
    }

    /// Nobody reads any more, and the runner must not wait for room.
    fn drop_unread(&mut self, channel: u8) {
        let mut bytes = [0; 32];
        while let Read::Bytes(_) = self.link.read(channel, &mut bytes) {}
    }

    /// What is to be sent next; how many bytes.
    pub(crate) fn transmit(&mut self, now: u64, frames: &mut [u8]) -> usize {
        self.link.transmit(now, frames)
    }

    /// When to receive at the latest, though nothing has come.
    pub(crate) fn deadline(&self) -> Option<u64> {
        self.link.deadline()
    }

    /// Hands over a line of log; whether there was room for it.
    pub(crate) fn log(&mut self, line: &[u8]) -> bool {
        self.link.is_up() && self.link.log(line)
    }

    /// Goes on towards what the runner waits for; whether there was anything to do.
    pub(crate) fn pass<L: Line>(&mut self) -> bool {
        let Some(until) = self.tick else { return false };
        // What the server said must be out before time passes.
        if !self.link.is_delivered() {
            return false;
        }
        let served = self.places.iter().filter(|place| !place.is_over);
        let deadlines = served.map(|place| place.deadline).chain([self.work_deadline]);
        let deadline = deadlines.flatten().min();
        if let Some(deadline) = deadline
            && self.now < deadline
            && deadline <= until
        {
            self.now = deadline;
            self.is_due = true;
            return true;
        }
        self.now = self.now.max(until);
        for measured in &mut self.metrics {
            if let Some((metric, value)) = *measured {
                if !self.link.metric(metric, value) {
                    return true;
                }
                *measured = None;
            }
        }
        L::mark(Mark::Lap);
        self.link.tick_done(deadline.map(Instant::as_millis));
        self.tick = None;
        true
    }

    /// The server looks again, because there may be room for what it could not get rid of.
    pub(crate) fn unblock(&mut self) {
        for place in &mut self.places {
            self.is_due |= core::mem::take(&mut place.is_blocked);
        }
    }

    /// Takes what the runner says from the front of these bytes, up to what the server has to see
    /// first.
    pub(crate) fn receive<L: Line>(&mut self, line: &mut L, bytes: &mut &[u8]) -> Result<(), End> {
        loop {
            let mut rest = *bytes;
            let event = self.link.poll_event(line.now(), &mut rest);
            // What comes behind these must find the server as they have left it.
            let is_last =
                matches!(event, None | Some(Event::Opened(_) | Event::Reset(_) | Event::Tick(_)));
            match event {
                Some(Event::Opened(channel)) if channel != order::CHANNEL => {
                    if self.joins && self.furnished > 0 {
                        self.enter(channel);
                    } else {
                        self.first = channel;
                    }
                }
                Some(Event::Readable(order::CHANNEL)) => self.obey(line)?,
                Some(Event::Readable(channel)) if self.waiting.contains(&channel) => {}
                Some(Event::Readable(channel)) => match self.place(channel) {
                    Some(_) => self.is_due = true,
                    None => self.drop_unread(channel),
                },
                Some(Event::Reset(channel)) => {
                    if let Some(place) = self.place(channel) {
                        (place.is_gone, self.is_due) = (true, true);
                    } else {
                        self.take_waiting(channel);
                    }
                }
                Some(Event::Tick(time)) => self.tick = Some(Instant::from_millis(time)),
                Some(Event::Broken(cause)) => return Err(End::Link(cause)),
                _ => {}
            }
            *bytes = rest;
            if is_last {
                return Ok(());
            }
        }
    }

    /// Where this connection is served.
    fn place(&mut self, channel: u8) -> Option<&mut Place> {
        self.places.iter_mut().find(|place| place.serves(channel))
    }

    /// Whether the server has something to look at.
    pub(crate) fn is_due(&self) -> bool {
        self.is_due
    }
}
