//! What the connection is asked to do with this request: stay open (RFC 9112 §9.3), switch
//! protocols (RFC 9110 §7.8), answer before the content comes (RFC 9110 §10.1.1).

use super::abnf;
use super::fields::elements;
use super::request_line::Version;
use crate::Violation;

/// The options of Connection and Expect that were sent, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Options(u8);

impl Options {
    pub(super) const NONE: Self = Self(0);
    const CLOSE: Self = Self(1);
    const KEEP_ALIVE: Self = Self(1 << 1);
    const UPGRADE: Self = Self(1 << 2);
    const CONTINUE: Self = Self(1 << 3);

    const fn has(self, option: Self) -> bool {
        self.0 & option.0 != 0
    }

    const fn add(&mut self, option: Self) {
        self.0 |= option.0;
    }

    /// A Connection line with this trimmed value (RFC 9110 §7.6.1). Options that are not ours are none of
    /// our business, whatever they look like.
    // rfc9110-7.6.1-connection-case
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(super) fn connection(&mut self, value: &[u8]) {
        // Nearly every list has one element, and is found without looking for commas.
        if cfg!(target_pointer_width = "64") && self.option(value) {
            return;
        }
        for option in elements(value) {
            self.option(option);
        }
    }

    /// Takes one option. False if it is not ours.
    #[inline(always)]
    fn option(&mut self, option: &[u8]) -> bool {
        if abnf::is_word(option, b"close") {
            self.add(Self::CLOSE);
        } else if abnf::is_word(option, b"keep-alive") {
            self.add(Self::KEEP_ALIVE);
        } else if abnf::is_word(option, b"upgrade") {
            self.add(Self::UPGRADE);
        } else {
            return false;
        }
        true
    }

    /// An Expect line with this trimmed value (RFC 9110 §10.1.1).
    // rfc9110-10.1.1-unknown-expect-417 rfc9110-10.1.1-expect-case
    // rfc9110-10.1.1-expect-1.0-ignored
    pub(super) fn expect(&mut self, value: &[u8], version: Version) -> Result<(), Violation> {
        if version == Version::Http10 {
            return Ok(());
        }
        if !abnf::is_word(value, b"100-continue") {
            return Err(Violation::Expectation);
        }
        self.add(Self::CONTINUE);
        Ok(())
    }

    /// Whether the connection outlives this request, as far as the client is concerned.
    // rfc9112-9.3-persist-decision rfc9112-9.3-persist
    pub(super) fn persists(self, version: Version) -> bool {
        !self.has(Self::CLOSE) && (version == Version::Http11 || self.has(Self::KEEP_ALIVE))
    }

    /// Whether the client waits for `100 Continue`.
    // rfc9110-15.2-no-1xx-to-1.0
    pub(super) const fn expects_continue(self) -> bool {
        self.has(Self::CONTINUE)
    }

    /// Whether Upgrade means anything in this request.
    // rfc9110-7.8-ignore-upgrade-1.0
    pub(super) fn upgrades(self, version: Version) -> bool {
        version == Version::Http11 && self.has(Self::UPGRADE)
    }
}

#[cfg(test)]
mod tests {
    use crate::Violation;
    use crate::http::head::Head;
    use crate::http::head::tests::{accepted, refused};

    fn with_lines(version: &str, lines: &str) -> Head {
        accepted(std::format!("GET / HTTP/{version}\r\nHost: a\r\n{lines}\r\n").as_bytes())
    }

    #[test]
    fn persists_by_version_and_options() {
        for (version, lines, persists) in [
            ("1.1", "", true),
            ("1.0", "", false),
            ("1.2", "", true),
            ("1.1", "Connection: close\r\n", false),
            ("1.1", "connection:CLOSE\r\n", false),
            ("1.1", "Connection: foo, Close\r\n", false),
            ("1.1", "Connection: ,,close,\r\n", false),
            ("1.1", "Connection: keep-alive, close\r\n", false),
            ("1.1", "Connection: close\r\nConnection: keep-alive\r\n", false),
            ("1.1", "Connection: closed\r\n", true),
            ("1.1", "Connection: \"close\"\r\n", true),
            ("1.1", "Connection: clos e\r\n", true),
            ("1.1", "Connection:\r\n", true),
            ("1.1", "Keep-Alive: close\r\n", true),
            ("1.0", "Connection: keep-alive\r\n", true),
            ("1.0", "Connection: Keep-Alive, foo\r\n", true),
            ("1.0", "Connection: close, keep-alive\r\n", false),
            ("1.0", "Connection: keep-alive2\r\n", false),
        ] {
            assert_eq!(with_lines(version, lines).persists(), persists, "{version} {lines}");
        }
    }

    #[test]
    fn upgrades_only_where_connection_says_so() {
        for (version, lines, upgrades) in [
            ("1.1", "Connection: Upgrade\r\n", true),
            ("1.1", "Connection: keep-alive, upgrade\r\n", true),
            ("1.1", "Upgrade: websocket\r\n", false),
            ("1.1", "Connection: upgrades\r\n", false),
            ("1.0", "Connection: upgrade\r\n", false),
        ] {
            assert_eq!(with_lines(version, lines).upgrades(), upgrades, "{version} {lines}");
        }
    }

    #[test]
    fn expects_100_continue_and_nothing_else() {
        for (version, lines, expects) in [
            ("1.1", "", false),
            ("1.1", "Expect: 100-continue\r\n", true),
            ("1.1", "expect:\t100-Continue \r\n", true),
            ("1.1", "Expect: 100-continue\r\nExpect: 100-CONTINUE\r\n", true),
            ("1.0", "Expect: 100-continue\r\n", false),
            ("1.0", "Expect: tea\r\n", false),
        ] {
            assert_eq!(with_lines(version, lines).expects_continue(), expects, "{version} {lines}");
        }
        for value in ["", "tea", "100-continue,x", "y 100-continue", "100-continue;q", "100"] {
            let bytes = std::format!("GET / HTTP/1.1\r\nHost: a\r\nExpect: {value}\r\n\r\n");
            assert_eq!(refused(bytes.as_bytes()), Violation::Expectation, "{value}");
        }
    }
}
