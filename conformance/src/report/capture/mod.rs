//! A run of the simulator as a capture for Wireshark: the packets as they pass the server's door.
//!
//! The faulty world has no packets, only bytes that arrive and are taken; here they get the
//! envelopes that a network would have given them. Each client has an address and a name of its own,
//! time stamps are the world's, and what has no packet (what a client was about to do, a fault that
//! bit, the verdict) stands as a comment beside the next one. What is lost on its way to the server
//! does not come by, so it is not here.

mod packet;
mod pcapng;

use std::collections::BTreeMap;
use std::io::{self, Write};

use samewire_chaos::oracle::Failure;
use samewire_chaos::schedule::{Fault, Line};
use samewire_chaos::script::FLOOD;
use samewire_chaos::trace::{Bite, Event, NONE, What};
use samewire_chaos::{Schedule, Trace};

use self::packet::{ACK, End, FIN, PSH, Packet, RST, SYN};
use self::pcapng::{Block, Capture};

/// Bytes of content in a packet: what Ethernet leaves to TCP.
const SEGMENT_BYTES_MAX: usize = 1460;

/// What a window says that has no bound.
const WINDOW_BYTES: usize = 65_535;

/// Writes a run as a capture (pcapng), with what is wrong with it, if anything is.
///
/// # Errors
///
/// That of writing.
pub fn write(
    schedule: &Schedule,
    trace: &Trace,
    failure: Option<&Failure>,
    out: impl Write,
) -> io::Result<()> {
    let verdict = failure.map_or_else(|| "passed".to_owned(), Failure::to_string);
    let mut capture = Capture::new(out, &verdict)?;
    let clients = || trace.connections.iter().map(|streams| streams.client);
    let names: Vec<_> =
        (0..).zip(clients()).map(|(n, c)| (End::client(n).address, name(c))).collect();
    capture.names([(End::SERVER.address, "server".to_owned())].into_iter().chain(names))?;
    let mut wires: Vec<Wire<'_>> = (0..)
        .zip(&trace.connections)
        .map(|(number, streams)| Wire::new(number, &streams.up, &streams.down))
        .collect();
    let windows = windows(schedule);
    for (wire, client) in wires.iter_mut().zip(clients()) {
        wire.window = windows.get(&client).copied().unwrap_or(WINDOW_BYTES);
    }
    let failed = failure.and_then(|failure| super::timeline::place(trace, failure));
    let mut blocks: Vec<Block> = Vec::new();
    for (index, event) in trace.events.iter().enumerate() {
        if event.what == What::Calms {
            wires.iter_mut().for_each(|wire| wire.window = WINDOW_BYTES);
        }
        if let Some(wire) = wires.get_mut(event.connection as usize) {
            wire.comment(remark(schedule, &event.what));
            wire.step(event);
            let at = event.at;
            let packets = wire.packets.drain(..);
            blocks.extend(packets.map(|(packet, comment)| Block { at, packet, comment }));
        }
        if failed == Some(index) {
            let own = End::client(event.connection);
            let is_own = |block: &&mut Block| {
                event.connection == NONE || [block.packet.from, block.packet.to].contains(&own)
            };
            if let Some(block) = blocks.iter_mut().rev().find(is_own) {
                join(&mut block.comment, &format!("FAIL {verdict}"));
            }
        }
    }
    blocks.iter().try_for_each(|block| capture.packet(block))?;
    capture.finish()
}

/// Whose connection it is, as a name that a resolver could have.
fn name(client: u32) -> String {
    match client.checked_sub(FLOOD) {
        Some(number) => format!("flood-{number}"),
        None => format!("client-{client}"),
    }
}

/// The bounds that clients set to what may be on its way to them.
fn windows(schedule: &Schedule) -> BTreeMap<u32, usize> {
    let windows = schedule.lines.iter().filter_map(|line| match line {
        Line::Fault(client, Fault::Window(bytes)) => Some((*client, (*bytes).min(WINDOW_BYTES))),
        _ => None,
    });
    windows.collect()
}

/// What is worth a comment, since no packet says it.
fn remark(schedule: &Schedule, what: &What) -> Option<String> {
    let text = match what {
        What::Acts { act, .. } => match schedule.lines.get(*act) {
            Some(Line::Act(client, does)) => format!("client {client}: {does}"),
            _ => return None,
        },
        What::Waits => "waits for a place".to_owned(),
        What::Refused => "refused: all places are taken".to_owned(),
        What::Evicted => "evicted: somebody else needs the place".to_owned(),
        What::Bites(Bite::Lost) => {
            "fault: all that the client sends from here on is lost".to_owned()
        }
        What::Bites(Bite::PingUnanswered) => {
            "fault: the client leaves a ping unanswered".to_owned()
        }
        What::Bites(Bite::Unsaid) => "fault: the client ends before it has said all".to_owned(),
        _ => return None,
    };
    Some(text)
}

