//! What a board has to tell while it runs: the address that a network gave it, for one. Each line of
//! the link tells all of it, to whoever comes first there.

use core::fmt::Arguments;
use core::task::{Context, Poll};

use embassy_sync::once_lock::OnceLock;
use samewire_linked::{LastWords, Line, Lines, Memory};

/// The first so many texts. What is told behind them is told by other ways alone.
const TEXTS: usize = 8;

/// Texts, which only ever become more.
pub struct Journal([OnceLock<LastWords>; TEXTS]);

impl Journal {
    /// An empty one.
    pub const fn new() -> Self {
        Self([const { OnceLock::new() }; TEXTS])
    }

    /// Writes a text down, if there is room for it; as much of it as was written.
    pub fn tell(&self, what: Arguments<'_>) -> LastWords {
        let mut text = LastWords::NONE;
        text.say(what);
        // Who finds a place taken tries the next one.
        let _ = self.0.iter().try_for_each(|place| place.init(text).err().map(drop));
        text
    }

    /// A line of the link that tells all that is written down, and what will be.
    pub const fn on<L: Line>(&'static self, line: L) -> Told<L> {
        Told { line, journal: self, next: 0, lines: Lines::new("") }
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self::new()
    }
}

/// A line of the link that tells what is in a journal.
pub struct Told<L> {
    line: L,
    journal: &'static Journal,
    /// The first text that was not begun.
    next: usize,
    /// What is left of the one before.
    lines: Lines<'static>,
}

impl<L: Line> Line for Told<L> {
    fn poll_read(&mut self, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<usize> {
        self.line.poll_read(cx, into)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, from: &[u8]) -> Poll<usize> {
        self.line.poll_write(cx, from)
    }

    fn now(&self) -> u64 {
        self.line.now()
    }

    fn poll_at(&mut self, cx: &mut Context<'_>, deadline: u64) -> Poll<()> {
        self.line.poll_at(cx, deadline)
    }

    fn log(&mut self) -> Option<&'static str> {
        loop {
            if let Some(line) = self.lines.next() {
                return Some(line);
            }
            let text = self.journal.0.get(self.next)?.try_get()?;
            (self.next, self.lines) = (self.next + 1, Lines::new(text.as_str()));
        }
    }

    fn memory(&mut self) -> Option<Memory> {
        self.line.memory()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::{Journal, TEXTS};
    use samewire_linked::{Board, LOG_BYTES_MAX, Line as _};
    use std::format;
    use std::vec::Vec;

    struct Silent;

    impl Board for Silent {
        fn read(&mut self, _: &mut [u8]) -> usize {
            0
        }

        fn write(&mut self, _: &[u8]) {}
    }

    #[test]
    fn each_line_tells_all_of_it_in_pieces_that_fit() {
        static JOURNAL: Journal = Journal::new();
        let mut one = JOURNAL.on(Silent);
        assert_eq!(one.log(), None);
        assert_eq!(JOURNAL.tell(format_args!("one\n{}", "a".repeat(100))).as_str().len(), 104);
        JOURNAL.tell(format_args!("http://{}/", "192.168.1.7"));
        let all = ["one", &"a".repeat(LOG_BYTES_MAX), "aaaa", "http://192.168.1.7/"];
        assert_eq!(core::iter::from_fn(|| one.log()).collect::<Vec<_>>(), all);
        JOURNAL.tell(format_args!("later"));
        assert_eq!((one.log(), one.log()), (Some("later"), None));
        let mut other = JOURNAL.on(Silent);
        assert_eq!(core::iter::from_fn(|| other.log()).count(), all.len() + 1);
    }

    #[test]
    fn what_is_too_much_is_not_written_down() {
        static JOURNAL: Journal = Journal::new();
        for number in 0..TEXTS + 3 {
            assert_eq!(JOURNAL.tell(format_args!("{number}")).as_str(), format!("{number}"));
        }
        let mut line = JOURNAL.on(Silent);
        let told: Vec<&str> = core::iter::from_fn(|| line.log()).collect();
        assert_eq!(told, ["0", "1", "2", "3", "4", "5", "6", "7"]);
    }
}
