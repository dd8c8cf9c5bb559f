//! What is to come, in the order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Something to do. Numbers are those of connections, or of what happens to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    /// A client connects: the index of it.
    Connect(usize),
    /// A client goes on with its script.
    Go(u32),
    /// Bytes arrive at the server.
    Up(u32),
    /// Bytes come to the client.
    Down(u32),
    /// The client takes bytes again.
    Reopen(u32),
    /// The client waits no longer.
    GiveUp(u32),
    /// Something happens to all: the index of it.
    Happen(usize),
}

/// Tasks by time, then by age.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    heap: BinaryHeap<Reverse<(u64, u64, Task)>>,
    added: u64,
}

impl Agenda {
    /// One more.
    pub(crate) fn add(&mut self, at: u64, task: Task) {
        self.heap.push(Reverse((at, self.added, task)));
        self.added += 1;
    }

    /// When the next one is.
    pub(crate) fn next(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// The next one, if its time has come.
    pub(crate) fn take(&mut self, now: u64) -> Option<Task> {
        self.next().filter(|at| *at <= now)?;
        self.heap.pop().map(|Reverse((_, _, task))| task)
    }
}

#[cfg(test)]
mod tests {
    use super::{Agenda, Task};

    #[test]
    fn what_is_due_at_once_comes_in_the_order_it_was_added() {
        let mut agenda = Agenda::default();
        for (at, task) in
            [(5, Task::Up(9)), (1, Task::Go(3)), (5, Task::Connect(0)), (5, Task::Go(1))]
        {
            agenda.add(at, task);
        }
        let taken: Vec<_> = std::iter::from_fn(|| agenda.take(5)).collect();
        assert_eq!(taken, [Task::Go(3), Task::Up(9), Task::Connect(0), Task::Go(1)]);
        agenda.add(7, Task::Go(1));
        assert_eq!((agenda.take(6), agenda.next()), (None, Some(7)));
    }
}
