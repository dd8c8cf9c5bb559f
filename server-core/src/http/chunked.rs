//! Chunked content (RFC 9112 §7.1), decoded byte by byte so that nothing of its framing has to be
//! buffered. Extensions and trailers are checked against their grammar and dropped.

use super::abnf::{self, Class};
use crate::error::Violation;
use crate::limits::Limits;

/// Hexadecimal digits that one chunk size may have: what fits 64 bits, leading zeros included.
const SIZE_DIGITS_MAX: u8 = 16;

/// Where the decoder stands, named for what it awaits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum At {
    Size,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// White space behind a size or a value, that only another extension may follow.
    Gap,
    ExtName,
    ExtNameRest,
    /// White space behind a name.
    ExtNameGap,
    ExtValue,
    ExtToken,
    Quoted,
    QuotedPair,
    QuotedEnd,
    Trailer,
    TrailerName,
    TrailerValue,
    TrailerLf,
    EndLf,
    End,
    /// No place: the grammar knows no such byte here.
    Wrong,
}

/// Which column of [`NEXT`] is that of `byte`: one for each of these, then tokens, whatever else a
/// field value may hold, and control characters.
fn column(byte: u8) -> usize {
    let byte = if byte == b'\t' { b' ' } else { byte };
    let others = 9 - usize::from(Class::TCHAR.has(byte)) - usize::from(Class::VALUE.has(byte));
    abnf::index_of(byte, b"\r ;=\"\\:").unwrap_or(others)
}

/// The grammar of what stands around the data, from `Gap` to `TrailerValue`:
///
/// ```text
/// chunk-ext       = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
/// trailer-section = *( field-line CRLF )
/// ```
// rfc9112-7.1.1-chunk-ext-grammar
// rfc9112-7.1.1-ignore-unknown-chunk-ext
// rfc9110-5.6.3-bws-removed
// rfc9112-7.1.2-trailer-field-grammar
// rfc9112-7.1.2-trailer-keep-or-drop
// rfc9112-7.1.2-trailer-no-merge
// rfc9110-6.5.1-trailers-not-merged
// rfc9112-7.1.2-trailer-stored-apart
// rfc9110-5.6.4-quoted-pair
#[rustfmt::skip]
static NEXT: [[At; 10]; 12] = {
    use At::{EndLf, ExtName, ExtNameGap, ExtNameRest, ExtToken, ExtValue, Gap, Quoted, QuotedEnd,
             QuotedPair, SizeLf, TrailerLf, TrailerName, TrailerValue, Wrong};
    [
        // CR        space         ;             =             "             \             :             token         other         control
        [Wrong,      Gap,          ExtName,      Wrong,        Wrong,        Wrong,        Wrong,        Wrong,        Wrong,        Wrong], // Gap
        [Wrong,      ExtName,      Wrong,        Wrong,        Wrong,        Wrong,        Wrong,        ExtNameRest,  Wrong,        Wrong], // ExtName
        [SizeLf,     ExtNameGap,   ExtName,      ExtValue,     Wrong,        Wrong,        Wrong,        ExtNameRest,  Wrong,        Wrong], // ExtNameRest
        [Wrong,      ExtNameGap,   ExtName,      ExtValue,     Wrong,        Wrong,        Wrong,        Wrong,        Wrong,        Wrong], // ExtNameGap
        [Wrong,      ExtValue,     Wrong,        Wrong,        Quoted,       Wrong,        Wrong,        ExtToken,     Wrong,        Wrong], // ExtValue
        [SizeLf,     Gap,          ExtName,      Wrong,        Wrong,        Wrong,        Wrong,        ExtToken,     Wrong,        Wrong], // ExtToken
        [Wrong,      Quoted,       Quoted,       Quoted,       QuotedEnd,    QuotedPair,   Quoted,       Quoted,       Quoted,       Wrong], // Quoted
        [Wrong,      Quoted,       Quoted,       Quoted,       Quoted,       Quoted,       Quoted,       Quoted,       Quoted,       Wrong], // QuotedPair
        [SizeLf,     Gap,          ExtName,      Wrong,        Wrong,        Wrong,        Wrong,        Wrong,        Wrong,        Wrong], // QuotedEnd
        [EndLf,      Wrong,        Wrong,        Wrong,        Wrong,        Wrong,        Wrong,        TrailerName,  Wrong,        Wrong], // Trailer
        [Wrong,      Wrong,        Wrong,        Wrong,        Wrong,        Wrong,        TrailerValue, TrailerName,  Wrong,        Wrong], // TrailerName
        [TrailerLf,  TrailerValue, TrailerValue, TrailerValue, TrailerValue, TrailerValue, TrailerValue, TrailerValue, TrailerValue, Wrong], // TrailerValue
    ]
};

