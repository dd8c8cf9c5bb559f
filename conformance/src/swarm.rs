//! Many seeds of the faulty world on all cores, each judged by every oracle, and by every invariant
//! that holds over the transcripts of cases.
//!
//! A world lives on one thread, and threads share nothing but a counter, so that a seed means the same
//! whatever else runs.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use samewire::Limits;
use samewire_chaos::oracle::{Failure, Wrong};
use samewire_chaos::trace::{NONE, What};
use samewire_chaos::{Schedule, Trace, Watched, generate, judge, run};

use crate::invariant;
use crate::transcript::{Ending, Transcript};

/// The name by which all invariants are left out.
pub const INVARIANTS: &str = "invariants";

/// The name by which it is left out that a seed is the same twice.
pub const REPEATS: &str = "repeats";

/// Of so many seeds, one is run twice.
const REPEATED_EVERY: u64 = 16;

/// A seed that failed.
#[derive(Clone, Debug)]
pub struct Found {
    /// The seed.
    pub seed: u64,
    /// What it failed by.
    pub failure: Failure,
}

/// What came of many seeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Seeds that were run.
    pub seeds: u64,
    /// Of these, those that failed.
    pub failed: u64,
    /// Requests and messages that clients sent.
    pub said: u64,
    /// Milliseconds that passed in these worlds.
    pub millis: u64,
}

/// Plays a schedule to the demo.
pub fn play(schedule: &Schedule) -> Trace {
    run(schedule, Limits::SMALL, |recorder| Watched::new(schedule, recorder))
}

/// Judges a run by all that is not left out by its name.
///
/// # Errors
///
/// The first [`Failure`].
pub fn judged(schedule: &Schedule, trace: &Trace, without: &[&str]) -> Result<(), Failure> {
    judge(schedule, Limits::SMALL, trace, without)?;
    if without.contains(&INVARIANTS) {
        return Ok(());
    }
    for (connection, transcript) in transcripts(trace).iter().enumerate() {
        invariant::check(transcript).map_err(|(name, broken)| {
            let what = format!("{name}: {} ({})", broken.what, broken.rule);
            let connection = u32::try_from(connection).unwrap_or(NONE);
            let wrong = Wrong { connection, at: trace.end(), what };
            Failure { oracle: INVARIANTS, wrong }
        })?;
    }
    Ok(())
}

/// Plays a schedule again, and looks whether the same happens.
///
/// # Errors
///
/// A [`Failure`] by the name of [`REPEATS`].
pub fn repeats(schedule: &Schedule, trace: &Trace) -> Result<(), Failure> {
    let again = play(schedule);
    if again.hash() == trace.hash() {
        return Ok(());
    }
    let same = trace.events.iter().zip(&again.events).take_while(|(one, other)| one == other);
    let at = trace.events.get(same.count()).map_or(trace.end(), |event| event.at);
    let what = "the same schedule has another trace from here on".into();
    Err(Failure { oracle: REPEATS, wrong: Wrong { connection: NONE, at, what } })
}

/// Runs these seeds on so many threads. What fails is told in the order of the seeds, with each step of
/// the total between; `false` as the answer stops the run.
pub fn swarm(
    seeds: Range<u64>,
    threads: usize,
    without: &[&str],
    mut tell: impl FnMut(&Total, Option<Found>) -> bool,
) -> Total {
    let (next, stops) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let mut total = Total::default();
    thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 0..threads.max(1) {
            let (send, next, stops) = (send.clone(), &next, &stops);
            scope.spawn(move || {
                while !stops.load(Relaxed) {
                    let seed = next.fetch_add(1, Relaxed);
                    if seed >= seeds.end || send.send((seed, one(seed, without))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        // Seeds end out of order; they are told in order.
        let mut early = std::collections::BTreeMap::new();
        let mut due = seeds.start;
        for (seed, came) in receive {
            early.insert(seed, came);
            while let Some((said, millis, judged)) = early.remove(&due) {
                total.seeds += 1;
                total.failed += u64::from(judged.is_err());
                (total.said, total.millis) = (total.said + said, total.millis + millis);
                let found = judged.err().map(|failure| Found { seed: due, failure });
                if !tell(&total, found) {
                    stops.store(true, Relaxed);
                    return;
                }
                due += 1;
            }
        }
    });
    total
}

/// One seed: what its clients said, how long it took in its world, and what came of it.
fn one(seed: u64, without: &[&str]) -> (u64, u64, Result<(), Failure>) {
    let schedule = generate(seed);
    let trace = play(&schedule);
    let mut judged = judged(&schedule, &trace, without);
    if judged.is_ok() && seed.is_multiple_of(REPEATED_EVERY) && !without.contains(&REPEATS) {
        judged = repeats(&schedule, &trace);
    }
    let said = trace.events.iter().filter(|event| matches!(event.what, What::Acts { .. }));
    (said.count() as u64, trace.end(), judged)
}

/// What went over each connection, as the server saw it.
pub fn transcripts(trace: &Trace) -> Vec<Transcript> {
    let mut transcripts = vec![(Transcript::default(), 0, 0, 0); trace.connections.len()];
    for event in &trace.events {
        if event.what == What::Drains {
            // An answer that has begun cannot say any more that it is the last: as behind a client
            // that did not read, no close counts as one that nothing has prompted.
            transcripts.iter_mut().for_each(|(own, ..)| own.stall(None));
        }
        let index = event.connection as usize;
        let Some((transcript, sent, taken, now)) = transcripts.get_mut(index) else { continue };
        if event.at > *now {
            transcript.pass(Duration::from_millis(event.at - *now));
            *now = event.at;
        }
        let Some(streams) = trace.connections.get(index) else { continue };
        match event.what {
            // What comes behind its end tells nothing of what it has answered.
            What::Arrives(_) if transcript.ending() != Ending::Open => {}
            What::Arrives(until) => {
                transcript.send(streams.up.get(*sent..until).unwrap_or_default());
                *sent = until;
            }
            What::Writes(until) => {
                transcript.receive(streams.down.get(*taken..until).unwrap_or_default());
                *taken = until;
            }
            What::Blocks => transcript.stall(Some(0)),
            What::Finishes => transcript.shut(),
            What::Breaks => transcript.reset(0),
            What::Ends | What::Evicted => transcript.end(Ending::Closed),
            What::Drops { resets } => {
                transcript.end(if resets { Ending::Reset } else { Ending::Closed });
            }
            _ => {}
        }
    }
    transcripts.into_iter().map(|(transcript, ..)| transcript).collect()
}
