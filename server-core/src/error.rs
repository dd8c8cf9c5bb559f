//! Whose fault: a [`Violation`] is the peer's, a [`Misuse`] is our caller's. They never meet.
//!
//! A violation is not an `Err` to hand upwards: it is an event, followed by the one right answer
//! and a close. Each stands here on one line with that answer (a status, or a close code of
//! RFC 6455 §7.4), the requirement it breaks and the words the peer is told.

use crate::http::abnf;

/// Writes the enum and its three columns, those of WebSocket only where there are WebSockets.
/// Codes and texts stand in tables, not in matches: on a board a match of this size costs a
/// kilobyte.
macro_rules! violations {
    (
        { $($(#[$doc:meta])* $name:ident = $code:literal, $rule:literal, $text:literal;)* }
        #[cfg(feature = "ws")]
        { $($(#[$ws_doc:meta])* $ws:ident = $ws_code:literal, $ws_rule:literal, $ws_text:literal;)* }
    ) => {
        /// What a peer did that the protocol forbids.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Violation {
            $($(#[$doc])* $name,)*
            $(#[cfg(feature = "ws")] $(#[$ws_doc])* $ws,)*
        }

        static CODES: &[u16] = &[$($code,)* $(#[cfg(feature = "ws")] $ws_code,)*];
        #[cfg(not(feature = "ws"))]
        static TEXTS: &[u8] = concat!($($text, "\n",)*).as_bytes();
        #[cfg(feature = "ws")]
        static TEXTS: &[u8] = concat!($($text, "\n",)* $($ws_text, "\n",)*).as_bytes();

        impl Violation {
            /// Every violation there is.
            pub const ALL: &'static [Self] =
                &[$(Self::$name,)* $(#[cfg(feature = "ws")] Self::$ws,)*];

            /// The requirement that decides, by its id in `fixtures/requirements.toml`.
            pub const fn requirement(self) -> &'static str {
                match self {
                    $(Self::$name => $rule,)*
                    $(#[cfg(feature = "ws")] Self::$ws => $ws_rule,)*
                }
            }
        }
    };
}

impl Violation {
    /// The status to answer (below 1000), or the WebSocket close code.
    pub fn code(self) -> u16 {
        CODES.get(self as usize).copied().unwrap_or(400)
    }

    /// What is wrong, in words for the peer: printable ASCII that no JSON string has to escape,
    /// and empty where the status says it all. Short, because a board keeps all of them.
    pub fn text(self) -> &'static [u8] {
        line(TEXTS, self as usize)
    }
}

/// The line number `index` of `text`, each of whose lines ends in LF.
#[inline(never)]
pub(crate) fn line(text: &'static [u8], index: usize) -> &'static [u8] {
    let mut rest = text;
    for _ in 0..index {
        rest = abnf::cut(rest, b'\n').1.get(1..).unwrap_or_default();
    }
    abnf::cut(rest, b'\n').0
}

violations! {
{
    // Lines (RFC 9112 §2.2)
    /// A line ends in LF alone.
    BareLf = 400, "rfc9112-2.2-lone-lf-line-end", "LF without CR";
    /// A CR stands without its LF.
    BareCr = 400, "rfc9112-2.2-bare-cr-received", "CR without LF";
    /// More empty lines before a request than are forgiven.
    EmptyLines = 400, "rfc9112-2.2-skip-leading-crlf", "empty lines";
    /// The first field line begins with white space.
    SpaceBeforeFields = 400, "rfc9112-2.2-ws-before-first-field", "leading space";

    // The request line (RFC 9112 §3)
    /// Not `method SP target SP version`.
    RequestLine = 400, "rfc9112-3-request-line-shape", "request line";
    /// The method is no token.
    Method = 400, "rfc9112-3.1-method-token-case", "method";
    /// The target has a byte that no URI has.
    TargetByte = 400, "rfc9112-3.2-invalid-line-400-or-301", "target";
    /// `%` without two hexadecimal digits.
    TargetPercent = 400, "rfc3986-2.1-pct-two-hex", "percent";
    /// Not origin-form, nor absolute-form, where one of them is due.
    TargetForm = 400, "rfc9112-3.2.1-origin-form-abs-path", "target form";
    /// `*` for a method other than OPTIONS.
    TargetAsterisk = 400, "rfc9112-3.2.4-asterisk-options-only", "* not OPTIONS";
    /// CONNECT without `host:port`, or with a bad port.
    TargetAuthority = 400, "rfc9110-9.3.6-connect-bad-port-400", "not host:port";
    /// Userinfo in the authority.
    TargetUserinfo = 400, "rfc9110-4.2.4-userinfo-error", "userinfo";
    /// An absolute-form target without a host, or with a malformed one.
    TargetHost = 400, "rfc9110-4.2.1-empty-host-uri-invalid", "target host";
    /// An absolute-form target of a scheme that this connection does not speak.
    TargetScheme = 421, "rfc9110-7.4-misdirected", "";
    /// The target is longer than `target_bytes_max`.
    TargetTooLong = 414, "rfc9112-3-long-target-414", "";
    /// Not `HTTP/` digit `.` digit.
    Version = 400, "rfc9112-2.3-version-syntax", "version";
    /// A major version that is not ours.
    VersionUnsupported = 505, "rfc9110-6.2-505-major", "HTTP/1.1 only";
    /// CONNECT: there is no tunnel here, and what follows might not be HTTP.
    Connect = 501, "rfc9110-9.3.6-connect-optional", "no tunnels";

    // Field lines (RFC 9112 §5)
    /// A byte that no field name has, or no name at all.
    FieldName = 400, "rfc9112-5-field-line-shape", "field name";
    /// White space between the name and its colon.
    SpaceBeforeColon = 400, "rfc9112-5.1-ws-before-colon-400", "space before :";
    /// A control character in a field value.
    FieldValue = 400, "rfc9110-5.5-crlfnul-in-value", "field value";
    /// A folded field line.
    ObsFold = 400, "rfc9112-5.2-obs-fold-400-or-sp", "folded line";
    /// The head is longer than `head_bytes_max`, or has more lines than `field_lines_max`.
    HeadTooLarge = 431, "rfc9110-5.4-oversize-fields-4xx", "";
    /// HTTP/1.1 without Host.
    HostMissing = 400, "rfc9112-3.2-host-missing-400", "no Host";
    /// A second Host line.
    HostTwice = 400, "rfc9112-3.2-host-multiple-400", "two Hosts";
    /// Host is no `host[:port]`.
    HostInvalid = 400, "rfc9112-3.2-host-invalid-400", "Host";
    /// An expectation that is not `100-continue`.
    Expectation = 417, "rfc9110-10.1.1-unknown-expect-417", "";

    // Framing (RFC 9112 §6)
    /// Content-Length is no decimal number that fits 64 bits.
    LengthInvalid = 400, "rfc9112-6.3-invalid-cl-400-close", "Content-Length";
    /// A second Content-Length, equal or not.
    LengthTwice = 400, "rfc9110-8.6-cl-list-400", "two lengths";
    /// Content-Length beside Transfer-Encoding.
    LengthAndEncoding = 400, "rfc9112-6.3-cl-te-is-error", "two framings";
    /// Transfer-Encoding in an HTTP/1.0 request.
    EncodingInOld = 400, "rfc9112-6.1-te-in-1.0-faulty", "coding in 1.0";
    /// The last coding is not `chunked`, or there is more than one line, or parameters.
    EncodingNotChunked = 400, "rfc9112-6.3-te-not-final-chunked-400", "not chunked";
    /// A transfer coding that nobody here knows.
    EncodingUnknown = 501, "rfc9112-6.1-unknown-coding-501", "coding";
    /// More content than `content_bytes_max`, or than the handler can take in one piece.
    ContentTooLarge = 413, "rfc9110-15.5.14-413-close", "";
    /// The peer ended its stream within a request.
    Incomplete = 400, "rfc9112-6.3-short-body-incomplete", "early end";

    // Chunks (RFC 9112 §7.1)
    /// Not a chunk size, or one with needless digits.
    ChunkSize = 400, "rfc9112-7.1-chunk-size-hex", "chunk size";
    /// Not a chunk extension.
    ChunkExtension = 400, "rfc9112-7.1.1-chunk-ext-grammar", "extension";
    /// Extensions and trailers longer than `chunk_overhead_bytes_max`.
    ChunkOverhead = 431, "rfc9112-7.1.1-limit-chunk-ext", "chunk overhead";
    /// Chunk data not followed by CRLF.
    ChunkEnd = 400, "rfc9112-7.1-chunk-data-crlf", "chunk end";
    /// Not a field line, in the trailer section.
    Trailer = 400, "rfc9112-7.1.2-trailer-field-grammar", "trailer";

    // Time (RFC 9110 §15.5.9, §15.6.4)
    /// The request came too slowly.
    RequestTimeout = 408, "rfc9112-8-answer-incomplete", "";

}
#[cfg(feature = "ws")]
{
    // The opening handshake (RFC 6455 §4.2)
    /// A WebSocket route was asked for in plain HTTP.
    NotUpgrade = 426, "rfc9110-7.8-426-has-upgrade", "WebSocket only";
    /// The handshake has content, or is not HTTP/1.1.
    Handshake = 400, "rfc6455-4.2.1-bad-handshake-http-error", "handshake";
    /// Sec-WebSocket-Key is missing, twice, or not 16 bytes in base64.
    HandshakeKey = 400, "rfc6455-4.2.1-key-16-bytes", "handshake key";
    /// Sec-WebSocket-Version is not 13.
    HandshakeVersion = 426, "rfc6455-4.2.2-unknown-version-error", "version 13 only";
    /// Sec-WebSocket-Extensions is no list of extensions.
    HandshakeExtensions = 400, "rfc6455-9.1-bad-extension-header-fails", "extensions";

    // Frames (RFC 6455 §5)
    /// A frame without a mask.
    Unmasked = 1002, "rfc6455-5.1-close-on-unmasked", "no mask";
    /// A reserved bit without an extension that gives it a meaning.
    ReservedBits = 1002, "rfc6455-5.2-rsv-fail", "reserved bit";
    /// A reserved opcode.
    Opcode = 1002, "rfc6455-5.2-unknown-opcode-fail", "opcode";
    /// A length that is not in its shortest form, or of 64 bits.
    FrameLength = 1002, "rfc6455-5.2-minimal-length-encoding", "frame length";
    /// A control frame of more than 125 bytes.
    ControlTooLong = 1002, "rfc6455-5.5-control-max-125", "long control";
    /// A control frame without FIN.
    ControlFragmented = 1002, "rfc6455-5.4-no-fragmented-control", "split control";
    /// A continuation of no message.
    Orphan = 1002, "rfc6455-5.4-orphan-continuation", "orphan";
    /// A new message within another.
    Interleaved = 1002, "rfc6455-5.4-no-interleaving", "interleaved";
    /// A message longer than `message_bytes_max`.
    MessageTooBig = 1009, "rfc6455-7.4.1-1009-too-big", "too big";
    /// A message of more frames than `fragments_max`, or slower than `message_ms_max`.
    MessageTooSlow = 1008, "rfc6455-10.4-limit-frame-and-message", "too slow";
    /// Text that is not UTF-8.
    Utf8 = 1007, "rfc6455-8.1-bad-utf8-fails", "not UTF-8";
    /// A Close frame with one byte, or with a code that must not be sent.
    CloseCode = 1002, "rfc6455-7.4.2-code-ranges", "close code";
    /// A close reason that is not UTF-8.
    CloseReason = 1007, "rfc6455-5.5.1-close-reason-utf8", "close reason";
    /// No sign of life after a ping.
    NoPong = 1008, "rfc6455-5.5.2-pong-reply", "no pong";
}
}

/// What our caller did that the documentation forbids. Nothing of it reaches the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Misuse {
    /// `chunk_bytes_max` is zero, so that no streamed answer could ever end: set it to 1 at least.
    ChunkEmpty,
    /// `answer_head_bytes_max` is so small that not even an error could be answered: set it to
    /// `ANSWER_HEAD_BYTES_MIN` at least.
    AnswerHeadTooSmall,
    /// The receive buffer is smaller than `Limits::receive_bytes_min`: lend more, or lower
    /// `head_bytes_max`, `collected_bytes_max` or `message_bytes_max`.
    ReceiveBufferTooSmall,
    /// The send buffer is smaller than `Limits::send_bytes_min`: lend more.
    SendBufferTooSmall,
    /// A field name or value that would break the head: CR, LF, NUL, or not a token.
    FieldInvalid,
    /// The answer does not fit the send buffer: stream it, or lend a larger buffer.
    AnswerTooLarge,
    /// An answer to a request that has been answered, or more than one begun at once.
    AnsweredTwice,
    /// A streamed answer of declared length ended with fewer or more bytes than declared.
    LengthNotKept,
    /// A status outside 200..=599, or one that cannot carry this content.
    StatusInvalid,
}

impl core::fmt::Display for Misuse {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        out.write_str(match self {
            Self::ChunkEmpty => "chunk_bytes_max is zero: set it to 1 at least",
            Self::AnswerHeadTooSmall => {
                "answer_head_bytes_max is too small: see ANSWER_HEAD_BYTES_MIN"
            }
            Self::ReceiveBufferTooSmall => {
                "the receive buffer is too small for the limits: see Limits::receive_bytes_min"
            }
            Self::SendBufferTooSmall => {
                "the send buffer is too small for the limits: see Limits::send_bytes_min"
            }
            Self::FieldInvalid => "a field name or value would break the head",
            Self::AnswerTooLarge => "the answer does not fit the send buffer: stream it",
            Self::AnsweredTwice => "the request has been answered already",
            Self::LengthNotKept => "the streamed answer did not keep its declared length",
            Self::StatusInvalid => "a status must be in 200..=599",
        })
    }
}

impl core::error::Error for Misuse {}

#[cfg(test)]
mod tests {
    use super::Violation;

    #[test]
    fn every_violation_has_an_answer() {
        for violation in Violation::ALL {
            let code = violation.code();
            assert!(matches!(code, 400..=599 | 1000..=1015), "{violation:?} {code}");
            let text = violation.text();
            let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
            assert!(text.len() <= 16 && text.iter().all(is_plain), "{violation:?}");
            // `Bad Request` says nothing, and a close code comes without a phrase.
            assert!(!text.is_empty() || matches!(code, 401..1000), "{violation:?}");
        }
    }
}
