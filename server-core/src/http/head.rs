//! The head of a request (RFC 9112 §2.1): a request line, field lines, an empty line.
//!
//! [`Head`] is the whole state of reading one. It is given all bytes since the head's first byte,
//! again and again as more of them come, keeps where it was, and stores no more than the offsets
//! and decisions that everybody asks for.
//!
//! **No cut changes a verdict.** A line is judged as a whole, once its LF is here, and lines are
//! judged in their order; so the first fault of the first faulty line counts. There are two
//! exceptions, and both look at nothing that a cut could change: the first byte of a request line
//! is refused at once if no method has it, and a head that is not complete within its first
//! `head_bytes_max` bytes is refused when that many are here, or more. What stands behind those
//! bytes is never looked at.
//!
//! **The work is linear.** A byte is looked at a fixed number of times however it arrives: when its
//! line is tried for the first time, when its LF is searched for among the bytes that are new, and
//! when its line, now whole, is read; a faulty line, or a target of a rarer form, is then judged in
//! a few further passes, once. A test counts.

use core::ops::Range;

use super::abnf;
use super::fields::{FieldLine, FieldSpan, judge_host};
use super::framing::{Declared, Framing};
use super::persistence::Options;
use super::request_line::{Method, RequestLine, Version, judge_first_byte};
use crate::{Limits, Violation};

/// What [`Head::parse`] made of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// All is well so far; the head goes on behind these bytes.
    Incomplete,
    /// The head is complete and in order. It is this many bytes long, with the empty lines before
    /// it and the one that ends it; the content begins behind them.
    Complete(usize),
    /// The client broke a rule. Nothing of the head may be used, and parsing it ends here.
    Violation(Violation),
}

/// A request head, being read or complete.
///
/// All offsets count from the first byte that was given, so they include the empty lines that were
/// skipped before the request line. They fit 16 bits because `head_bytes_max` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Head {
    method: Method,
    version: Version,
    declared: Declared,
    options: Options,
    has_host: bool,
    /// The target is in its normal form already.
    is_plain: bool,
    field_lines: u8,
    empty_lines: u8,
    /// Where the line begins that is awaited.
    at: u16,
    /// How far the bytes have been searched for that line's LF. Means nothing below `at`.
    searched: u16,
    /// Zero until there is a request line.
    target_at: u16,
    target_end: u16,
    length: u64,
}

const _: () = assert!(size_of::<Head>() <= 24, "one for each connection");

impl Head {
    /// A head of which no byte has been read.
    pub const NEW: Self = Self {
        length: 0,
        at: 0,
        searched: 0,
        target_at: 0,
        target_end: 0,
        empty_lines: 0,
        field_lines: 0,
        method: Method::Other,
        version: Version::Http11,
        declared: Declared::Nothing,
        options: Options::NONE,
        has_host: false,
        is_plain: false,
    };

    /// Reads on. `received` is everything since the head's first byte, at least as much as the
    /// last time; bytes behind the head do no harm. `limits` must not change between calls.
    ///
    /// Call it no more after [`Parsed::Complete`] or [`Parsed::Violation`].
    // rfc9110-2.3-defensive-parse
    // rfc9112-3.2-no-autocorrect
    pub fn parse(&mut self, received: &[u8], limits: &Limits) -> Parsed {
        self.parse_with(received, limits, |_| ())
    }

