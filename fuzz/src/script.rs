//! A conversation as a row of bytes that can be cut and joined anywhere, as a fuzzer does.
//!
//! All bytes are sent as they are, but those behind `fe`, which no UTF-8 has:
//!
//! | bytes | meaning |
//! | --- | --- |
//! | `fe 'c'` | a cut: what follows arrives when the server has done all it can |
//! | `fe 't' hh ll` | so many milliseconds pass |
//! | `fe 'd'` | the server is asked to drain |
//! | `fe 'w'` | the client reads no more, or goes on reading |
//! | `fe 's'` | the client ends its half; no bytes are sent behind it |
//! | `fe fe`, or `fe` and no byte of these | one `fe` is sent |

use std::time::Duration;

const MARK: u8 = 0xfe;

/// Bytes to the server, and what happens between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// All that is sent.
    pub(crate) bytes: Vec<u8>,
    /// Offsets in it, ascending.
    pub(crate) cuts: Vec<usize>,
    /// What happens after so many bytes, ascending. Some of it may happen at one offset.
    pub(crate) turns: Vec<(usize, Turn)>,
}

/// What happens between bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Pass(Duration),
    Drain,
    /// The client reads no more, or goes on reading.
    Wait,
    Shut,
}

impl Script {
    /// Any input is a script.
    pub fn read(mut input: &[u8]) -> Self {
        let mut script = Self::default();
        while let [first, rest @ ..] = input {
            input = match (first, rest) {
                (&MARK, [b'c', rest @ ..]) => {
                    script.cut();
                    rest
                }
                (&MARK, [b't', high, low, rest @ ..]) => {
                    let millis = u16::from_be_bytes([*high, *low]);
                    script.turn(Turn::Pass(Duration::from_millis(millis.into())));
                    rest
                }
                (&MARK, [b'd', rest @ ..]) => {
                    script.turn(Turn::Drain);
                    rest
                }
                (&MARK, [b'w', rest @ ..]) => {
                    script.turn(Turn::Wait);
                    rest
                }
                (&MARK, [b's', rest @ ..]) => {
                    script.turn(Turn::Shut);
                    rest
                }
                (&MARK, [MARK, rest @ ..]) => {
                    script.send(&[MARK]);
                    rest
                }
                _ => {
                    script.send(&[*first]);
                    rest
                }
            };
        }
        script
    }

    /// The input that is read as this.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let (mut cuts, mut turns) = (self.cuts.iter().peekable(), self.turns.iter().peekable());
        for at in 0..=self.bytes.len() {
            while turns.next_if(|(turn, _)| *turn == at).is_some_and(|(_, turn)| {
                turn.write(&mut out);
                true
            }) {}
            if cuts.next_if_eq(&&at).is_some() {
                out.extend([MARK, b'c']);
            }
            match self.bytes.get(at) {
                Some(&MARK) => out.extend([MARK, MARK]),
                byte => out.extend(byte),
            }
        }
        out
    }

    /// These bytes are sent next, unless the client has ended its half.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        if !self.turns.iter().any(|(_, turn)| *turn == Turn::Shut) {
            self.bytes.extend_from_slice(bytes);
        }
    }

    pub(crate) fn turn(&mut self, turn: Turn) {
        self.turns.push((self.bytes.len(), turn));
    }

    fn cut(&mut self) {
        self.cuts.push(self.bytes.len());
        self.cuts.dedup();
    }
}

impl Turn {
    fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Drain => out.extend([MARK, b'd']),
            Self::Wait => out.extend([MARK, b'w']),
            Self::Shut => out.extend([MARK, b's']),
            Self::Pass(time) => {
                let mut millis = time.as_millis();
                while millis > 0 {
                    let some = u16::try_from(millis).unwrap_or(u16::MAX);
                    out.extend([MARK, b't']);
                    out.extend(some.to_be_bytes());
                    millis -= u128::from(some);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Script, Turn};
    use std::time::Duration;

    #[test]
    fn reads_marks_and_sends_the_rest() {
        let script = Script::read(b"ab\xfect\xfet\x13\x88\xfed\xfew\xfes\xfet\x00\x01cd");
        let pass = |millis| Turn::Pass(Duration::from_millis(millis));
        assert_eq!((script.bytes.as_slice(), script.cuts.as_slice()), (&b"abt"[..], &[2][..]));
        let turns =
            [(3, pass(5000)), (3, Turn::Drain), (3, Turn::Wait), (3, Turn::Shut), (3, pass(1))];
        assert_eq!(script.turns, turns);
        for (input, bytes) in [
            (&b"\xfe"[..], &b"\xfe"[..]),
            (b"\xfe\xfec", b"\xfec"),
            (b"\xfea\xfet\x01", b"\xfea\xfet\x01"),
        ] {
            assert_eq!(Script::read(input).bytes, bytes, "{input:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for input in
            [&b""[..], b"a\xfec\xfet\x00\x07b\xfed\xfew", b"\xfec\xfe\xfecab\xfes\xfet\xff\xff"]
        {
            let script = Script::read(input);
            assert_eq!(Script::read(&script.write()), script, "{input:?}");
        }
    }
}
