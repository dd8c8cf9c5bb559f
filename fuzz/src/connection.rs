//! One conversation with the demo in memory, at several cuts.

use std::time::Duration;

use samewire::Limits;
use samewire_conformance::invariant;
use samewire_conformance::transcript::{Ending, Transcript};
use samewire_demo::Demo;
use samewire_sim::world::Options;
use samewire_sim::{Client, Delivery, End, World};

use crate::script::{Script, Turn};

/// Small enough that short inputs reach each of them.
const LIMITS: Limits = Limits {
    head_bytes_max: 288,
    target_bytes_max: 64,
    field_lines_max: 8,
    content_bytes_max: 256,
    collected_bytes_max: 96,
    chunk_overhead_bytes_max: 32,
    answer_bytes_max: 320,
    chunk_bytes_max: 32,
    drain_bytes_max: 64,
    requests_max: 4,
    message_bytes_max: 128,
    fragments_max: 4,
    ..Limits::SMALL
};

/// What the server can have written before a client who reads no more takes any of it.
const WINDOW_BYTES: usize = 200;

/// Longer than every deadline, one behind the other.
const FOREVER: Duration = Duration::from_secs(3600);

/// Plays the script whole, byte by byte, and at its own cuts. All must be the same; returned is
/// what went over the wire.
pub(crate) fn converse(script: &Script) -> Transcript {
    let whole = Delivery { window_bytes: WINDOW_BYTES, ..Delivery::default() };
    let bytes = Delivery { read_bytes_max: 1, one_by_one: true, ..whole.clone() };
    let cuts = script.cuts.clone();
    let cuts = Delivery { cuts, one_by_one: true, write_bytes_max: 7, ..whole.clone() };
    let whole = play(script, whole);
    for (delivery, name) in [(bytes, "byte by byte"), (cuts, "in pieces")] {
        let other = play(script, delivery);
        assert!(other == whole, "{name}, it is not as whole:\n{other}\nwhole:\n{whole}");
    }
    if let Err((name, broken)) = invariant::check(&whole)
        && !is_excused(broken.rule, &script.bytes)
    {
        panic!("{name}: {}: {}\n{whole}", broken.rule, broken.what);
    }
    whole
}

/// Whether the server is not to blame, whoever breaks this rule after the client sent these bytes.
fn is_excused(rule: &str, bytes: &[u8]) -> bool {
    match rule {
        // A word is no request line, though the invariants take it for a method.
        "rfc9110-9.3.2-head-no-content" => {
            has_odd_line_ends(bytes)
                || bytes.ends_with(b"HEAD")
                || bytes.windows(5).any(|word| word == b"HEAD\r")
        }
        // The demo sends a content type back as it came.
        "rfc9110-5.6.3-no-bws-emitted"
        | "rfc9110-5.6.3-single-sp"
        | "rfc9110-5.6.4-needless-quoted-pair" => {
            bytes.windows(12).any(|word| word.eq_ignore_ascii_case(b"content-type"))
        }
        _ => false,
    }
}

/// Whether there are line ends that the server may refuse before it looks at what follows them:
/// halves of one, or more of them than end a head and are forgiven behind it. The invariants read
/// on, and may find a HEAD there that was never answered.
fn has_odd_line_ends(bytes: &[u8]) -> bool {
    let is_end = |byte: u8| matches!(byte, b'\r' | b'\n');
    let runs = bytes.chunk_by(|one, next| is_end(*one) == is_end(*next));
    let mut ends = runs.filter(|run| run.first().is_some_and(|byte| is_end(*byte)));
    ends.any(|run| !matches!(run, b"\r\n" | b"\r\n\r\n" | b"\r\n\r\n\r\n"))
}

fn play(script: &Script, delivery: Delivery) -> Transcript {
    let world = World::with(Demo::new(), Options::new(LIMITS));
    let client = world.connect_with(delivery);
    let mut play =
        Play { world, client, transcript: Transcript::default(), shut: false, reads: true };
    // The server accepts before the first byte comes, as it would on a network.
    play.listen();
    let mut sent = 0;
    for &(at, turn) in &script.turns {
        play.send(&script.bytes[sent..at]);
        sent = at;
        play.turn(turn);
    }
    play.send(&script.bytes[sent..]);
    play.turn(Turn::Shut);
    play.turn(Turn::Pass(FOREVER));
    assert_eq!(play.world.connections(), 0, "it never ends:\n{}", play.transcript);
    play.transcript
}

struct Play {
    world: World<Demo>,
    client: Client,
    transcript: Transcript,
    /// The client has ended its half.
    shut: bool,
    /// The client takes what comes.
    reads: bool,
}

impl Play {
    fn send(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.transcript.send(bytes);
            self.client.send(bytes);
            self.listen();
        }
    }

    fn turn(&mut self, turn: Turn) {
        match turn {
            Turn::Pass(time) => {
                self.world.pass(time);
                self.transcript.pass(time);
            }
            Turn::Drain => {
                self.world.drain();
                // A transcript has no word for it. An answer that has begun cannot say any more that
                // it is the last: as where a client did not read, no close comes unprompted.
                self.transcript.stall(None);
            }
            Turn::Wait => {
                self.reads = !self.reads;
                self.transcript.stall((!self.reads).then_some(0));
            }
            Turn::Shut if self.shut => {}
            Turn::Shut => {
                self.shut = true;
                self.client.shut();
                self.transcript.shut();
            }
        }
        self.listen();
    }

    /// Runs until nothing moves, and takes all that comes, if the client reads at all.
    fn listen(&mut self) {
        self.world.run();
        while self.reads && self.client.waiting() > 0 {
            self.transcript.receive(&self.client.take());
            self.world.run();
        }
        match self.client.end() {
            _ if self.client.waiting() > 0 => {}
            End::Open => {}
            End::Fin => self.transcript.end(Ending::Closed),
            End::Reset => self.transcript.end(Ending::Reset),
        }
    }
}
