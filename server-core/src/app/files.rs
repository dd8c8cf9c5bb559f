//! Static files that are part of the program: sent from where they lie in flash, with all that
//! caches and downloaders ask for.
//!
//! ```
//! use samewire::app::files::Files;
//! use samewire::{app, files};
//!
//! static SITE: Files = files! {
//!     "index.html"    => b"<!doctype html><title>Panel</title>";
//!     "css/style.css" => b"body { margin: 0 }";
//!     "about.txt"     => b"A panel.", modified "Sun, 06 Nov 1994 08:49:37 GMT";
//! }
//! .cache_control("public, max-age=3600");
//!
//! struct Panel;
//!
//! app! { for Panel;
//!     files "/static" => SITE;
//! }
//! # assert_eq!(SITE.files().len(), 3);
//! ```
//!
//! In place of the literals stands `include_bytes!("../www/index.html")`, and behind a comma
//! `gzip include_bytes!("../www/index.html.gz")` for a compressed copy. A whole folder, its gzip
//! variants made as it is built, is one line of a build script with the package `samewire-assets`,
//! and [`folder!`](crate::folder) here.
//! In both cases the table is made by the compiler: sorted, tagged and checked.
//!
//! What a request gets:
//!
//! | request | answer |
//! | --- | --- |
//! | the path of a file | the file, with `ETag`, `Accept-Ranges` and `X-Content-Type-Options: nosniff` |
//! | `dir/`, or the folder itself | its `index.html` |
//! | `dir`, where there is a `dir/index.html` | 308 to `dir/`, so that relative links in it hold |
//! | `/static`, the folder without its slash | 404: a `files` line is about what is below it |
//! | anything else, as `..`, `%2e%2e`, `//`, `%2F` or `%00` | 404: a path is in the table or it is not |
//! | `Accept-Encoding` with gzip, where there is a variant | that, with a tag of its own |
//! | `Accept-Encoding` that refuses all there is | 406 |
//! | `If-Match`, `If-None-Match`, and by date where a time of change is given | 304, 412 or the file |
//! | `Range` of one range, with or without `If-Range` | 206 or 416; of several ranges the whole |
//! | another method than `GET`, `HEAD`, `OPTIONS` | 405, by the table of routes |

mod answer;
mod file;
mod media_type;

pub use file::{File, Tag, sorted};
pub use media_type::media_type;

use core::cmp::Ordering;
use core::task::Poll;

use super::exchange::Exchange;
use super::path::FromPath as _;
use super::respond::{Respond, respond};
use super::route::Route;
use crate::http::response::ResponseHead;
use file::{check_value, is_less};

/// What a `files` row of a table adds to it, behind its prefix.
#[doc(hidden)]
pub const ROUTES: &[Route] = &[Route::get("/{*path}")];

/// What stands for a directory.
const INDEX: &[u8] = b"index.html";

/// A folder that is part of the program.
#[derive(Clone, Copy, Debug)]
pub struct Files {
    /// In the order of their paths.
    files: &'static [File],
    cache_control: Option<&'static str>,
}

impl Files {
    /// A folder of these files, which stand in the order of their paths, byte by byte.
    /// [`files!`](crate::files) brings them into it.
    ///
    /// # Panics
    ///
    /// At compile time, if they do not, or two have the same path.
    #[expect(clippy::indexing_slicing, reason = "runs in the compiler, which would say so")]
    pub const fn new(files: &'static [File]) -> Self {
        let mut at = 1;
        while at < files.len() {
            assert!(
                is_less(files[at - 1].path, files[at].path),
                "two files have the same path, or they do not stand in the order of their paths"
            );
            at += 1;
        }
        Self { files, cache_control: None }
    }

    /// With this `Cache-Control` (RFC 9111 §5.2) for each of the files, as `public, max-age=3600`.
    ///
    /// # Panics
    ///
    /// At compile time, if it would break the head.
    pub const fn cache_control(self, directives: &'static str) -> Self {
        check_value(directives.as_bytes());
        Self { cache_control: Some(directives), ..self }
    }

