//! One file of the program: made and checked while the program is compiled, so that a mistake is a
//! compile error and costs nothing on the board.
#![cfg_attr(
    not(test),
    expect(clippy::indexing_slicing, reason = "runs in the compiler, which would say so")
)]

use super::media_type::media_type;
use crate::http::abnf::{hexadecimal, is_sub_delim, is_unreserved};
use crate::http::date::{Moment, ReadDate};

/// A file with what is to be said about it.
#[derive(Clone, Copy, Debug)]
pub struct File {
    pub(super) path: &'static str,
    pub(super) content_type: &'static str,
    pub(super) plain: Variant,
    pub(super) gzip: Option<Variant>,
    pub(super) modified: Option<Modified>,
}

/// When a file was last changed, and by what that is read: an app whose files have no dates does
/// not link it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Modified {
    pub(super) date: &'static str,
    pub(super) read: ReadDate,
}

/// One of the forms in which a file can be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variant {
    pub(super) content: &'static [u8],
    pub(super) tag: Tag,
}

impl File {
    /// A file at this path below the folder. The media type follows from the extension, the entity
    /// tag from the content.
    ///
    /// The path is what a URL says: segments of unreserved characters (RFC 3986 §2.3) and
    /// `!$&'()*+,;=@`, with `/` between them; anything else is `%` and two hexadecimal digits in
    /// capital letters.
    ///
    /// # Panics
    ///
    /// At compile time, if the path is none.
    pub const fn new(path: &'static str, content: &'static [u8]) -> Self {
        let plain = Variant { content, tag: Tag::of(content) };
        Self::with(path, plain)
    }

    /// The same with a [tag](Tag::of) that is known, so that the compiler need not work it out of
    /// a large file.
    ///
    /// # Panics
    ///
    /// At compile time, if the path is none, or the tag is none.
    pub const fn tagged(path: &'static str, content: &'static [u8], tag: &str) -> Self {
        Self::with(path, Variant { content, tag: Tag::read(tag) })
    }

    const fn with(path: &'static str, plain: Variant) -> Self {
        check_path(path.as_bytes());
        Self { path, content_type: media_type(path), plain, gzip: None, modified: None }
    }

    /// With the same content compressed (RFC 1952), for clients that take it.
    pub const fn gzip(self, content: &'static [u8]) -> Self {
        Self { gzip: Some(Variant { content, tag: Tag::of(content) }), ..self }
    }

    /// The same with a tag that is known.
    ///
    /// # Panics
    ///
    /// At compile time, if the tag is none.
    pub const fn gzip_tagged(self, content: &'static [u8], tag: &str) -> Self {
        Self { gzip: Some(Variant { content, tag: Tag::read(tag) }), ..self }
    }

    /// With another media type than the extension says.
    ///
    /// # Panics
    ///
    /// At compile time, if it would break the head.
    pub const fn content_type(self, content_type: &'static str) -> Self {
        check_value(content_type.as_bytes());
        Self { content_type, ..self }
    }

    /// With the time of its last change, as `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// # Panics
    ///
    /// At compile time, if it is written otherwise.
    pub const fn modified(self, date: &'static str) -> Self {
        const FORM: &[u8] = b"aaa, 00 aaa 0000 00:00:00 GMT";
        let bytes = date.as_bytes();
        assert!(bytes.len() == FORM.len(), "a date is `Sun, 06 Nov 1994 08:49:37 GMT`");
        let mut at = 0;
        while at < FORM.len() {
            let is_good = match FORM[at] {
                b'a' => bytes[at].is_ascii_alphabetic(),
                b'0' => bytes[at].is_ascii_digit(),
                other => bytes[at] == other,
            };
            assert!(is_good, "a date is `Sun, 06 Nov 1994 08:49:37 GMT`");
            at += 1;
        }
        Self { modified: Some(Modified { date, read: Moment::parse }), ..self }
    }

    /// Where it is, below the folder.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The entity tag of its content.
    pub const fn tag(&self) -> Tag {
        self.plain.tag
    }

    /// What is in it.
    pub const fn content(&self) -> &'static [u8] {
        self.plain.content
    }
}

