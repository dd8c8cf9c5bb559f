//! Over the caller's memory: a writer that notes when it runs out of room, and a move to the front.

/// Puts bytes one behind the other into lent memory. What does not fit is left out whole and
/// noted, so that a caller can write an answer and ask once, at the end, whether it fits.
pub struct Writer<'b> {
    room: &'b mut [u8],
    at: usize,
    overflowed: bool,
}

impl<'b> Writer<'b> {
    /// A writer at the beginning of `to`.
    pub fn new(to: &'b mut [u8]) -> Self {
        Self { room: to, at: 0, overflowed: false }
    }

    /// Appends `bytes`, or nothing of them if they do not fit.
    #[inline(never)]
    pub fn put(&mut self, bytes: &[u8]) {
        copy(self.place(bytes.len()), bytes);
    }

    /// Appends one byte, if it fits.
    #[inline(never)]
    pub fn push(&mut self, byte: u8) {
        if let [place] = self.place(1) {
            *place = byte;
        }
    }

    /// The next `n` bytes, or none: then there is no room for what follows, either.
    #[inline(always)]
    fn place(&mut self, n: usize) -> &mut [u8] {
        let from = self.at;
        if self.room.get(from..).is_none_or(|free| n > free.len()) {
            (self.at, self.overflowed) = (self.room.len(), true);
            return &mut [];
        }
        self.at = from + n;
        let free = self.room.get_mut(from..).unwrap_or_default();
        free.get_mut(..n).unwrap_or_default()
    }

    /// Appends `number` in decimal digits, without a division: that of 64 bits is slow and large
    /// where there is no instruction for it.
    #[inline(never)]
    pub fn put_decimal(&mut self, number: u64) {
        let (mut left, digits) = match u32::try_from(number) {
            Ok(small @ ..10) => (small, 1),
            Ok(small @ ..100) => (small, 2),
            Ok(small @ ..1_000) => (small, 3),
            Ok(small @ ..10_000) => (small, 4),
            Ok(small @ ..TENTH_MAX) => (small, 5),
            _ => (self.put_leading(number), 4),
        };
        for digit in self.place(digits).iter_mut().rev() {
            let tenth = (left * 52_429) >> 19;
            let [units, ..] = (left - 10 * tenth).to_le_bytes();
            (*digit, left) = (b'0' + units, tenth);
        }
    }

    /// Appends all digits but the last four of a larger number, by subtraction, and says what those
    /// are.
    #[inline(always)]
    fn put_leading(&mut self, number: u64) -> u32 {
        let mut left = number;
        let mut is_leading = true;
        for exponent in (4..20).rev() {
            // A power is quickly made: a table would be larger.
            let power = (0..exponent).fold(1, |power: u64, _| power * 10);
            let mut digit = b'0';
            while left >= power {
                (left, digit) = (left - power, digit + 1);
            }
            is_leading &= digit == b'0';
            if !is_leading {
                self.push(digit);
            }
        }
        u32::try_from(left).unwrap_or_default()
    }

    /// Appends `number` in hexadecimal digits, without leading zeros.
    pub fn put_hex(&mut self, number: usize) {
        let mut shift = usize::BITS - 4;
        while shift > 0 && number >> shift == 0 {
            shift -= 4;
        }
        loop {
            let [digit, ..] = (number >> shift & 15).to_le_bytes();
            self.push(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit });
            if shift == 0 {
                break;
            }
            shift -= 4;
        }
    }

    /// Bytes written, or `None` if something did not fit.
    pub fn written(&self) -> Option<usize> {
        if self.overflowed { None } else { Some(self.at) }
    }

    /// What has been written so far. Where something did not fit, old bytes may stand behind it.
    pub(crate) fn so_far(&self) -> &[u8] {
        self.room.get(..self.at).unwrap_or_default()
    }

    /// The room that is left.
    pub fn free(&mut self) -> &mut [u8] {
        self.room.get_mut(self.at..).unwrap_or_default()
    }

    /// Counts `n` bytes that were written into [`free`](Self::free).
    pub fn advance(&mut self, n: usize) {
        self.at = self.room.len().min(self.at.saturating_add(n));
    }

    /// Notes that something did not fit.
    pub fn overflow(&mut self) {
        self.overflowed = true;
    }
}

