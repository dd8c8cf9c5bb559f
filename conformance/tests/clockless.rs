//! The suite on a server that does not know the time of day, as on most boards: not one answer has
//! a Date (RFC 9110 §6.6.1).

use samewire::Limits;
use samewire_conformance::conversation::Conversation;
use samewire_conformance::invariant;
use samewire_conformance::replay::{Patience, replay};
use samewire_conformance::subject::core::Core;
use samewire_conformance::subject::{OpenOptions, Subject, Time};
use samewire_conformance::suite::Suite;
use samewire_demo::Demo;
use samewire_sim::WallClock;

#[test]
fn no_answer_has_a_date() {
    let suite = Suite::load(None).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let mut core = Core::new("clockless", Demo::new).with_wall_clock(WallClock::Absent);
    let mut answers = 0;
    for (_, case) in suite.cases() {
        let limits = case.limits(Limits::SMALL);
        for row in case.rows().into_iter().take(1) {
            let channel = core.open(&OpenOptions { limits, ..OpenOptions::default() });
            let channel = channel.expect("core is always there");
            let outcome = replay(case, &row, channel, Patience::new(Time::Virtual));
            let conversation = Conversation::read(&outcome.transcript);
            answers += conversation.answers.len();
            if let Err(broken) = invariant::CLOCKLESS.check(&conversation) {
                panic!("{}: {}", row.id, broken.what);
            }
        }
    }
    assert!(answers > 500, "only {answers} answers were looked at");
}
