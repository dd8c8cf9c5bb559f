//! A slot: a place in a message where any short string is put, and judged twice.

/// A place in a message.
pub(crate) struct Slot {
    pub(crate) name: &'static str,
    pub(crate) before: &'static str,
    pub(crate) after: &'static str,
    /// One byte of each class that the rules of this place tell apart from others.
    pub(crate) classes: &'static [u8],
    /// Judges a message by the server and by the oracle: whether both accept it with the same
    /// meaning, or both refuse it; an error says what each made of it.
    pub(crate) judge: fn(&[u8]) -> Result<bool, String>,
}

impl Slot {
    /// All strings of up to two bytes, and all of three whose last byte stands for its class.
    pub(crate) fn try_up_to_two_bytes(&self) {
        let mut tried = Tried::new(self);
        tried.string(&[]);
        for a in 0..=u8::MAX {
            tried.string(&[a]);
            for b in 0..=u8::MAX {
                tried.string(&[a, b]);
                for c in self.classes {
                    tried.string(&[a, b, *c]);
                }
            }
        }
        tried.finish(1 + 256 + 65_536 * (1 + self.classes.len()));
    }

    /// All strings of three bytes.
    pub(crate) fn try_three_bytes(&self) {
        let mut tried = Tried::new(self);
        for a in 0..=u8::MAX {
            for b in 0..=u8::MAX {
                for c in 0..=u8::MAX {
                    tried.string(&[a, b, c]);
                }
            }
        }
        tried.finish(1 << 24);
    }
}

/// What has been tried in a slot.
struct Tried<'s> {
    slot: &'s Slot,
    message: Vec<u8>,
    strings: usize,
    accepted: usize,
}

impl<'s> Tried<'s> {
    fn new(slot: &'s Slot) -> Self {
        Self { slot, message: Vec::new(), strings: 0, accepted: 0 }
    }

    fn string(&mut self, string: &[u8]) {
        self.message.clear();
        self.message.extend_from_slice(self.slot.before.as_bytes());
        self.message.extend_from_slice(string);
        self.message.extend_from_slice(self.slot.after.as_bytes());
        self.strings += 1;
        match (self.slot.judge)(&self.message) {
            Ok(is_accepted) => self.accepted += usize::from(is_accepted),
            Err(difference) => {
                panic!("{}: {}: {difference}", self.slot.name, self.message.escape_ascii())
            }
        }
    }

    /// A slot that takes everything or nothing would compare nothing.
    fn finish(self, expected: usize) {
        let Self { slot, strings, accepted, .. } = self;
        assert_eq!(strings, expected, "{}", slot.name);
        assert!(accepted > 0 && accepted < strings, "{}: {accepted} of {strings}", slot.name);
        println!("{}: {strings} strings, of which {accepted} are accepted", slot.name);
    }
}

/// A module of tests for each slot.
macro_rules! slots {
    ($judge:ident, $classes:ident; $($name:ident: $before:literal, $after:literal;)*) => {$(
        mod $name {
            const SLOT: crate::slot::Slot = crate::slot::Slot {
                name: stringify!($name),
                before: $before,
                after: $after,
                classes: super::$classes,
                judge: super::$judge,
            };

            #[test]
            fn up_to_two_bytes_and_a_class() {
                SLOT.try_up_to_two_bytes();
            }

            #[test]
            #[ignore = "minutes: `cargo ci exhaustive`"]
            fn three_bytes() {
                SLOT.try_three_bytes();
            }
        }
    )*};
}

pub(crate) use slots;