/// A strong entity tag (RFC 9110 §8.8.3): sixteen digits that follow from the content.
// rfc9110-8.8.3-mark-weak
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag([u8; 18]);

impl Tag {
    /// The tag of some content: its FNV-1a hash of 64 bits. Two states of a file differ in it but
    /// for one chance in 10^19; whoever writes both can make them collide, and harms only himself.
    // rfc9110-8.8.3.3-etag-per-encoding
    pub const fn of(content: &[u8]) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut at = 0;
        while at < content.len() {
            hash = (hash ^ content[at] as u64).wrapping_mul(0x0100_0000_01b3);
            at += 1;
        }
        let mut text = [b'"'; 18];
        let mut place = 1;
        while place < 17 {
            text[place] = b"0123456789abcdef"[(hash >> 60) as usize];
            hash <<= 4;
            place += 1;
        }
        Self(text)
    }

    /// The tag that is written like this: sixteen hexadecimal digits, without quotation marks.
    pub(super) const fn read(digits: &str) -> Self {
        let digits = digits.as_bytes();
        assert!(digits.len() == 16, "a tag has sixteen digits");
        let mut text = [b'"'; 18];
        let mut at = 0;
        while at < 16 {
            assert!(digits[at].is_ascii_hexdigit(), "a tag is made of hexadecimal digits");
            text[at + 1] = digits[at];
            at += 1;
        }
        Self(text)
    }

    /// With its quotation marks.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Without them.
    pub const fn digits(&self) -> &str {
        let (_, from_digits) = self.0.split_at(1);
        let (digits, _) = from_digits.split_at(16);
        match core::str::from_utf8(digits) {
            Ok(digits) => digits,
            Err(_) => "",
        }
    }
}

/// The files in the order in which they are looked up.
#[doc(hidden)]
pub const fn sorted<const N: usize>(mut files: [File; N]) -> [File; N] {
    let mut end = 1;
    while end < N {
        let mut at = end;
        while at > 0 && is_less(files[at].path, files[at - 1].path) {
            (files[at], files[at - 1]) = (files[at - 1], files[at]);
            at -= 1;
        }
        end += 1;
    }
    files
}

/// Whether one path stands before the other, byte by byte.
pub(super) const fn is_less(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() {
        if one[at] != other[at] {
            return one[at] < other[at];
        }
        at += 1;
    }
    one.len() < other.len()
}

/// Refuses what no request can ask for, or not in this spelling.
const fn check_path(path: &[u8]) {
    assert!(!path.is_empty(), "a file has a name");
    let (mut at, mut begin) = (0, 0);
    while at <= path.len() {
        if at == path.len() || path[at] == b'/' {
            assert!(at > begin, "a file's path has no `/` at its ends, and no `//`");
            let is_dots = path[begin] == b'.'
                && (at == begin + 1 || at == begin + 2 && path[begin + 1] == b'.');
            assert!(!is_dots, "a file's path has no `.` and no `..` for a segment");
            begin = at + 1;
        } else if path[at] == b'%' {
            let is_triplet = at + 2 < path.len() && is_hex(path[at + 1]) && is_hex(path[at + 2]);
            assert!(is_triplet, "`%` in a file's path is followed by two of 0-9 and A-F");
            let byte = hexadecimal(path[at + 1]) << 4 | hexadecimal(path[at + 2]);
            assert!(
                !is_unreserved(byte) && byte != b'/' && byte != b'\\' && byte != 0,
                "letters, digits and `-._~` are not encoded in a file's path; slashes cannot be"
            );
        } else {
            assert!(
                is_unreserved(path[at]) || is_sub_delim(path[at]) || path[at] == b'@',
                "this character is `%` and two hexadecimal digits in a file's path"
            );
        }
        at += 1;
    }
}

const fn is_hex(digit: u8) -> bool {
    matches!(digit, b'0'..=b'9' | b'A'..=b'F')
}

/// Refuses a field value that would break the head.
pub(super) const fn check_value(value: &[u8]) {
    let mut at = 0;
    while at < value.len() {
        assert!(matches!(value[at], b' '..=b'~'), "a field value is printable ASCII");
        at += 1;
    }
}