/// Adds a line to a comment.
fn join(comment: &mut Option<String>, line: &str) {
    let before = comment.take().map_or_else(String::new, |before| before + "\n");
    *comment = Some(before + line);
}

/// One connection, as its packets know it.
struct Wire<'a> {
    client: End,
    up: &'a [u8],
    down: &'a [u8],
    arrived: usize,
    read: usize,
    written: usize,
    taken: usize,
    /// What the client lets be on its way to it.
    window: usize,
    is_shut: bool,
    /// Who has ended, and how.
    client_ended: bool,
    server_ended: bool,
    is_over: bool,
    comment: Option<String>,
    packets: Vec<(Packet, Option<String>)>,
}

impl<'a> Wire<'a> {
    fn new(number: u32, up: &'a [u8], down: &'a [u8]) -> Self {
        Self {
            client: End::client(number),
            up,
            down,
            arrived: 0,
            read: 0,
            written: 0,
            taken: 0,
            window: WINDOW_BYTES,
            is_shut: false,
            client_ended: false,
            server_ended: false,
            is_over: false,
            comment: None,
            packets: Vec::new(),
        }
    }

    /// To stand beside the next packet.
    fn comment(&mut self, text: Option<String>) {
        if let Some(text) = text {
            join(&mut self.comment, &text);
        }
    }

    fn step(&mut self, event: &Event) {
        if self.is_over {
            return;
        }
        match event.what {
            What::Opens => {
                self.raw(true, SYN, &[]);
                self.raw(false, SYN | ACK, &[]);
                self.raw(true, ACK, &[]);
            }
            What::Arrives(until) => {
                let bytes = self.up.get(self.arrived..until).unwrap_or_default();
                for piece in bytes.chunks(SEGMENT_BYTES_MAX) {
                    self.raw(true, PSH | ACK, piece);
                    self.arrived += piece.len();
                }
                self.raw(false, ACK, &[]);
            }
            What::Reads(until) => self.read = until,
            What::Writes(until) => {
                let bytes = self.down.get(self.written..until).unwrap_or_default();
                for piece in bytes.chunks(SEGMENT_BYTES_MAX) {
                    self.raw(false, PSH | ACK, piece);
                    self.written += piece.len();
                }
            }
            What::Takes(until) => {
                self.taken = until;
                self.raw(true, ACK, &[]);
            }
            What::Bites(Bite::WindowShut | Bite::WindowOpens) => {
                self.is_shut = event.what == What::Bites(Bite::WindowShut);
                self.raw(true, ACK, &[]);
            }
            What::Finishes => {
                self.raw(true, FIN | ACK, &[]);
                self.client_ended = true;
                self.raw(false, ACK, &[]);
            }
            What::Ends | What::Drops { resets: false } if !self.server_ended => {
                self.raw(false, FIN | ACK, &[]);
                self.server_ended = true;
                if self.taken == self.written {
                    self.raw(true, ACK, &[]);
                }
            }
            What::Drops { resets: true } => {
                self.raw(false, RST | ACK, &[]);
                self.is_over = true;
            }
            What::Breaks | What::Resets => {
                self.raw(true, RST | ACK, &[]);
                self.is_over = true;
            }
            _ => {}
        }
    }

    /// One packet, with the numbers as they are now.
    fn raw(&mut self, is_up: bool, flags: u8, content: &[u8]) {
        // A SYN and a FIN count as a byte each; whoever has not got all has not got the FIN.
        let is_first = flags & SYN != 0;
        let client_at = if is_first { 0 } else { 1 + self.arrived };
        let server_at = if is_first { 0 } else { 1 + self.written };
        let (sequence, acknowledged, window) = if is_up {
            let fin = self.server_ended && self.taken == self.written;
            let window = if self.is_shut { 0 } else { self.window };
            let at = client_at + usize::from(self.client_ended);
            (at, if flags & ACK == 0 { 0 } else { 1 + self.taken + usize::from(fin) }, window)
        } else {
            let at = server_at + usize::from(self.server_ended);
            let window = WINDOW_BYTES.saturating_sub(self.arrived.saturating_sub(self.read));
            (at, 1 + self.arrived + usize::from(self.client_ended), window)
        };
        let (from, to) =
            if is_up { (self.client, End::SERVER) } else { (End::SERVER, self.client) };
        let packet =
            Packet { from, to, sequence, acknowledged, flags, window, content: content.to_vec() };
        self.packets.push((packet, self.comment.take()));
    }
}
