//! What the compiler says of a route: a text that is put together while it compiles.
#![cfg_attr(
    not(test),
    expect(
        clippy::indexing_slicing,
        clippy::panic,
        reason = "runs in the compiler, where a panic is the error message"
    )
)]

use super::route::Route;
use crate::http::request_line::Method;

/// A text, and how much of its room is taken.
pub(super) struct Complaint {
    text: [u8; 256],
    bytes: usize,
}

impl Complaint {
    pub(super) const NONE: Self = Self { text: [0; 256], bytes: 0 };

    /// Ends the compilation.
    #[track_caller]
    pub(super) const fn panic(&self) -> ! {
        match str::from_utf8(self.text.split_at(self.bytes).0) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("malformed route"),
        }
    }

    /// A route as it is written in the table: `ws /live/{room}`.
    pub(super) const fn route(self, route: &Route) -> Self {
        let verb = match route.method {
            _ if route.upgrades => "`ws ",
            Method::Get => "`get ",
            Method::Head => "`head ",
            Method::Post => "`post ",
            Method::Put => "`put ",
            Method::Delete => "`delete ",
            Method::Patch => "`patch ",
            _ => "`",
        };
        self.put(verb).put(route.path).put("`")
    }

    /// Adds a message, in which braces are doubled.
    pub(super) const fn message(mut self, text: &str) -> Self {
        let (text, mut from) = (text.as_bytes(), 0);
        while from < text.len() && self.bytes < self.text.len() {
            self.text[self.bytes] = text[from];
            self.bytes += 1;
            from += if matches!(text[from], b'{' | b'}') { 2 } else { 1 };
        }
        self
    }

    /// Adds a part. What is too long ends with three points, so that it costs the others no room.
    pub(super) const fn put(mut self, part: &str) -> Self {
        const PART_BYTES_MAX: usize = 96;
        let (part, mut from) = (part.as_bytes(), 0);
        while from < part.len() && from < PART_BYTES_MAX && self.bytes < self.text.len() {
            let is_cut = part.len() > PART_BYTES_MAX && from >= PART_BYTES_MAX - 3;
            // Half a character would be no text.
            let byte = if is_cut || !part[from].is_ascii() { b'.' } else { part[from] };
            self.text[self.bytes] = byte;
            (self.bytes, from) = (self.bytes + 1, from + 1);
        }
        self
    }
}
