//! One direction of one connection: when what was put in comes out, and how much at a time.

use std::collections::VecDeque;

/// How a direction behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manner {
    /// Bytes that come out at once.
    pub(crate) segment: usize,
    /// Milliseconds between two segments.
    pub(crate) gap: u64,
    /// Milliseconds on the way.
    pub(crate) delay: u64,
    /// Comes out only at multiples of so many milliseconds.
    pub(crate) grid: u64,
}

impl Manner {
    /// At once, all of it.
    pub(crate) const PLAIN: Self = Self { segment: usize::MAX, gap: 0, delay: 0, grid: 1 };
}

/// What is on its way.
#[derive(Debug)]
pub(crate) struct Pipe {
    manner: Manner,
    /// How far what was put in by when goes.
    marks: VecDeque<(usize, u64)>,
    /// How far it has come out.
    out: usize,
    /// When it did last.
    last: Option<u64>,
    /// When the end was put in.
    end: Option<u64>,
    has_ended: bool,
    /// Somebody will ask for what comes out.
    pub(crate) is_awaited: bool,
}

/// What comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Out {
    /// Bytes, up to this one.
    Until(usize),
    /// The end.
    End,
    /// Nothing now.
    Nothing,
}

impl Pipe {
    pub(crate) fn new(manner: Manner) -> Self {
        let (marks, out, last, end) = (VecDeque::new(), 0, None, None);
        Self { manner, marks, out, last, end, has_ended: false, is_awaited: false }
    }

    /// From now on it behaves like this.
    pub(crate) const fn set(&mut self, manner: Manner) {
        self.manner = manner;
    }

    /// All bytes up to this one have been put in now.
    pub(crate) fn put(&mut self, until: usize, now: u64) {
        match self.marks.back_mut() {
            Some((own, at)) if *at == now => *own = until,
            _ => self.marks.push_back((until, now)),
        }
    }

    /// There will be no more.
    pub(crate) fn end(&mut self, now: u64) {
        self.end = self.end.or(Some(now));
    }

    /// When something comes out next; `None` if nothing is on its way.
    pub(crate) fn due(&self) -> Option<u64> {
        if self.has_ended {
            return None;
        }
        let put = self.marks.front().map(|(_, at)| *at).or(self.end)?;
        let after = self.last.map_or(0, |last| last.saturating_add(self.manner.gap));
        Some(self.comes(put).max(after))
    }

    /// When what was put in then comes, at the earliest.
    const fn comes(&self, put: u64) -> u64 {
        put.saturating_add(self.manner.delay).next_multiple_of(self.manner.grid)
    }

    /// What comes out now, but nothing behind `stop`.
    pub(crate) fn take(&mut self, now: u64, stop: usize) -> Out {
        if self.due().is_none_or(|due| due > now) {
            return Out::Nothing;
        }
        if self.marks.is_empty() {
            self.has_ended = true;
            return Out::End;
        }
        let come = self.marks.iter().take_while(|(_, put)| self.comes(*put) <= now).last();
        let until = come.map_or(self.out, |(until, _)| *until);
        let until = until.min(self.out.saturating_add(self.manner.segment)).min(stop);
        if until == self.out {
            return Out::Nothing;
        }
        (self.out, self.last) = (until, Some(now));
        while self.marks.front().is_some_and(|(mark, _)| *mark <= until) {
            self.marks.pop_front();
        }
        Out::Until(until)
    }
}

#[cfg(test)]
mod tests {
    use super::{Manner, Out, Pipe};

    /// What comes out of a pipe into which five bytes were put at 10, four at 12, and then the end.
    fn outs(manner: Manner) -> String {
        let mut pipe = Pipe::new(manner);
        let mut text = String::new();
        pipe.put(5, 10);
        pipe.put(9, 12);
        pipe.end(12);
        while let Some(due) = pipe.due() {
            match pipe.take(due, usize::MAX) {
                Out::Until(until) => text += &format!("{due}:{until} "),
                Out::End => text += &format!("{due}:end"),
                Out::Nothing => panic!("nothing was due at {due}"),
            }
        }
        text
    }

    #[test]
    fn the_manner_says_when_what_comes() {
        let plain = Manner::PLAIN;
        for (manner, expected) in [
            (plain, "10:5 12:9 12:end"),
            (Manner { delay: 7, ..plain }, "17:5 19:9 19:end"),
            (Manner { grid: 8, ..plain }, "16:9 16:end"),
            (Manner { segment: 4, ..plain }, "10:4 10:5 12:9 12:end"),
            (Manner { segment: 4, gap: 3, ..plain }, "10:4 13:8 16:9 19:end"),
        ] {
            assert_eq!(outs(manner), expected, "{manner:?}");
        }
    }

    #[test]
    fn nothing_comes_from_behind_a_stop() {
        let mut pipe = Pipe::new(Manner::PLAIN);
        pipe.put(9, 1);
        assert_eq!(pipe.take(1, 4), Out::Until(4));
        assert_eq!(pipe.take(1, 4), Out::Nothing);
        assert_eq!(pipe.take(1, 99), Out::Until(9));
        assert_eq!(pipe.due(), None);
    }
}
