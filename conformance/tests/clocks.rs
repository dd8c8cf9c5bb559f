//! The suite on servers with other wall clocks than the fixed one that makes transcripts equal: one
//! that does not know the time of day, as on most boards, and one whose time passes (RFC 9110
//! §6.6.1).

use samewire::Limits;
use samewire_conformance::conversation::Conversation;
use samewire_conformance::invariant::{self, Invariant};
use samewire_conformance::patience::Patience;
use samewire_conformance::replay::replay;
use samewire_conformance::subject::core::Core;
use samewire_conformance::subject::{Delivery, OpenOptions, Subject, Time};
use samewire_conformance::suite::Suite;
use samewire_demo::Demo;
use samewire_sim::WallClock;

/// Replays the first row of each case, and hands each conversation over that keeps the invariant.
fn holds(clock: WallClock, invariant: &dyn Invariant, mut look: impl FnMut(&Conversation<'_>)) {
    let suite = Suite::load(None).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let mut core = Core::new("core", Demo::new).with_wall_clock(clock);
    for (_, case) in suite.cases() {
        for row in case.rows().into_iter().take(1) {
            let channel = core.open(&OpenOptions::of(case, Limits::SMALL, Delivery::Whole));
            let channel = channel.expect("core is always there");
            let outcome = replay(case, &row, channel, Patience::new(Time::Virtual));
            let conversation = Conversation::read(&outcome.transcript);
            if let Err(broken) = invariant.check(&conversation) {
                panic!("{}: {}", row.id, broken.what);
            }
            look(&conversation);
        }
    }
}

#[test]
fn without_a_clock_no_answer_has_a_date() {
    let mut answers = 0;
    holds(WallClock::Absent, invariant::CLOCKLESS, |conversation| {
        answers += conversation.answers.len();
    });
    assert!(answers > 500, "only {answers} answers were looked at");
}

#[test]
fn with_a_clock_that_goes_each_date_is_that_of_the_moment() {
    let (mut dates, mut later) = (0, 0);
    holds(WallClock::Moving(invariant::CLOCK_START), invariant::DATED, |conversation| {
        for answer in &conversation.answers {
            for date in answer.response.values("Date") {
                dates += 1;
                later += usize::from(date != b"Sun, 06 Nov 1994 08:49:37 GMT");
            }
        }
    });
    assert!(dates > 500 && later > 40, "{later} of {dates} dates are not the first one");
}
