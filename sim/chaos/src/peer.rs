//! One connection: a client, two directions of a network with its faults, and a wire to the server.

use std::rc::Rc;

use crate::agenda::{Agenda, Task};
use crate::client::{Client, Does};
use crate::faults::Faults;
use crate::pipe::{Manner, Out, Pipe};
use crate::trace::{Bite, Recorder, What};
use crate::wire::Wire;

/// Milliseconds that a client waits for the server's end when it has said all and ended its half. A
/// server that takes longer is judged for it; this one only does not wait for ever.
const PARTING_MS: u64 = 120_000;

/// A connection.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) wire: Rc<Wire>,
    recorder: Recorder,
    client: Client,
    faults: Faults,
    up: Pipe,
    down: Pipe,
    /// What was sent, and what was seen of the server's writing.
    sent: usize,
    seen: usize,
    has_shut: bool,
    /// Nothing of what the client does has an effect any more.
    is_gone: bool,
    is_lost: bool,
    /// The window is zero now.
    is_shut: bool,
    has_heard_end: bool,
    /// The client has nothing more to say.
    has_parted: bool,
    /// Whoever counts open connections knows that it is over.
    pub(crate) is_counted: bool,
}

impl Peer {
    pub(crate) fn new(wire: Rc<Wire>, recorder: Recorder, client: Client, faults: Faults) -> Self {
        Self {
            wire,
            recorder,
            client,
            up: Pipe::new(faults.up),
            down: Pipe::new(faults.down),
            faults,
            sent: 0,
            seen: 0,
            has_shut: false,
            is_gone: false,
            is_lost: false,
            is_shut: false,
            has_heard_end: false,
            has_parted: false,
            is_counted: false,
        }
    }

    fn connection(&self) -> u32 {
        self.wire.connection
    }

    fn note(&self, what: What) {
        self.recorder.note(self.connection(), what);
    }

    /// The server has let go of it.
    pub(crate) fn is_over(&self) -> bool {
        self.wire.state().dropped
    }

    /// Lets the client do what it can.
    pub(crate) fn go(&mut self, now: u64, agenda: &mut Agenda) {
        while !self.is_gone {
            match self.client.next(now) {
                Does::Sends(act, bytes) => self.send(act, &bytes, now, agenda),
                Does::LeavesPing => self.note(What::Bites(Bite::PingUnanswered)),
                Does::Shuts => self.shut(now, agenda),
                Does::Resets => self.reset(),
                Does::Pauses(until) => {
                    agenda.add(until, Task::Go(self.connection()));
                    break;
                }
                Does::Waits => break,
            }
        }
        self.await_up(now, agenda);
    }

    fn send(&mut self, act: Option<usize>, bytes: &[u8], now: u64, agenda: &mut Agenda) {
        if self.has_shut {
            return;
        }
        let room = self.faults.half_close.map_or(usize::MAX, |byte| byte.saturating_sub(self.sent));
        let said = bytes.len().min(room);
        self.recorder.streams(self.connection()).up.extend_from_slice(&bytes[..said]);
        self.sent += said;
        if let Some(act) = act {
            // Where it would have ended, so that one that is cut short never arrives as a whole.
            self.note(What::Acts { act, until: self.sent + (bytes.len() - said) });
        }
        self.note(What::Sends(self.sent));
        self.up.put(self.sent, now);
        if said < bytes.len() {
            self.note(What::Bites(Bite::Unsaid));
            self.client.gives_up();
            self.end_half(now, agenda);
        }
    }

    /// The client has said all; one that hangs never says so.
    fn shut(&mut self, now: u64, agenda: &mut Agenda) {
        self.has_parted = true;
        if self.faults.hangs {
            return;
        }
        self.end_half(now, agenda);
    }

    fn end_half(&mut self, now: u64, agenda: &mut Agenda) {
        if !self.has_shut {
            self.has_shut = true;
            self.note(What::Shuts);
            self.up.end(now);
            agenda.add(now + PARTING_MS, Task::GiveUp(self.connection()));
        }
    }

    /// The client has had enough.
    pub(crate) fn reset(&mut self) {
        if !self.is_gone {
            self.is_gone = true;
            self.note(What::Resets);
            self.wire.reset();
        }
    }

    /// Looks at what the server has done to its end.
    pub(crate) fn look(&mut self, now: u64, agenda: &mut Agenda) {
        let (written, is_at_end) = {
            let state = self.wire.state();
            (state.written, state.ended || state.dropped)
        };
        if written > self.seen {
            self.seen = written;
            self.down.put(written, now);
        }
        if is_at_end {
            self.down.end(now);
        }
        self.await_down(now, agenda);
    }

