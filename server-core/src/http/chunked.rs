//! Chunked content (RFC 9112 §7.1), decoded byte by byte so that nothing of its framing has to be
//! buffered. Extensions and trailers are checked against their grammar and dropped.

use super::abnf::Class;
use crate::error::Violation;
use crate::limits::Limits;

/// Hexadecimal digits that one chunk size may have: what fits 64 bits, leading zeros included.
const SIZE_DIGITS_MAX: u8 = 16;

/// Where the decoder stands, named for the byte it awaits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum At {
    Size,
    /// Bad white space that only another extension may follow.
    ExtensionGap,
    ExtensionStart,
    ExtensionName,
    ExtensionNameGap,
    ExtensionValueStart,
    ExtensionToken,
    ExtensionQuoted,
    ExtensionQuotedPair,
    ExtensionQuotedEnd,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerLf,
    EndLf,
    End,
}

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

    /// Consumes framing until data comes next, or the end; says how many bytes that took.
    // rfc9112-6.1-parse-chunked
    // rfc9112-7.1-decode-chunked
    // rfc9112-8-chunked-needs-last-chunk
    #[inline(never)]
    pub fn advance(&mut self, received: &[u8]) -> (usize, Progress) {
        let mut consumed = 0;
        for &byte in received {
            match self.at {
                At::Data => return (consumed, Progress::Data),
                At::End => return (consumed, Progress::End),
                _ => {}
            }
            consumed += 1;
            if let Err(violation) = self.step(byte) {
                return (consumed, Progress::Violation(violation));
            }
        }
        let progress = match self.at {
            At::Data => Progress::Data,
            At::End => Progress::End,
            _ => Progress::More,
        };
        (consumed, progress)
    }

    /// Bytes of data that come next.
    pub const fn data_left(&self) -> u64 {
        if matches!(self.at, At::Data) { self.size } else { 0 }
    }

    /// Counts `n` bytes of data as consumed.
    pub fn consume(&mut self, n: u64) {
        self.size = self.size.saturating_sub(n);
        if self.size == 0 && self.at == At::Data {
            self.at = At::DataCr;
        }
    }

    /// Steps in place: a state returned by value would be copied for each byte.
    fn step(&mut self, byte: u8) -> Result<(), Violation> {
        self.at = match self.at {
            At::Size => return self.size_step(byte),
            At::SizeLf if byte == b'\n' => self.chunk_begin()?,
            At::SizeLf | At::TrailerLf | At::EndLf if byte != b'\n' => {
                return Err(Violation::BareCr);
            }
            At::TrailerLf => At::TrailerStart,
            At::EndLf => At::End,
            // rfc9112-7.1-chunk-data-crlf
            At::DataCr if byte == b'\r' => At::DataLf,
            At::DataLf if byte == b'\n' => {
                (self.size, self.digits) = (0, 0);
                At::Size
            }
            At::DataCr | At::DataLf => return Err(Violation::ChunkEnd),
            At::TrailerStart | At::TrailerName | At::TrailerValue => {
                self.spend()?;
                self.trailer_step(byte)?
            }
            _ => {
                self.spend()?;
                self.extension_step(byte)?
            }
        };
        Ok(())
    }

    // rfc9112-7.1-chunk-size-hex
    // rfc9112-7.1-chunk-size-overflow
    fn size_step(&mut self, byte: u8) -> Result<(), Violation> {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => {
                self.at = self.after_size(byte)?;
                return Ok(());
            }
        };
        if self.digits == SIZE_DIGITS_MAX {
            return Err(Violation::ChunkSize);
        }
        self.digits += 1;
        self.size = self.size << 4 | u64::from(digit);
        Ok(())
    }

    fn after_size(&mut self, byte: u8) -> Result<At, Violation> {
        match byte {
            b'\n' => Err(Violation::BareLf),
            _ if self.digits == 0 => Err(Violation::ChunkSize),
            b'\r' => Ok(At::SizeLf),
            b';' | b' ' | b'\t' => {
                self.spend()?;
                Ok(if byte == b';' { At::ExtensionStart } else { At::ExtensionGap })
            }
            _ => Err(Violation::ChunkSize),
        }
    }

    // rfc9112-7.1-last-chunk-then-trailer
    fn chunk_begin(&mut self) -> Result<At, Violation> {
        if self.size == 0 {
            return Ok(At::TrailerStart);
        }
        let left = self.budget.checked_sub(self.size);
        self.budget = left.ok_or(Violation::ContentTooLarge)?;
        Ok(At::Data)
    }

    /// chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
    // rfc9112-7.1.1-chunk-ext-grammar
    // rfc9112-7.1.1-ignore-unknown-chunk-ext
    // rfc9110-5.6.3-bws-removed
    fn extension_step(&mut self, byte: u8) -> Result<At, Violation> {
        let is_space = matches!(byte, b' ' | b'\t');
        Ok(match (self.at, byte) {
            (At::ExtensionQuoted, b'"') => At::ExtensionQuotedEnd,
            (At::ExtensionQuoted, b'\\') => At::ExtensionQuotedPair,
            (At::ExtensionQuoted | At::ExtensionQuotedPair, _) if Class::VALUE.has(byte) => {
                At::ExtensionQuoted
            }
            (_, b'\n') => return Err(Violation::BareLf),
            (At::ExtensionName | At::ExtensionToken | At::ExtensionQuotedEnd, b'\r') => At::SizeLf,
            (
                At::ExtensionGap
                | At::ExtensionName
                | At::ExtensionNameGap
                | At::ExtensionToken
                | At::ExtensionQuotedEnd,
                b';',
            ) => At::ExtensionStart,
            (At::ExtensionName | At::ExtensionNameGap, b'=') => At::ExtensionValueStart,
            (At::ExtensionName | At::ExtensionNameGap, _) if is_space => At::ExtensionNameGap,
            (At::ExtensionStart | At::ExtensionValueStart, _) if is_space => self.at,
            (At::ExtensionGap | At::ExtensionToken | At::ExtensionQuotedEnd, _) if is_space => {
                At::ExtensionGap
            }
            (At::ExtensionStart | At::ExtensionName, _) if Class::TCHAR.has(byte) => At::ExtensionName,
            (At::ExtensionValueStart, b'"') => At::ExtensionQuoted,
            (At::ExtensionValueStart | At::ExtensionToken, _) if Class::TCHAR.has(byte) => {
                At::ExtensionToken
            }
            _ => return Err(Violation::ChunkExtension),
        })
    }

    /// trailer-section = *( field-line CRLF )
    // rfc9112-7.1.2-trailer-field-grammar
    // rfc9112-7.1.2-trailer-keep-or-drop
    // rfc9112-7.1.2-trailer-no-merge
    // rfc9110-6.5.1-trailers-not-merged
    fn trailer_step(&mut self, byte: u8) -> Result<At, Violation> {
        Ok(match (self.at, byte) {
            (At::TrailerStart, b'\r') => At::EndLf,
            (At::TrailerValue, b'\r') => At::TrailerLf,
            (_, b'\n') => return Err(Violation::BareLf),
            (At::TrailerName, b':') => At::TrailerValue,
            (At::TrailerStart | At::TrailerName, _) if Class::TCHAR.has(byte) => At::TrailerName,
            (At::TrailerValue, _) if Class::VALUE.has(byte) => At::TrailerValue,
            _ => return Err(Violation::Trailer),
        })
    }

    // rfc9112-7.1.1-limit-chunk-ext
    fn spend(&mut self) -> Result<(), Violation> {
        self.overhead = self.overhead.checked_sub(1).ok_or(Violation::ChunkOverhead)?;
        Ok(())
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
                assert!(matches!(progress, Progress::Violation(v) if v == violation)
                    || matches!((violation, progress), (ChunkOverhead, Progress::Violation(ChunkOverhead))),
                    "{name:?} by {step}: {progress:?}, not {violation:?}");
            }
        }
        check(b"5\r\nhelloX", b"hello", Progress::Violation(ChunkEnd), 0);
        check(b"5\r\nhello\rX", b"hello", Progress::Violation(ChunkEnd), 0);
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
