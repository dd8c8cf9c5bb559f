use super::{Progress, Shrunk, shrink};
use crate::schedule::{Act, Fault, Happening, Line, Schedule};
use crate::trace::What;
use crate::{Watched, generate, run};
use samewire::Limits;

/// Lines that one seed would hardly make, for what only they show.
const TEXT: &str = "\
places 3 evict
timers first
client 4 at 120
4 ask POST / with 370 tag 5 in 7 expect close -> 200 echo
4 wait
4 fault segments 12 every 3
client 7 at 300
7 ask GET /hello -> 200
7 open /ws
7 text 90 tag 1 in 8
7 ping 100
7 fault zero-window 77 for 5000
client 9 at 11
9 pause 3000
at 5000 jump 60000
at 400 set -3600
lamp breaks 9
";

fn schedule() -> Schedule {
    TEXT.parse().unwrap()
}

fn shrunk(fails: impl FnMut(&Schedule) -> bool) -> Shrunk {
    shrink(&schedule(), 10_000, fails, |_| {})
}

fn has(schedule: &Schedule, is: impl Fn(&Line) -> bool) -> bool {
    schedule.lines.iter().any(is)
}

#[test]
fn what_does_not_matter_goes_and_what_stays_is_simple() {
    let echo = |line: &Line| match line {
        Line::Act(4, Act::Ask(ask)) | Line::Act(0, Act::Ask(ask)) => {
            format!("{ask}").contains("tag 5")
        }
        _ => false,
    };
    type Fails<'a> = &'a dyn Fn(&Schedule) -> bool;
    let table: [(&str, Fails<'_>); 6] = [
        ("", &|_| true),
        ("0 ask POST / with 0 tag 5 -> 200 echo\n", &|schedule| has(schedule, echo)),
        ("client 0 at 11\n", &|schedule| schedule.clients().any(|(_, at)| (11..100).contains(&at))),
        ("at 0 jump 59001\n", &|schedule| {
            has(schedule, |line| matches!(line, Line::At(_, Happening::Jump(59_001..))))
        }),
        ("at 0 set -60\n", &|schedule| {
            has(schedule, |line| matches!(line, Line::At(_, Happening::Set(..-59))))
        }),
        ("0 fault segments 1 every 0\n1 fault zero-window 40 for 0\n", &|schedule| {
            has(schedule, |line| matches!(line, Line::Fault(_, Fault::Segments(..))))
                && has(schedule, |line| matches!(line, Line::Fault(_, Fault::ZeroWindow(40.., _))))
        }),
    ];
    for (expected, fails) in table {
        let Shrunk { schedule, is_minimal, .. } = shrunk(fails);
        assert_eq!((&*schedule.to_string(), is_minimal), (expected, true));
    }
}

#[test]
fn a_lie_about_what_is_deserved_is_never_told() {
    // A content that is refused for its size keeps its size: a small one deserves another answer.
    let text =
        "client 0 at 0\n0 ask POST / with 9000 tag 1 -> 413\n0 raw \"x\" -> 400\n0 end 1001\n";
    let schedule: Schedule = text.parse().unwrap();
    let asks = |schedule: &Schedule| schedule.lines.len() == 4;
    assert_eq!(shrink(&schedule, 10_000, asks, |_| {}).schedule, schedule);
}

#[test]
fn without_any_one_line_it_passes() {
    // A planted oracle: no client may have its connection broken after it has said something, and
    // another one may not be answered in the same run.
    let fails = |schedule: &Schedule| {
        let trace = run(schedule, Limits::SMALL, |recorder| Watched::new(schedule, recorder));
        let breaks = trace.events.iter().find(|event| event.what == What::Breaks);
        breaks.is_some_and(|breaks| {
            !trace.connections[breaks.connection as usize].up.is_empty()
                && trace.events.iter().any(|event| {
                    event.connection != breaks.connection && matches!(event.what, What::Writes(_))
                })
        })
    };
    let mut found = 0;
    for seed in 0..400 {
        let schedule = generate(seed);
        if !fails(&schedule) || found == 8 {
            continue;
        }
        found += 1;
        let small = shrink(&schedule, 10_000, fails, |_| {});
        assert!(small.is_minimal && fails(&small.schedule), "seed {seed}");
        assert!(small.schedule.lines.len() <= 6, "seed {seed}:\n{}", small.schedule);
        for index in 0..small.schedule.lines.len() {
            let mut less = small.schedule.clone();
            less.lines.remove(index);
            assert!(!fails(&less), "seed {seed} without line {index}:\n{}", small.schedule);
        }
        assert_eq!(shrink(&schedule, 10_000, fails, |_| {}), small, "seed {seed}");
    }
    assert_eq!(found, 8);
}

#[test]
fn no_more_is_tried_than_is_allowed_and_all_of_it_is_told() {
    let mut told = Vec::new();
    let fails = |schedule: &Schedule| schedule.clients().any(|(client, _)| client == 7);
    let small = shrink(&schedule(), 9, fails, |progress| told.push(progress));
    assert!(!small.is_minimal && fails(&small.schedule));
    assert_eq!(told.len(), 9);
    assert_eq!(told.last(), Some(&Progress { runs: 9, lines: small.schedule.lines.len() }));
    assert!(told.windows(2).all(|two| two[0].lines >= two[1].lines));
}
