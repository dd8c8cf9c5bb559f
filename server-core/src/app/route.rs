//! One row of the table: a method and a path, checked when the program is compiled.

use super::complaint::Complaint;
use super::format::uuid;
use super::path::Segment as _;
use super::pattern::{Parameters, check};
use crate::http::abnf;
use crate::http::request_line::{Method, Methods};

/// A route. Its path is literal text with parameters in braces, each a whole segment:
/// `{name}` is any segment that is not empty, nor `.` or `..`, `{name:u32}` one of a type (`u32`, `i32`, `uuid` or
/// `str`), and `{*name}`, at the end, the rest of the path with its slashes.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The method, `GET` for a WebSocket.
    pub method: Method,
    /// The pattern.
    pub path: &'static str,
    /// Whether the route is a WebSocket.
    pub upgrades: bool,
    /// Whether its handler asks for more than the app.
    pub takes_words: bool,
    /// Whether its handler may wait for time to pass.
    pub(super) takes_time: bool,
    /// By what a pattern with parameters is compared: what no route of an app needs is not linked.
    captures: Option<Captures>,
}

/// Whether a path is of a pattern, how specifically, and what its parameter of this number holds.
type Captures = for<'p> fn(&[u8], &'p [u8], usize) -> Option<(Rank, &'p [u8])>;

/// The kinds of parameters, from the most to the least specific.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Rank {
    Literal,
    Typed,
    Segment,
    Rest,
}

macro_rules! verbs {
    ($($verb:ident $method:ident)*) => {
        impl Route {
            /// What a route can be for.
            pub(super) const METHODS: [Method; [$(Method::$method),*].len()] = [$(Method::$method),*];

            $(
                #[doc = concat!("A route for ", stringify!($verb), " requests.")]
                #[track_caller]
                pub const fn $verb(path: &'static str) -> Self {
                    let route = row::$verb(path, &[]);
                    route.check();
                    route
                }
            )*
        }

        /// Rows of the table, malformed ones, too: [`mistake`](super::mistake) tells of those.
        #[doc(hidden)]
        pub mod row {
            use super::{Method, Route};

            $(
                pub const fn $verb(path: &'static str, words: &[&str]) -> Route {
                    Route::new(Method::$method, path, false, words)
                }
            )*

            #[cfg(feature = "ws")]
            pub const fn ws(path: &'static str, words: &[&str]) -> Route {
                Route::new(Method::Get, path, true, words)
            }
        }
    };
}

verbs! { get Get post Post put Put delete Delete patch Patch }

impl Route {
    /// A route for a WebSocket.
    #[cfg(feature = "ws")]
    #[track_caller]
    pub const fn ws(path: &'static str) -> Self {
        let route = row::ws(path, &[]);
        route.check();
        route
    }

    const fn new(method: Method, path: &'static str, upgrades: bool, words: &[&str]) -> Self {
        let captures: Option<Captures> = match check(path.as_bytes()) {
            Ok(Parameters::None) | Err(_) => None,
            Ok(Parameters::Untyped) => Some(untyped),
            Ok(Parameters::Typed) => Some(typed),
        };
        let (mut at, mut takes_time) = (0, false);
        while at < words.len() {
            #[expect(clippy::indexing_slicing, reason = "compared above, while compiling")]
            let word = words[at];
            takes_time |= matches!(word.as_bytes(), b"time" | b"sse");
            at += 1;
        }
        Self { method, path, upgrades, takes_words: !words.is_empty(), takes_time, captures }
    }

    /// Refuses a malformed path, at compile time.
    #[track_caller]
    const fn check(&self) {
        if let Err(mistake) = check(self.path.as_bytes()) {
            Complaint::NONE.route(self).put(": ").message(mistake.text()).panic();
        }
    }

    /// Whether a handler of any of these may wait for time to pass.
    pub(super) const fn any_takes_time(routes: &[Self]) -> bool {
        let (mut at, mut takes_time) = (0, false);
        while at < routes.len() {
            #[expect(clippy::indexing_slicing, reason = "compared above, while compiling")]
            let route = &routes[at];
            takes_time |= route.takes_time;
            at += 1;
        }
        takes_time
    }

    /// Whether there are no braces in the path.
    pub(super) const fn is_literal(&self) -> bool {
        self.captures.is_none()
    }

    /// Whether the route is for `method`; that of a WebSocket is not for a HEAD which asks as GET.
    #[inline(always)]
    pub(super) fn is_for(&self, method: Method, is_head: bool) -> bool {
        (self.method == method) & !(is_head & self.upgrades)
    }

    /// Adds what a path of this route allows.
    #[inline(always)]
    pub(super) const fn add_methods(&self, methods: &mut Methods) {
        methods.add(self.method);
        methods.add(Method::Options);
        if matches!(self.method, Method::Get) && !self.upgrades {
            methods.add(Method::Head);
        }
    }

    /// Whether `path` is the very text of the pattern.
    #[inline(always)]
    pub(super) fn is_literally(&self, path: &[u8]) -> bool {
        #[cfg(test)]
        tests::COMPARISONS.set(tests::COMPARISONS.get() + 1);
        self.path.as_bytes() == path
    }

