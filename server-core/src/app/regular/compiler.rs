//! From the text of a pattern to its automaton (Glushkov's), while the program is compiled: a
//! mistake is a compile error, and nothing of this is in an image.
#![cfg_attr(
    not(test),
    expect(
        clippy::indexing_slicing,
        clippy::panic,
        reason = "runs in the compiler, where a panic is the error message"
    )
)]

use super::{Atom, Entry, atom};
use crate::http::abnf::is_same;

/// Positions that a pattern may have: the bits of the word in which they are counted. A length in
/// characters is better said by `length` than by a `{…}` of many.
pub const POSITIONS_MAX: usize = 64;

/// A pattern on its way to a [`Pattern`](super::Pattern).
#[doc(hidden)]
pub struct Program {
    pub(super) text: &'static str,
    pub(super) entry: Entry,
    /// For each position those that can follow it.
    follow: [u64; POSITIONS_MAX],
    positions: usize,
    atoms: [Atom; POSITIONS_MAX],
    atoms_count: usize,
}

/// A piece of the pattern: with which positions it begins and ends, and whether it may be nothing.
type Piece = Entry;

const NOTHING: Piece = Piece { first: 0, last: 0, admits_empty: true };

impl Program {
    /// Compiles `text`, or panics with the reason.
    pub const fn compile(text: &'static str) -> Self {
        let mut program = Self {
            text,
            entry: NOTHING,
            follow: [0; POSITIONS_MAX],
            positions: 0,
            atoms: [Atom { written: &[], positions: 0 }; POSITIONS_MAX],
            atoms_count: 0,
        };
        let (piece, rest) = program.either(text.as_bytes());
        assert!(rest.is_empty(), "a pattern has a `)` without `(`");
        program.entry = piece;
        program
    }

    /// How many positions there are.
    pub const fn positions(&self) -> usize {
        self.positions
    }

    /// How many different atoms there are.
    pub const fn atoms_count(&self) -> usize {
        self.atoms_count
    }

    /// What can follow each position.
    pub const fn follow<const N: usize>(&self) -> [u64; N] {
        let (mut follow, mut at) = ([0; N], 0);
        while at < N {
            follow[at] = self.follow[at];
            at += 1;
        }
        follow
    }

    /// The atoms, as they are written.
    pub const fn atoms<const N: usize>(&self) -> [Atom; N] {
        let (mut atoms, mut at) = ([Atom { written: &[], positions: 0 }; N], 0);
        while at < N {
            atoms[at] = self.atoms[at];
            at += 1;
        }
        atoms
    }

    /// `one|other|…`, to a `)` or the end.
    const fn either(&mut self, text: &'static [u8]) -> (Piece, &'static [u8]) {
        let (mut either, mut rest) = self.sequence(text);
        while let [b'|', behind @ ..] = rest {
            let (piece, end) = self.sequence(behind);
            either.first |= piece.first;
            either.last |= piece.last;
            either.admits_empty |= piece.admits_empty;
            rest = end;
        }
        (either, rest)
    }

    /// Pieces one behind the other, to a `|`, a `)` or the end.
    const fn sequence(&mut self, text: &'static [u8]) -> (Piece, &'static [u8]) {
        let (mut sequence, mut rest) = (NOTHING, text);
        while !matches!(rest, [] | [b'|' | b')', ..]) {
            let (piece, end) = self.repeated(rest);
            sequence = self.join(sequence, piece);
            rest = end;
        }
        let is_empty = text.len() == rest.len();
        assert!(!is_empty, "a pattern, a group or an alternative of a pattern is empty");
        (sequence, rest)
    }

