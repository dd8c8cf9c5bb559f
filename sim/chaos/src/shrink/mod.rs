//! A failing schedule, made small: what does not matter goes, and what stays becomes simple.
//!
//! Whole clients go first, then lines by halves, quarters and so on down to single ones (delta
//! debugging); then numbers are lowered, which may make further lines superfluous. What is left is
//! minimal: without any one of its lines it does not fail. It depends on nothing but the schedule
//! and what each run says, so the same failure becomes the same small one everywhere.

mod simpler;

use std::collections::BTreeMap;

use crate::schedule::{Line, Schedule};
use simpler::{WAYS, numbers, without};

/// A small schedule that fails like the large one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// What is left.
    pub schedule: Schedule,
    /// How often something smaller was tried.
    pub runs: usize,
    /// Without any one of its lines it passes. If not, there were no more runs to find out.
    pub is_minimal: bool,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How often something smaller was tried.
    pub runs: usize,
    /// The lines that are left.
    pub lines: usize,
}

/// Makes a failing schedule small, by `runs_max` runs at most. `fails` runs one and says whether it
/// fails in the same way: by the same oracle, that is.
pub fn shrink(
    schedule: &Schedule,
    runs_max: usize,
    fails: impl FnMut(&Schedule) -> bool,
    tells: impl FnMut(Progress),
) -> Shrunk {
    let mut search = Search {
        best: schedule.clone(),
        runs: 0,
        runs_max,
        fails: Box::new(fails),
        tells: Box::new(tells),
    };
    search.without_clients();
    loop {
        search.without_lines();
        // A line that became simpler may make another one superfluous.
        if !search.with_simpler_lines() || search.is_exhausted() {
            break;
        }
    }
    let is_minimal = !search.is_exhausted();
    search.numbered_from_zero();
    Shrunk { schedule: search.best, runs: search.runs, is_minimal }
}

struct Search<'f> {
    /// The smallest one that is known to fail.
    best: Schedule,
    runs: usize,
    runs_max: usize,
    fails: Box<dyn FnMut(&Schedule) -> bool + 'f>,
    tells: Box<dyn FnMut(Progress) + 'f>,
}

impl Search<'_> {
    fn is_exhausted(&self) -> bool {
        self.runs >= self.runs_max
    }

    /// Takes this one if it fails, too.
    fn takes(&mut self, lines: Vec<Line>) -> bool {
        if self.is_exhausted() {
            return false;
        }
        self.runs += 1;
        let smaller = Schedule { lines };
        let fails = (self.fails)(&smaller);
        if fails {
            self.best = smaller;
        }
        (self.tells)(Progress { runs: self.runs, lines: self.best.lines.len() });
        fails
    }

    /// Leaves out clients with all that is theirs: most failures need one or two of them.
    fn without_clients(&mut self) {
        let mut clients: Vec<u32> = self.best.lines.iter().filter_map(client).collect();
        clients.sort_unstable();
        clients.dedup();
        remove(&mut clients, |left| {
            let lines = self.best.lines.iter();
            let kept = lines.filter(|line| client(line).is_none_or(|own| left.contains(&own)));
            let kept = kept.cloned().collect();
            self.takes(kept)
        });
    }

    fn without_lines(&mut self) {
        let mut lines = self.best.lines.clone();
        remove(&mut lines, |left| self.takes(left.to_vec()));
    }

    /// Makes each line as simple as it can be; whether any has changed.
    fn with_simpler_lines(&mut self) -> bool {
        let mut has_changed = false;
        for index in 0..self.best.lines.len() {
            for way in 0..WAYS {
                if let Some(simpler) = without(&self.best.lines[index], way) {
                    has_changed |= self.takes_at(index, simpler);
                }
            }
            for which in 0..numbers(&mut self.best.lines[index].clone()).len() {
                has_changed |= self.lowers(index, which);
            }
        }
        has_changed
    }

    fn takes_at(&mut self, index: usize, line: Line) -> bool {
        let mut lines = self.best.lines.clone();
        lines[index] = line;
        self.takes(lines)
    }

    /// Lowers one number of a line: to its floor, or as near to it as halving the way leads.
    fn lowers(&mut self, index: usize, which: usize) -> bool {
        let mut has_changed = false;
        let mut step = None;
        loop {
            let mut line = self.best.lines[index].clone();
            let Some(number) = numbers(&mut line).into_iter().nth(which) else {
                return has_changed;
            };
            let above = number.above_floor();
            let size = step.unwrap_or(above).min(above);
            if size == 0 {
                return has_changed;
            }
            number.lower(size);
            let takes = self.takes_at(index, line);
            has_changed |= takes;
            step = Some(if takes { size } else { size / 2 });
        }
    }

    /// Clients get the numbers from zero on, in the order of their lines.
    fn numbered_from_zero(&mut self) {
        let mut names = BTreeMap::new();
        for own in self.best.lines.iter().filter_map(client) {
            let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
            names.entry(own).or_insert(next);
        }
        let mut lines = self.best.lines.clone();
        for line in &mut lines {
            if let Line::Client(own, _) | Line::Act(own, _) | Line::Fault(own, _) = line {
                *own = names[own];
            }
        }
        if lines != self.best.lines {
            self.takes(lines);
        }
    }
}

/// Whose line it is.
const fn client(line: &Line) -> Option<u32> {
    match line {
        Line::Client(own, _) | Line::Act(own, _) | Line::Fault(own, _) => Some(*own),
        _ => None,
    }
}

/// Removes as much as `takes` bears: first halves, in the end each by itself, until none can go.
fn remove<T: Clone>(all: &mut Vec<T>, mut takes: impl FnMut(&[T]) -> bool) {
    let mut size = all.len().div_ceil(2);
    while size > 0 {
        let (mut from, before) = (0, all.len());
        while from < all.len() {
            let until = (from + size).min(all.len());
            let mut left = all[..from].to_vec();
            left.extend_from_slice(&all[until..]);
            if takes(&left) {
                *all = left;
            } else {
                from = until;
            }
        }
        // What stayed may go now that others have gone.
        let again = size == 1 && all.len() < before;
        size = if again { 1 } else { size / 2 };
    }
}

#[cfg(test)]
mod tests;