    /// Whether the route's path is `path`, how specifically, and what its parameter number
    /// `wanted` then holds: empty if there are not so many.
    #[inline(never)]
    pub(super) fn captures<'p>(&self, path: &'p [u8], wanted: usize) -> Option<(Rank, &'p [u8])> {
        match self.captures {
            None => self.is_literally(path).then_some((Rank::Literal, &[])),
            Some(captures) => captures(self.path.as_bytes(), path, wanted),
        }
    }

    /// The same without a parameter: for finding the route, where most are literal.
    #[inline(always)]
    pub(super) fn rank(&self, path: &[u8]) -> Option<Rank> {
        match self.captures {
            None => self.is_literally(path).then_some(Rank::Literal),
            Some(captures) => Some(captures(self.path.as_bytes(), path, usize::MAX)?.0),
        }
    }
}

fn untyped<'p>(pattern: &[u8], path: &'p [u8], wanted: usize) -> Option<(Rank, &'p [u8])> {
    segments(pattern, path, wanted, untyped_rank)
}

fn typed<'p>(pattern: &[u8], path: &'p [u8], wanted: usize) -> Option<(Rank, &'p [u8])> {
    segments(pattern, path, wanted, |name, value| {
        let fits = match name {
            [.., b':', b'u', b'3', b'2'] => u32::from_segment(value).is_some(),
            [.., b':', b'i', b'3', b'2'] => i32::from_segment(value).is_some(),
            [.., b':', b'u', b'u', b'i', b'd'] => uuid(value),
            _ => return untyped_rank(name, value),
        };
        fits.then_some(Rank::Typed)
    })
}

/// The rank of the parameter `name`, if `value` fits it. No segment is `.` or `..`: what a guard
/// takes for a name must not be a step to somebody who opens files by it.
// rfc3986-5.2.4-dot-segments
fn untyped_rank(name: &[u8], value: &[u8]) -> Option<Rank> {
    let is_rest = name.first() == Some(&b'*');
    let is_dots = |segment: &[u8]| matches!(segment, b"." | b"..");
    if is_rest {
        let has_dots = value.split(|byte| *byte == b'/').any(is_dots);
        return (!has_dots).then_some(Rank::Rest);
    }
    (!value.is_empty() && !is_dots(value)).then_some(Rank::Segment)
}

#[inline(never)]
fn segments<'p>(
    mut pattern: &[u8],
    mut path: &'p [u8],
    wanted: usize,
    rank_of: fn(&[u8], &[u8]) -> Option<Rank>,
) -> Option<(Rank, &'p [u8])> {
    let (mut rank, mut found, mut index) = (Rank::Literal, [].as_slice(), 0);
    loop {
        match (pattern, path) {
            ([], []) => return Some((rank, found)),
            ([b'{', parameter @ ..], _) => {
                let (name, after) = abnf::cut(parameter, b'}');
                pattern = after.get(1..).unwrap_or_default();
                let (segment, rest) = abnf::cut(path, b'/');
                let is_rest = name.first() == Some(&b'*');
                let value = if is_rest { path } else { segment };
                path = if is_rest { &[] } else { rest };
                rank = rank.max(rank_of(name, value)?);
                if index == wanted {
                    found = value;
                }
                index += 1;
            }
            ([expected, after @ ..], [byte, rest @ ..]) if expected == byte => {
                (pattern, path) = (after, rest);
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Rank, Route};
    use std::cell::Cell;

    std::thread_local! {
        /// How often a path was compared with a literal route: for tests of what finding costs.
        pub(in crate::app) static COMPARISONS: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn paths_match_by_segments() {
        use Rank::{Literal, Rest, Segment, Typed};
        for (pattern, path, rank) in [
            ("/", "/", Some(Literal)),
            ("/a/b", "/a/b", Some(Literal)),
            ("/a", "/a/", None),
            ("/a/", "/a", None),
            ("/users/{id}", "/users/7", Some(Segment)),
            ("/users/{id}", "/users/", None),
            ("/users/{id}", "/users/7/", None),
            ("/users/{id:u32}", "/users/7", Some(Typed)),
            ("/users/{id:u32}", "/users/x", None),
            ("/users/{id:u32}", "/users/4294967296", None),
            ("/t/{t:i32}/x", "/t/-40/x", Some(Typed)),
            ("/d/{id:uuid}", "/d/123e4567-e89b-12d3-a456-426614174000", Some(Typed)),
            ("/d/{id:uuid}", "/d/123e4567-e89b-12d3-a456-42661417400", None),
            ("/files/{*path}", "/files/a/b.txt", Some(Rest)),
            ("/files/{*path}", "/files/", Some(Rest)),
            ("/files/{*path}", "/files", None),
            ("/files/{*path}", "/files/..", None),
            ("/files/{*path}", "/files/a/../b", None),
            ("/files/{*path}", "/files/./b", None),
            ("/files/{*path}", "/files/.a/...", Some(Rest)),
            ("/users/{id}", "/users/..", None),
            ("/users/{id:str}", "/users/.", None),
            ("/users/{id}", "/users/...", Some(Segment)),
            ("/users/{id}/x", "/users/../x", None),
            ("/{a}/{b}", "/x/y", Some(Segment)),
        ] {
            let found = Route::get(pattern).captures(path.as_bytes(), 0).map(|(rank, _)| rank);
            assert_eq!(found, rank, "{pattern} {path}");
        }
    }

    #[test]
    fn captures_are_numbered_from_the_left() {
        let route = Route::get("/{a}/x/{b:u32}/{*rest}");
        for (index, value) in [(0, "one"), (1, "2"), (2, "three/four"), (3, "")] {
            let (_, found) = route.captures(b"/one/x/2/three/four", index).unwrap();
            assert_eq!(found, value.as_bytes(), "{index}");
        }
    }
}