/// Below this, 32 bits hold the product with 52,429, and 2^19 of that is a tenth of the number.
const TENTH_MAX: u32 = 81_920;

/// So that `write!` works where a caller pays for `core::fmt` anyway.
impl core::fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.put(text.as_bytes());
        if self.overflowed { Err(core::fmt::Error) } else { Ok(()) }
    }
}

/// Copies what fits: `copy_from_slice` would panic on unequal lengths.
#[cfg(target_pointer_width = "64")]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

/// The same by eight bytes a turn, then by four, in a form that the compiler does not take for a
/// `memcpy`: the library's is 700 bytes of flash, and no faster on the short runs that a head is made
/// of.
#[cfg(not(target_pointer_width = "64"))]
#[inline(never)]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    let n = to.len().min(from.len());
    let (Some(to), Some(from)) = (to.get_mut(..n), from.get(..n)) else { return };
    let (to_blocks, to_rest) = to.as_chunks_mut();
    let (from_blocks, from_rest) = from.as_chunks();
    for (to, from) in to_blocks.iter_mut().zip(from_blocks) {
        let [a, b, c, d, e, f, g, h]: [u8; 8] = *from;
        *to = [a, b, c, d, e, f, g, h];
    }
    let (to_four, to_rest) = to_rest.as_chunks_mut();
    let (from_four, from_rest) = from_rest.as_chunks();
    if let (Some(to), Some([a, b, c, d])) = (to_four.first_mut(), from_four.first()) {
        *to = [*a, *b, *c, *d];
    }
    let (to_two, to_rest) = to_rest.as_chunks_mut();
    let (from_two, from_rest) = from_rest.as_chunks();
    if let (Some(to), Some([a, b])) = (to_two.first_mut(), from_two.first()) {
        *to = [*a, *b];
    }
    if let (Some(to), Some(from)) = (to_rest.first_mut(), from_rest.first()) {
        *to = *from;
    }
}

/// Moves `n` bytes from `from` to the front of `bytes`, in blocks that do not overlap: the
/// library's `memmove` would bring 1.3 KB of flash and a panic.
#[inline(never)]
pub(crate) fn shift(mut bytes: &mut [u8], from: usize, mut n: usize) {
    if from == 0 {
        return;
    }
    while n > 0 {
        let block = n.min(from);
        let Some((front, back)) = bytes.split_at_mut_checked(from) else { return };
        if let (Some(front), Some(back)) = (front.get_mut(..block), back.get(..block)) {
            copy(front, back);
        }
        bytes = bytes.get_mut(block..).unwrap_or_default();
        n -= block;
    }
}

#[cfg(test)]
mod tests {
    use super::{Writer, shift};
    use std::{format, vec::Vec};

    #[test]
    fn numbers_are_written_as_format_writes_them() {
        for number in [
            0,
            7,
            10,
            99,
            100,
            9_999,
            10_000,
            81_919,
            81_920,
            100_000,
            4_294_967_295,
            4_294_967_296,
            u64::MAX,
        ] {
            let mut room = [0; 40];
            let mut writer = Writer::new(&mut room);
            writer.put_decimal(number);
            let n = writer.written().unwrap();
            assert_eq!(&room[..n], format!("{number}").as_bytes());
            let mut writer = Writer::new(&mut room);
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            writer.put_hex(number);
            let n = writer.written().unwrap();
            assert_eq!(&room[..n], format!("{number:x}").as_bytes());
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out_whole_and_noted() {
        let mut room = [b'.'; 4];
        let mut writer = Writer::new(&mut room);
        writer.put(b"abc");
        writer.put(b"de");
        writer.put(b"f");
        assert_eq!(writer.written(), None);
        assert_eq!(&room, b"abc.");
    }

    #[test]
    fn shift_moves_any_run_to_the_front() {
        for from in 0..20 {
            for n in 0..20 {
                let mut bytes: Vec<u8> = (0..40).collect();
                let want = bytes[from..from + n].to_vec();
                shift(&mut bytes, from, n);
                assert_eq!(bytes[..n], want, "{n} bytes from {from}");
            }
        }
        shift(&mut [1, 2], 5, 3);
    }
}