    /// The same, and tells `note` of each field line, once and in their order, however the bytes
    /// are cut: an index for whoever wants one. [`Fields`](super::fields::Fields) needs none. What
    /// was noted may be used when the head is [`Parsed::Complete`].
    #[inline(always)]
    pub fn parse_with(
        &mut self,
        received: &[u8],
        limits: &Limits,
        note: impl FnMut(FieldSpan),
    ) -> Parsed {
        let window = received.get(..limits.head_bytes_max.into()).unwrap_or(received);
        let is_unchanged =
            self.searched > self.at && first_line(tail(window, self.searched)).is_none();
        let read = if is_unchanged { Ok(false) } else { self.read_lines(window, limits, note) };
        let parsed = match read {
            Ok(true) => Parsed::Complete(self.at.into()),
            Ok(false) => self.wait(window, limits),
            Err(violation) => Parsed::Violation(violation),
        };
        // An answer to HEAD has no content, not even one that says what is wrong with the rest of
        // the request line.
        // rfc9110-9.3.2-head-no-content
        if self.target_at == 0 && tail(window, self.at).starts_with(b"HEAD ") {
            self.method = Method::Head;
        }
        parsed
    }

    /// The method.
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Where the bytes of the method stand.
    pub fn method_range(&self) -> Range<usize> {
        let start = 2 * usize::from(self.empty_lines);
        start..usize::from(self.target_at).saturating_sub(1).max(start)
    }

    /// Where the request target stands: see [`Target`](super::target::Target).
    pub fn target(&self) -> Range<usize> {
        self.target_at.into()..self.target_end.into()
    }

    /// Whether the target is known to have nothing percent-encoded: then it is in its normal form.
    pub(crate) const fn has_plain_target(&self) -> bool {
        self.is_plain
    }

    /// Takes note that the target, with all that stands in front of it, has been moved `bytes`
    /// towards its end: from now on the head begins so much later.
    pub(crate) fn shorten_target(&mut self, bytes: usize) {
        self.target_end = self.target_end.saturating_sub(offset(bytes));
    }

    /// The version that the request is treated as.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Where the field lines begin: see [`Fields`](super::fields::Fields). They end with the head.
    pub fn fields(&self) -> usize {
        usize::from(self.target_end) + b" HTTP/1.1\r\n".len()
    }

    /// Where the content ends (RFC 9112 §6.3).
    pub const fn framing(&self) -> Framing {
        self.declared.framing(self.length)
    }

    /// Whether the client wants the connection to stay open (RFC 9112 §9.3).
    pub fn persists(&self) -> bool {
        self.options.persists(self.version)
    }

    /// Whether the client waits for `100 Continue` (RFC 9110 §10.1.1). Never in HTTP/1.0.
    pub const fn expects_continue(&self) -> bool {
        self.options.expects_continue()
    }

    /// Whether Connection names `upgrade`, without which the field Upgrade has no meaning
    /// (RFC 9110 §7.8). Never in HTTP/1.0.
    pub fn upgrades(&self) -> bool {
        self.options.upgrades(self.version)
    }

    /// Whether any byte of the request has arrived. Empty lines before it are not part of it.
    pub const fn is_started(&self) -> bool {
        self.searched > self.at || self.target_at != 0
    }

    /// Reads all lines that are here. `Ok(true)`: the head is complete.
    fn read_lines(
        &mut self,
        window: &[u8],
        limits: &Limits,
        mut note: impl FnMut(FieldSpan),
    ) -> Result<bool, Violation> {
        if self.target_at == 0 && !self.read_request_line(window, limits)? {
            return Ok(false);
        }
        let mut rest = tail(window, self.at);
        while !rest.starts_with(b"\r\n") {
            let Some(line) = FieldLine::read(rest) else {
                return match first_line(rest) {
                    Some(line) => Err(FieldLine::fault(line, self.field_lines == 0)),
                    None => Ok(false),
                };
            };
            // rfc9110-5.4-oversize-fields-4xx
            if self.field_lines >= limits.field_lines_max {
                return Err(Violation::HeadTooLarge);
            }
            self.field_lines += 1;
            self.read_field(&line)?;
            note(FieldSpan::new(window, &line));
            rest = line.rest;
            self.at = offset(window.len() - rest.len());
        }
        // rfc9112-3.2-host-missing-400
        // rfc6455-4.2.1-host-required
        if !self.has_host && self.version == Version::Http11 {
            return Err(Violation::HostMissing);
        }
        self.advance(2);
        Ok(true)
    }

