//! What a board remembers of its last run, in RAM that neither a reset nor the runtime touches.

use core::fmt::Arguments;

use samewire_linked::LastWords;
use static_cell::StaticCell;

/// What is told of a run that said nothing and was ended by the watchdog.
const HUNG: &str = "hung until the watchdog bit";

/// What outlives a reset. Any bytes are a value of it, for nobody writes it before a board begins
/// for the first time.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Kept {
    words: LastWords,
    /// Counted from any number.
    starts: u32,
}

/// What is left of the last run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    /// What is to be told of its end; empty if it was ended from outside.
    pub words: &'static str,
    /// Another number after each reset, whatever else is alike.
    pub starts: u32,
}

impl Kept {
    /// Nothing.
    pub const NONE: Self = Self { words: LastWords::NONE, starts: 0 };

    /// Keeps these words for the next run.
    pub fn say(&mut self, words: Arguments<'_>) {
        self.words.say(words);
    }

    /// Begins a run, once: takes what the last one left. `has_bitten` is what the chip knows of its
    /// watchdog.
    pub fn begin(&mut self, has_bitten: bool) -> Before {
        static TOLD: StaticCell<LastWords> = StaticCell::new();
        let (words, starts) = self.take();
        Before { words: end(TOLD.init(words).as_str(), has_bitten), starts }
    }

    fn take(&mut self) -> (LastWords, u32) {
        self.starts = self.starts.wrapping_add(1);
        (self.words.take(), self.starts)
    }
}

fn end(words: &'static str, has_bitten: bool) -> &'static str {
    if words.is_empty() && has_bitten { HUNG } else { words }
}

#[cfg(test)]
mod tests {
    use super::{HUNG, Kept, end};

    #[test]
    fn a_run_finds_the_last_words_of_the_one_before_and_of_no_other() {
        let mut kept = Kept { starts: u32::MAX, ..Kept::NONE };
        kept.say(format_args!("panicked at {}", 7));
        let (words, starts) = kept.take();
        assert_eq!((words.as_str(), starts), ("panicked at 7", 0));
        let (words, starts) = kept.take();
        assert_eq!((words.as_str(), starts), ("", 1));
    }

    #[test]
    fn a_bite_is_told_of_who_could_not_say_more() {
        assert_eq!(end("", true), HUNG);
        assert_eq!(end("", false), "");
        assert_eq!(end("panicked at 7", true), "panicked at 7");
    }

    #[test]
    fn a_run_begins() {
        let mut kept = Kept::NONE;
        kept.say(format_args!("panicked"));
        let before = kept.begin(false);
        assert_eq!((before.words, before.starts), ("panicked", 1));
    }
}
