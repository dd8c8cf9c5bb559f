//! Times, of works that take turns: what disturbs the machine disturbs them all alike.

use std::time::Instant;

use crate::trial::{Input, Work};

/// Turns that each work has, and what it does in one.
const TURNS: usize = 401;
const ROUNDS: u32 = 500;

/// How long works took on one input, in the order of the works.
pub(crate) struct Times {
    /// Nanoseconds for one round, the median of all turns.
    pub(crate) nanoseconds: Vec<f64>,
    /// The time of the first beside that of each: the median of the turns' ratios, and where four
    /// fifths of them lie.
    pub(crate) ratios: Vec<(f64, f64, f64)>,
}

pub(crate) fn measure(works: &[Work], input: &Input) -> Times {
    let turns: Vec<Vec<f64>> =
        (0..TURNS).map(|_| works.iter().map(|work| turn(work, &input.bytes)).collect()).collect();
    let column = |value: &dyn Fn(&[f64]) -> f64| {
        let mut column: Vec<f64> = turns.iter().map(|turn| value(turn)).collect();
        column.sort_by(f64::total_cmp);
        column
    };
    let mut times = Times { nanoseconds: Vec::new(), ratios: Vec::new() };
    for at in 0..works.len() {
        times.nanoseconds.push(column(&|turn| turn[at])[TURNS / 2]);
        let ratios = column(&|turn| turn[0] / turn[at]);
        times.ratios.push((ratios[TURNS / 2], ratios[TURNS / 10], ratios[TURNS - 1 - TURNS / 10]));
    }
    times
}

fn turn(work: &Work, bytes: &[u8]) -> f64 {
    let start = Instant::now();
    (work.run)(bytes, ROUNDS);
    start.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS)
}