    /// The files, in the order of their paths.
    pub const fn files(&self) -> &'static [File] {
        self.files
    }

    /// Answers with the file at `path`, for a handler of a route of its own: a page at `/`, say.
    pub fn at<'p>(&'static self, path: &'p (impl AsRef<[u8]> + ?Sized)) -> Served<'p> {
        Served { files: self, path: path.as_ref() }
    }

    /// What is at `path` below the folder.
    // rfc3986-5.2.4-dot-segments
    // rfc3986-7.3-nul-and-special
    fn find(&self, path: &[u8]) -> Option<Found> {
        if matches!(path, [] | [.., b'/']) {
            return self.search(path, b"", INDEX).map(Found::File);
        }
        if let Some(file) = self.search(path, b"", b"") {
            return Some(Found::File(file));
        }
        let index = self.search(path, b"/", INDEX)?;
        // The last segment of the directory and its slash, as they stand in the table: nothing
        // that a client wrote gets into Location, and it leads nowhere else.
        // rfc9110-10.2.2-location-uri-reference
        // rfc9110-15.4.2-3xx-location
        let directory = index.path.as_bytes().get(..path.len() + 1)?;
        let begin = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        directory.get(begin..).map(Found::Directory)
    }

    /// The file whose path is these parts, one behind the other.
    #[inline(never)]
    fn search(&self, path: &[u8], slash: &[u8], index: &[u8]) -> Option<&'static File> {
        let mut files = self.files;
        loop {
            let (before, rest) = files.split_at_checked(files.len() / 2)?;
            let (file, after) = rest.split_first()?;
            files = match compare(file.path.as_bytes(), [path, slash, index]) {
                Ordering::Greater => before,
                Ordering::Equal => return Some(file),
                Ordering::Less => after,
            };
        }
    }
}

/// How a path stands to these parts, one behind the other. Byte by byte: the library's comparison
/// is faster, and larger.
fn compare(path: &[u8], parts: [&[u8]; 3]) -> Ordering {
    let mut rest = path;
    for part in parts {
        for wanted in part {
            let Some((byte, after)) = rest.split_first() else { return Ordering::Less };
            if byte != wanted {
                return byte.cmp(wanted);
            }
            rest = after;
        }
    }
    if rest.is_empty() { Ordering::Equal } else { Ordering::Greater }
}

/// What a path stands for.
enum Found {
    File(&'static File),
    /// A directory, whose slash is missing: where to go, relative to the path.
    Directory(&'static [u8]),
}

/// The answer to a request for a path below a folder. It has a status and field lines of its own;
/// lines around it are added.
#[derive(Clone, Copy, Debug)]
pub struct Served<'p> {
    files: &'static Files,
    path: &'p [u8],
}

impl Respond for Served<'_> {
    fn poll_respond(&mut self, head: &ResponseHead<'_>, exchange: &Exchange<'_>) -> Poll<()> {
        answer::poll(self.files, self.path, head.more, exchange)
    }
}

/// Answers with what stands at the path's last parameter, `{*path}`: what a `files` line of
/// [`app!`](macro@crate::app) does.
pub fn serve<'x>(
    files: &'static Files,
    exchange: &'x Exchange<'x>,
) -> impl Future<Output = ()> + use<'x> {
    let path = <&[u8]>::from_path(exchange).unwrap_or_default();
    respond(exchange, Served { files, path })
}

/// A folder that a build script has compiled in, by its name: what
/// `samewire_assets::folder("www").write()` wrote is `samewire::folder!("www")`.
#[macro_export]
macro_rules! folder {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"))
    };
}

/// A folder of files that are named one by one: see [`app::files`](crate::app::files).
///
/// Behind a file's content further words are [methods of `File`](crate::app::files::File), as
/// `gzip`, `content_type` and `modified`, and their values.
///
/// The compiler works tags out of all the content, which takes it seconds for some hundred
/// kilobytes, and beyond that it refuses to: a larger folder is made by a build script.
#[macro_export]
macro_rules! files {
    ($($path:literal => $content:expr $(, $word:ident $value:expr)* ;)*) => {
        $crate::app::files::Files::new({
            const FILES: &[$crate::app::files::File] = &$crate::app::files::sorted([
                $($crate::app::files::File::new($path, $content)$(.$word($value))*),*
            ]);
            FILES
        })
    };
}

#[cfg(test)]
mod tests;
