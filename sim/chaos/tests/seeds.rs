//! A few hundred seeds, as `samewire sim` runs a hundred thousand.

use samewire::Limits;
use samewire_chaos::{Schedule, Trace, Watched, generate, judge, run};

fn play(schedule: &Schedule) -> Trace {
    run(schedule, Limits::SMALL, |recorder| Watched::new(schedule, recorder))
}

#[test]
fn the_demo_bears_what_some_seeds_do() {
    for seed in 0..300 {
        let schedule = generate(seed);
        let trace = play(&schedule);
        if let Err(failure) = judge(&schedule, Limits::SMALL, &trace, &[]) {
            panic!("samewire sim --seed {seed}: {failure}");
        }
    }
}

#[test]
fn the_same_schedule_has_the_same_trace_and_another_one_another() {
    let mut hashes: Vec<_> = (0..40)
        .map(|seed| {
            let trace = play(&generate(seed));
            let again = play(&generate(seed).to_string().parse().unwrap());
            assert_eq!((trace.hash(), &trace), (again.hash(), &again), "seed {seed}");
            trace.hash()
        })
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), 40);
}

#[test]
fn any_lines_of_a_schedule_make_a_schedule() {
    // Nothing is asked of what comes of it, but that it ends: a line of which others need may be gone.
    for seed in 0..60 {
        let whole = generate(seed);
        for without in 0..3 {
            let mut lines = whole.lines.clone();
            let mut index = 0;
            lines.retain(|_| {
                index += 1;
                index % 3 != without
            });
            let trace = play(&Schedule { lines });
            let stopped = trace.events.iter().any(|event| {
                matches!(event.what, samewire_chaos::trace::What::Stops { tasks: 0, .. })
            });
            assert!(stopped, "seed {seed} without a third of its lines");
        }
    }
}