    /// Skips empty lines and reads the request line. `Ok(false)`: it is not here yet.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn read_request_line(&mut self, window: &[u8], limits: &Limits) -> Result<bool, Violation> {
        // rfc9112-2.2-skip-leading-crlf
        while tail(window, self.at).starts_with(b"\r\n") {
            if self.empty_lines >= limits.empty_lines_max {
                return Err(Violation::EmptyLines);
            }
            self.empty_lines += 1;
            self.advance(2);
        }
        let rest = tail(window, self.at);
        let common = RequestLine::read(rest);
        let line = match common {
            Some(line) if line.target_bytes <= limits.target_bytes_max.into() => line,
            _ => match first_line(rest) {
                Some(line) => RequestLine::judge(line, limits.target_bytes_max)?,
                None => return Ok(false),
            },
        };
        let target_at = usize::from(self.at) + line.method_bytes + 1;
        self.target_at = offset(target_at);
        self.target_end = offset(target_at + line.target_bytes);
        (self.method, self.version) = (line.method, line.version);
        self.is_plain = line.is_plain;
        self.advance(line.bytes());
        Ok(true)
    }

    /// Takes what a field line says about the message itself. Most lines cost one comparison.
    // rfc9110-2.4-semantic-interpretation
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn read_field(&mut self, line: &FieldLine<'_>) -> Result<(), Violation> {
        let FieldLine { name, value, .. } = *line;
        match name.len() {
            4 if abnf::is_word(name, b"host") => {
                // rfc9112-3.2-host-multiple-400
                if self.has_host {
                    return Err(Violation::HostTwice);
                }
                self.has_host = true;
                judge_host(value)
            }
            6 if abnf::is_word(name, b"expect") => self.options.expect(value, self.version),
            10 if abnf::is_word(name, b"connection") => {
                self.options.connection(value);
                Ok(())
            }
            14 if abnf::is_word(name, b"content-length") => {
                self.length = self.declared.content_length(value)?;
                Ok(())
            }
            17 if abnf::is_word(name, b"transfer-encoding") => {
                self.declared.transfer_encoding(value, self.version)
            }
            // rfc9110-5.1-ignore-unknown-fields
            _ => Ok(()),
        }
    }

    /// No further line is here. Either the head may still grow, or it never ends within its limit.
    #[inline(never)]
    fn wait(&mut self, window: &[u8], limits: &Limits) -> Parsed {
        let is_full = window.len() >= limits.head_bytes_max.into();
        let rest = tail(window, self.at);
        // A lone CR is the first half of an empty line, and no request has begun with it.
        self.searched = if rest == b"\r" { self.at } else { offset(window.len()) };
        if self.target_at != 0 {
            return if is_full {
                Parsed::Violation(Violation::HeadTooLarge)
            } else {
                Parsed::Incomplete
            };
        }
        match judge_first_byte(rest) {
            Err(violation) => Parsed::Violation(violation),
            Ok(()) if is_full => {
                Parsed::Violation(RequestLine::judge_endless(rest, limits.target_bytes_max))
            }
            Ok(()) => Parsed::Incomplete,
        }
    }

    #[inline(always)]
    fn advance(&mut self, bytes: usize) {
        self.at = offset(usize::from(self.at) + bytes);
    }
}

/// The bytes of `window` from `start` on.
#[inline(always)]
fn tail(window: &[u8], start: u16) -> &[u8] {
    window.get(start.into()..).unwrap_or_default()
}

/// An offset in a window, which is never longer than `head_bytes_max`.
#[inline(always)]
fn offset(bytes: usize) -> u16 {
    u16::try_from(bytes).unwrap_or(u16::MAX)
}

/// The first line of `bytes` with its LF, if that is here.
#[cold]
#[inline(never)]
fn first_line(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(..=abnf::index_of(b'\n', bytes)?)
}

#[cfg(test)]
pub(super) mod tests;