/// The decoder of one request's chunked content.
#[derive(Clone, Copy, Debug)]
pub struct Chunked {
    /// Of the chunk: its size while it is read, then what is left of its data.
    size: u64,
    /// Content that may still come.
    budget: u64,
    /// Bytes of extensions and trailers that may still come.
    overhead: u16,
    digits: u8,
    at: At,
}

/// What the decoder met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All bytes were framing, and more of it must come.
    More,
    /// Data of a chunk comes next: see [`Chunked::data_left`].
    Data,
    /// The content and its trailer section are over.
    End,
    /// The peer broke a rule with the last byte that was consumed.
    Violation(Violation),
}

impl Chunked {
    /// A decoder in front of the first chunk size.
    pub const fn new(limits: &Limits) -> Self {
        Self {
            size: 0,
            budget: limits.content_bytes_max,
            overhead: limits.chunk_overhead_bytes_max,
            digits: 0,
            at: At::Size,
        }
    }

    /// Lowers the bound of the content that may still come.
    pub(crate) fn limit(&mut self, bytes_max: u64) {
        self.budget = self.budget.min(bytes_max);
    }

    /// Consumes framing until data comes next, or the end; says how many bytes that took.
    // rfc9112-6.1-parse-chunked
    // rfc9112-7.1-decode-chunked
    // rfc9112-8-chunked-needs-last-chunk
    pub fn advance(&mut self, received: &[u8]) -> (usize, Progress) {
        if self.at == At::Data && self.size == 0 {
            self.at = At::DataCr;
        }
        let mut consumed = 0;
        loop {
            match self.at {
                At::Data => return (consumed, Progress::Data),
                At::End => return (consumed, Progress::End),
                _ => {}
            }
            let Some(byte) = received.get(consumed) else { return (consumed, Progress::More) };
            consumed += 1;
            if let Err(violation) = self.step(*byte) {
                return (consumed, Progress::Violation(violation));
            }
        }
    }

    /// Bytes of data that come next.
    pub const fn data_left(&self) -> u64 {
        if matches!(self.at, At::Data) { self.size } else { 0 }
    }

    /// Counts `n` bytes of data as consumed.
    pub const fn consume(&mut self, n: u64) {
        self.size = self.size.saturating_sub(n);
    }

    /// What [`consume`](Self::consume) counts down, while data comes next.
    pub(crate) const fn left(&mut self) -> &mut u64 {
        &mut self.size
    }

    /// Steps in place: a state returned by value would be copied for each byte.
    fn step(&mut self, byte: u8) -> Result<(), Violation> {
        let next = match (self.at, byte) {
            (At::Size, _) if Class::HEXDIG.has(byte) => return self.take_digit(byte),
            (At::Size, b'\r') if self.digits > 0 => At::SizeLf,
            (At::SizeLf, b'\n') => self.begin_chunk()?,
            (At::DataCr, b'\r') => At::DataLf,
            (At::DataLf, b'\n') => {
                (self.size, self.digits) = (0, 0);
                At::Size
            }
            (At::TrailerLf, b'\n') => At::Trailer,
            (At::EndLf, b'\n') => At::End,
            (At::Size, _) if self.digits == 0 => At::Wrong,
            (At::Size, _) => self.take_grammar(At::Gap, byte)?,
            _ => self.take_grammar(self.at, byte)?,
        };
        if next == At::Wrong {
            return Err(fault(self.at, byte));
        }
        self.at = next;
        Ok(())
    }