    /// An atom or a group, and how often it stands there.
    const fn repeated(&mut self, text: &'static [u8]) -> (Piece, &'static [u8]) {
        let (mut piece, rest) = self.single(text);
        let (least, most, rest) = match rest {
            [b'?', rest @ ..] => (0, Some(1), rest),
            [b'*', rest @ ..] => (0, None, rest),
            [b'+', rest @ ..] => (1, None, rest),
            [b'{', rest @ ..] => bounds(rest),
            _ => return (piece, rest),
        };
        let is_twice = matches!(rest, [b'?' | b'*' | b'+' | b'{', ..]);
        assert!(!is_twice, "a pattern repeats a repetition: there is one of `?*+{{}}` for each");
        let (mut all, mut copies) = (NOTHING, 1);
        loop {
            if most.is_none() && copies >= least {
                self.follow_up(piece.last, piece.first);
            }
            piece.admits_empty |= copies > least;
            all = self.join(all, piece);
            let is_last = match most {
                Some(most) => copies == most,
                None => copies >= least,
            };
            if is_last {
                return (all, rest);
            }
            // Each time the same text makes positions of its own.
            (piece, _) = self.single(text);
            copies += 1;
        }
    }

    /// An atom, or what stands in parentheses.
    const fn single(&mut self, text: &'static [u8]) -> (Piece, &'static [u8]) {
        match text {
            [b'(', b'?', b':', inside @ ..] | [b'(', inside @ ..] => {
                let (piece, rest) = self.either(inside);
                let [b')', rest @ ..] = rest else { panic!("a pattern has a `(` without `)`") };
                (piece, rest)
            }
            [b'?' | b'*' | b'+' | b'{', ..] => panic!("a pattern repeats nothing"),
            [b'^' | b'$', ..] => panic!("a pattern is about the whole text: leave out `^` and `$`"),
            [b'}', ..] => panic!("a `}}` that stands for itself is written `\\}}`"),
            _ => self.atom(text),
        }
    }

    const fn atom(&mut self, text: &'static [u8]) -> (Piece, &'static [u8]) {
        let Some(rest) = atom::end(text) else {
            panic!("a pattern has a class, a range or an escape that is none");
        };
        assert!(self.positions < POSITIONS_MAX, "a pattern has more than 64 positions");
        let position = 1 << self.positions;
        self.positions += 1;
        let (written, _) = text.split_at(text.len() - rest.len());
        let mut at = 0;
        while at < self.atoms_count && !is_same(self.atoms[at].written, written) {
            at += 1;
        }
        if at == self.atoms_count {
            self.atoms_count += 1;
            self.atoms[at].written = written;
        }
        self.atoms[at].positions |= position;
        (Piece { first: position, last: position, admits_empty: false }, rest)
    }

    /// One piece behind another.
    const fn join(&mut self, front: Piece, back: Piece) -> Piece {
        self.follow_up(front.last, back.first);
        Piece {
            first: if front.admits_empty { front.first | back.first } else { front.first },
            last: if back.admits_empty { front.last | back.last } else { back.last },
            admits_empty: front.admits_empty && back.admits_empty,
        }
    }

    /// Behind each of the positions `last` any of `first` can come.
    const fn follow_up(&mut self, last: u64, first: u64) {
        let mut at = 0;
        while at < self.positions {
            if last >> at & 1 == 1 {
                self.follow[at] |= first;
            }
            at += 1;
        }
    }
}

/// What stands behind a `{`: the least, the most if there is one, and the text behind the `}`.
const fn bounds(text: &'static [u8]) -> (usize, Option<usize>, &'static [u8]) {
    let (least, rest) = number(text);
    let (most, rest) = match rest {
        [b',', b'}', ..] => (None, rest.split_at(1).1),
        [b',', rest @ ..] => {
            let (most, rest) = number(rest);
            (Some(most), rest)
        }
        _ => (Some(least), rest),
    };
    let [b'}', rest @ ..] = rest else {
        panic!("a pattern repeats by `{{3}}`, `{{3,}}` or `{{3,5}}`");
    };
    if let Some(most) = most {
        assert!(least <= most && most > 0, "a pattern repeats from more to less, or never");
    }
    (least, most, rest)
}

const fn number(text: &'static [u8]) -> (usize, &'static [u8]) {
    let (mut number, mut rest) = (0, text);
    while let [digit @ b'0'..=b'9', behind @ ..] = rest {
        number = number * 10 + (*digit - b'0') as usize;
        assert!(number <= POSITIONS_MAX, "a pattern repeats more than 64 times");
        rest = behind;
    }
    assert!(rest.len() < text.len(), "a pattern repeats by `{{3}}`, `{{3,}}` or `{{3,5}}`");
    (number, rest)
}
