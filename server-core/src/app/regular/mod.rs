//! Patterns of text without backtracking: a regular language, compiled while the program is.
//!
//! ```
//! use samewire::app::regular::Pattern;
//!
//! const NAME: Pattern = samewire::pattern!("[A-Za-z][a-z -]{0,39}");
//! assert!(NAME.matches("Ada"));
//! assert!(!NAME.matches("ada lovelace!"));
//! ```
//!
//! A pattern is about the whole text, so there is no `^` and no `$`. Where it means something it
//! means what it does in ECMA-262, which JSON Schema refers to (Core, §6.4):
//!
//! | written | admits |
//! | --- | --- |
//! | `a`, `\.` | this character; whatever else means something is escaped |
//! | `.` | any character but a line terminator |
//! | `\d`, `\w` | a digit; a letter, a digit or `_`: of ASCII |
//! | `\n`, `\r`, `\t` | these control characters |
//! | `[a-z_]`, `[^a-z]` | one of a class; one that is not of it |
//! | `ab`, `a\|b`, `(ab)` | one behind the other; either; a group, which captures nothing |
//! | `a?`, `a*`, `a+`, `a{3}`, `a{3,}`, `a{3,5}` | none or one, and so on |
//!
//! Whatever cannot be written so, such as a look-ahead or a reference back, no pattern needs: it
//! would be no regular language. A mistake is a compile error.
//!
//! What is compiled is a set of *positions*: the characters that the pattern spells out, each as
//! often as it is repeated, [`POSITIONS_MAX`] at most. Which of them the text has just reached is one word
//! of memory, whatever the pattern (Glushkov's automaton, run on all paths at once: Navarro and
//! Raffinot, *Flexible Pattern Matching in Strings*, §5.2). So each character of a text costs the same
//! bounded work, and there is no text that takes longer than its length says.

mod atom;
mod compiler;

pub use compiler::{POSITIONS_MAX, Program};

/// A compiled pattern: made by [`pattern!`](macro@crate::pattern).
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    text: &'static str,
    entry: Entry,
    follow: &'static [u64],
    atoms: &'static [Atom],
}

/// How a text begins and ends: sets of positions, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    first: u64,
    last: u64,
    admits_empty: bool,
}

/// A character or class as it is written, and the positions where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct Atom {
    written: &'static [u8],
    positions: u64,
}

impl Pattern {
    #[doc(hidden)]
    pub const fn new(program: &Program, follow: &'static [u64], atoms: &'static [Atom]) -> Self {
        Self { text: program.text, entry: program.entry, follow, atoms }
    }

    /// The pattern as it was written.
    pub const fn as_str(&self) -> &'static str {
        self.text
    }

    /// Whether the whole of `text` is of the pattern.
    pub fn matches(&self, text: &str) -> bool {
        let (mut next, mut is_end) = (self.entry.first, self.entry.admits_empty);
        for character in text.chars() {
            let reached = self.reached(next, character.into());
            if reached == 0 {
                return false;
            }
            is_end = reached & self.entry.last != 0;
            next = self.behind(reached);
        }
        is_end
    }

    /// Those of the positions `next` that admit `character`.
    fn reached(&self, next: u64, character: u32) -> u64 {
        let mut reached = 0;
        for atom in self.atoms {
            let here = next & atom.positions;
            if here != 0 && atom::admits(atom.written, character) {
                reached |= here;
            }
        }
        reached
    }

    /// The positions that can follow those.
    fn behind(&self, reached: u64) -> u64 {
        let (mut left, mut next) = (reached, 0);
        for follow in self.follow {
            #[cfg(test)]
            crate::http::abnf::work::add(1);
            if left & 1 == 1 {
                next |= follow;
            }
            left >>= 1;
            if left == 0 {
                break;
            }
        }
        next
    }
}

/// Compiles a [`Pattern`](crate::app::regular::Pattern), while the program is compiled.
#[macro_export]
macro_rules! pattern {
    ($text:literal) => {{
        // A board stores as much of the tables as the pattern needs.
        const PROGRAM: $crate::app::regular::Program =
            $crate::app::regular::Program::compile($text);
        const FOLLOW: [u64; PROGRAM.positions()] = PROGRAM.follow();
        const ATOMS: [$crate::app::regular::Atom; PROGRAM.atoms_count()] = PROGRAM.atoms();
        $crate::app::regular::Pattern::new(&PROGRAM, &FOLLOW, &ATOMS)
    }};
}

#[cfg(test)]
mod tests;