    // rfc9112-7.1-chunk-size-hex
    // rfc9112-7.1-chunk-size-overflow
    fn take_digit(&mut self, byte: u8) -> Result<(), Violation> {
        if self.digits == SIZE_DIGITS_MAX {
            return Err(Violation::ChunkSize);
        }
        self.digits += 1;
        self.size = self.size << 4 | u64::from(abnf::hexadecimal(byte));
        Ok(())
    }

    // rfc9112-7.1-last-chunk-then-trailer
    fn begin_chunk(&mut self) -> Result<At, Violation> {
        if self.size == 0 {
            return Ok(At::Trailer);
        }
        let left = self.budget.checked_sub(self.size);
        self.budget = left.ok_or(Violation::ContentTooLarge)?;
        Ok(At::Data)
    }

    /// What a byte leads to by [`NEXT`]; places that have no row there take no other byte.
    // rfc9112-7.1.1-limit-chunk-ext
    fn take_grammar(&mut self, at: At, byte: u8) -> Result<At, Violation> {
        let row = NEXT.get((at as usize).wrapping_sub(At::Gap as usize));
        let next = row.and_then(|row| row.get(column(byte)));
        let next = next.copied().unwrap_or(At::Wrong);
        if next != At::Wrong {
            self.overhead = self.overhead.checked_sub(1).ok_or(Violation::ChunkOverhead)?;
        }
        Ok(next)
    }
}

/// What is wrong about `byte`.
// rfc9112-7.1-chunk-data-crlf
fn fault(at: At, byte: u8) -> Violation {
    match at {
        At::DataCr | At::DataLf => Violation::ChunkEnd,
        At::SizeLf | At::TrailerLf | At::EndLf => Violation::BareCr,
        _ if byte == b'\n' => Violation::BareLf,
        At::Size => Violation::ChunkSize,
        At::Trailer | At::TrailerName | At::TrailerValue => Violation::Trailer,
        _ => Violation::ChunkExtension,
    }
}

#[cfg(test)]
mod tests {
    use super::{Chunked, Progress};
    use crate::{Limits, Violation};
    use std::vec::Vec;

    const LIMITS: Limits =
        Limits { content_bytes_max: 64, chunk_overhead_bytes_max: 24, ..Limits::SMALL };

    /// Content and end of `bytes`, handed over `step` bytes at a time.
    fn decode(bytes: &[u8], step: usize) -> (Vec<u8>, Progress, usize) {
        let mut decoder = Chunked::new(&LIMITS);
        let (mut content, mut consumed) = (Vec::new(), 0);
        for end in (step..bytes.len() + step).step_by(step) {
            let have = &bytes[..end.min(bytes.len())];
            loop {
                let (n, progress) = decoder.advance(&have[consumed..]);
                consumed += n;
                match progress {
                    Progress::More => break,
                    Progress::Data => {
                        let n = (decoder.data_left() as usize).min(have.len() - consumed);
                        content.extend_from_slice(&have[consumed..consumed + n]);
                        consumed += n;
                        decoder.consume(n as u64);
                        if n == 0 {
                            break;
                        }
                    }
                    end => return (content, end, consumed),
                }
            }
        }
        (content, Progress::More, consumed)
    }

    fn check(bytes: &[u8], content: &[u8], end: Progress, rest: usize) {
        for step in 1..=bytes.len() {
            let (got, progress, consumed) = decode(bytes, step);
            let name = String::from_utf8_lossy(bytes);
            assert_eq!((&got[..], progress), (content, end), "{name:?} by {step}");
            assert_eq!(consumed, bytes.len() - rest, "{name:?} by {step}");
        }
    }
    use std::string::String;