    fn await_up(&mut self, now: u64, agenda: &mut Agenda) {
        if self.up.is_awaited || self.is_lost || self.is_gone {
            return;
        }
        if let Some(due) = self.up.due() {
            self.up.is_awaited = true;
            agenda.add(due.max(now), Task::Up(self.connection()));
        }
    }

    fn await_down(&mut self, now: u64, agenda: &mut Agenda) {
        if self.down.is_awaited || self.is_lost || self.is_gone || self.is_shut {
            return;
        }
        if let Some(due) = self.down.due() {
            self.down.is_awaited = true;
            agenda.add(due.max(now), Task::Down(self.connection()));
        }
    }

    /// Something may have arrived at the server.
    pub(crate) fn come_up(&mut self, now: u64, agenda: &mut Agenda) {
        self.up.is_awaited = false;
        if self.is_gone || self.is_lost {
            return;
        }
        let lose = self.faults.lose.map(|(byte, _)| byte);
        let stop = lose.unwrap_or(usize::MAX).min(self.faults.reset_up.unwrap_or(usize::MAX));
        match self.up.take(now, stop) {
            Out::Until(until) => {
                self.wire.arrive(until);
                if self.faults.reset_up == Some(until) {
                    self.is_gone = true;
                    self.wire.reset();
                    return;
                }
            }
            Out::End => self.wire.finish(),
            Out::Nothing if self.up.due().is_some_and(|due| due <= now) => {
                self.lose(now, agenda);
                return;
            }
            Out::Nothing => {}
        }
        self.await_up(now, agenda);
    }

    /// Something may have come to the client.
    pub(crate) fn come_down(&mut self, now: u64, agenda: &mut Agenda) {
        self.down.is_awaited = false;
        if self.is_gone || self.is_lost || self.is_shut {
            return;
        }
        let zero = self.faults.zero_window.map(|(byte, _)| byte);
        let stop = zero.unwrap_or(usize::MAX).min(self.faults.reset_down.unwrap_or(usize::MAX));
        match self.down.take(now, stop) {
            Out::Until(until) => {
                self.wire.take(until);
                self.client.reads(&self.recorder.streams(self.connection()).down[..until], false);
                if self.faults.reset_down == Some(until) {
                    self.reset();
                    return;
                }
                if let Some((byte, millis)) = self.faults.zero_window
                    && byte == until
                {
                    self.is_shut = true;
                    self.note(What::Bites(Bite::WindowShut));
                    agenda.add(now + millis, Task::Reopen(self.connection()));
                }
            }
            Out::End => self.hear_end(now, agenda),
            Out::Nothing => {}
        }
        self.go(now, agenda);
        self.await_down(now, agenda);
    }

    fn hear_end(&mut self, now: u64, agenda: &mut Agenda) {
        self.has_heard_end = true;
        {
            let streams = self.recorder.streams(self.connection());
            self.client.reads(&streams.down, true);
        }
        self.client.gives_up();
        if !self.faults.hangs {
            self.end_half(now, agenda);
        }
    }

    fn lose(&mut self, now: u64, agenda: &mut Agenda) {
        let Some((_, after)) = self.faults.lose else { return };
        self.is_lost = true;
        self.note(What::Bites(Bite::Lost));
        agenda.add(now + after, Task::GiveUp(self.connection()));
    }

    /// The client takes bytes again.
    pub(crate) fn reopen(&mut self, now: u64, agenda: &mut Agenda) {
        if self.is_shut {
            (self.is_shut, self.faults.zero_window) = (false, None);
            self.note(What::Bites(Bite::WindowOpens));
            self.await_down(now, agenda);
        }
    }

    /// Nothing goes wrong any more. What was lost is gone for good.
    pub(crate) fn calm(&mut self, now: u64, agenda: &mut Agenda) {
        if self.is_lost {
            self.reset();
            return;
        }
        self.faults = Faults::default();
        self.up.set(Manner::PLAIN);
        self.down.set(Manner::PLAIN);
        (self.up.is_awaited, self.down.is_awaited) = (false, false);
        self.client.calms();
        self.reopen(now, agenda);
        self.wire.widen(self.faults.window, self.faults.write_bytes_max);
        if self.has_heard_end || self.has_parted {
            self.shut(now, agenda);
        }
        self.go(now, agenda);
        self.await_down(now, agenda);
    }
}