    #[test]
    fn decodes_chunks_extensions_and_trailers() {
        for (bytes, content, rest) in [
            (&b"0\r\n\r\n"[..], &b""[..], 0),
            (b"5\r\nhello\r\n0\r\n\r\nGET", b"hello", 3),
            (b"000a\r\n0123456789\r\nA\r\nabcdefghij\r\n0\r\n\r\n", b"0123456789abcdefghij", 0),
            (b"1;a\r\nx\r\n1;b=c\r\ny\r\n0;d=\"e\\\"f\"\r\n\r\n", b"xy", 0),
            (b"1 ; a = b\t;c\r\nx\r\n0\r\n\r\n", b"x", 0),
            (b"1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\n", b"x", 0),
        ] {
            check(bytes, content, Progress::End, rest);
        }
    }

    #[test]
    fn refuses_what_the_grammar_does_not_know() {
        use Violation::*;
        for (bytes, violation) in [
            (&b"\r"[..], ChunkSize),
            (b"g", ChunkSize),
            (b"-", ChunkSize),
            (b" ", ChunkSize),
            (b"0x", ChunkSize),
            (b"5_", ChunkSize),
            (b"00000000000000005", ChunkSize),
            (b"10000000000000005", ChunkSize),
            (b"5\n", BareLf),
            (b"5\rx", BareCr),
            (b"5 \r", ChunkExtension),
            (b"5;\r", ChunkExtension),
            (b"5;=", ChunkExtension),
            (b"5;a b", ChunkExtension),
            (b"5;a=\r", ChunkExtension),
            (b"5;a=b \r", ChunkExtension),
            (b"5;a=\"\r", ChunkExtension),
            (b"5;a=\"\n", BareLf),
            (b"5;\n", BareLf),
            (b"5;a\n", BareLf),
            (b"5;aaaaaaaaaaaaaaaaaaaaaaaaaaaa", ChunkOverhead),
            (b"41\r\n", ContentTooLarge),
            (b"ffffffffffffffff\r\n", ContentTooLarge),
            (b"0\r\n :", Trailer),
            (b"0\r\nA ", Trailer),
            (b"0\r\nA\r", Trailer),
            (b"0\r\nA\n", BareLf),
            (b"0\r\nA: \0", Trailer),
            (b"0\r\nA: b\n", BareLf),
            (b"0\r\nA: b\rX", BareCr),
            (b"0\r\nA: b\r\n c", Trailer),
            (b"0\r\n\rX", BareCr),
            (b"0\r\nA: aaaaaaaaaaaaaaaaaaaaaaaaaaaa", ChunkOverhead),
        ] {
            let step = (1..=bytes.len()).collect::<Vec<_>>();
            for step in step {
                let (_, progress, _) = decode(bytes, step);
                let name = String::from_utf8_lossy(bytes);
                assert!(
                    matches!(progress, Progress::Violation(v) if v == violation)
                        || matches!(
                            (violation, progress),
                            (ChunkOverhead, Progress::Violation(ChunkOverhead))
                        ),
                    "{name:?} by {step}: {progress:?}, not {violation:?}"
                );
            }
        }
        check(b"5\r\nhelloX", b"hello", Progress::Violation(ChunkEnd), 0);
        check(b"5\r\nhello\rX", b"hello", Progress::Violation(ChunkEnd), 0);
    }

    #[test]
    fn says_how_much_data_is_left_only_where_data_comes() {
        let mut decoder = Chunked::new(&LIMITS);
        assert_eq!((decoder.advance(b"1f\r"), decoder.data_left()), ((3, Progress::More), 0));
        assert_eq!((decoder.advance(b"\n"), decoder.data_left()), ((1, Progress::Data), 31));
        decoder.consume(11);
        assert_eq!((decoder.advance(b"x"), decoder.data_left()), ((0, Progress::Data), 20));
        decoder.consume(20);
        assert_eq!((decoder.advance(b"\r\n"), decoder.data_left()), ((2, Progress::More), 0));
    }

    #[test]
    fn the_budget_counts_all_chunks_together() {
        let mut bytes = Vec::new();
        for _ in 0..4 {
            bytes.extend_from_slice(b"10\r\n0123456789abcdef\r\n");
        }
        let content = b"0123456789abcdef".repeat(4);
        bytes.extend_from_slice(b"1\r\n");
        check(&bytes, &content, Progress::Violation(Violation::ContentTooLarge), 0);
    }
}
