//! The path of a request: which route it leads to, and what the braces hold, beside segments that are
//! compared one by one.
//!
//! There are two tables, since a large one is searched in another way than a small one.

use std::cell::RefCell;

use percent_encoding::percent_decode;
use samewire::app::App;
use samewire::{Status, app};
use samewire_sim::{Delivery, World};

use crate::asked::{LIMITS, ask};
use crate::oracle;

/// What the handler of a literal route notes that only the large table has.
const ONE_OF_MANY: &str = "one of many";

/// A handler was asked, by this pattern, with this.
type Seen = (&'static str, Vec<Vec<u8>>);

/// Notes what it is asked.
#[derive(Default)]
struct Notes {
    seen: RefCell<Vec<Seen>>,
}

impl Notes {
    fn note(&self, pattern: &'static str, values: &[&[u8]]) -> Status {
        let values = values.iter().map(|value| value.to_vec()).collect();
        self.seen.borrow_mut().push((pattern, values));
        Status::NO_CONTENT
    }
}

trait Noting {
    fn notes(&self) -> &Notes;
}

/// Both tables, with more literal routes for one.
macro_rules! tables {
    ($($app:ident { $($more:literal)* })*) => {$(
        #[derive(Default)]
        struct $app(Notes);

        impl Noting for $app {
            fn notes(&self) -> &Notes {
                &self.0
            }
        }

        app! { for $app;
            get "/"               => root;
            get "/a"              => a;
            put "/a"              => a;
            get "/a/"             => a_slash;
            get "/a/b"            => a_b;
            get "/a/{x}"          => segment(path);
            put "/a/{x:u32}"      => natural(path);
            get "/a/{x:u32}"      => natural(path);
            get "/b/{x:i32}"      => integer(path);
            get "/b/{x:i32}/%20"  => integer_space(path);
            get "/b/{x:uuid}"     => uuid(path);
            get "/{x}/{y}/c"      => two(path);
            get "/{x}"            => any(path);
            put "/r/{*rest}"      => rest(path);
            get "/a/b/{*rest}"    => rest_b(path);
            $(get $more => literal;)*
        }
    )*};
}

tables! {
    Few {}
    Many {
        "/1" "/2" "/3" "/4" "/5" "/6" "/7" "/8" "/9" "/x/y" "/a/b/c" "/aa" "/ab" "/b" "/b/0" "/%2F"
    }
}

macro_rules! handlers {
    ($($name:ident $pattern:literal $type:ty;)*) => {$(
        async fn $name<A: Noting>(app: &A, value: $type) -> Status {
            app.notes().note($pattern, &[value.to_string().as_bytes()])
        }
    )*};
}

handlers! {
    segment "/a/{x}" &str;
    natural "/a/{x:u32}" u32;
    integer "/b/{x:i32}" i32;
    integer_space "/b/{x:i32}/%20" i32;
    uuid "/b/{x:uuid}" &str;
    any "/{x}" &str;
    rest "/r/{*rest}" &str;
    rest_b "/a/b/{*rest}" &str;
}

async fn two<A: Noting>(app: &A, (x, y): (&str, &[u8])) -> Status {
    app.notes().note("/{x}/{y}/c", &[x.as_bytes(), y])
}

macro_rules! literals {
    ($($name:ident $pattern:expr;)*) => {$(
        async fn $name<A: Noting>(app: &A) -> Status {
            app.notes().note($pattern, &[])
        }
    )*};
}

literals! {
    root "/";
    a "/a";
    a_slash "/a/";
    a_b "/a/b";
    literal ONE_OF_MANY;
}

/// Asks both tables for this path, by two methods.
pub(crate) fn compare(input: &[u8]) {
    thread_local! {
        static FEW: World<Few> = World::new(Few::default(), LIMITS);
        static MANY: World<Many> = World::new(Many::default(), LIMITS);
    }
    for method in ["GET", "PUT"] {
        FEW.with(|world| compare_with(world, method, input));
        MANY.with(|world| compare_with(world, method, input));
    }
}

fn compare_with<A: App + Noting + 'static>(world: &World<A>, method: &str, input: &[u8]) {
    let head = [method.as_bytes(), b" /", input, b" HTTP/1.1\r\nHost: a\r\n\r\n"].concat();
    // What is no request is not for us.
    let Some(request) = oracle::head::request(&head).filter(|head| head.fields.len() == 1) else {
        return;
    };
    let path = request.target.split(|byte| *byte == b'?').next().unwrap_or_default();
    let answer = ask(world, &head, Delivery::default());
    if request.target.len() > usize::from(LIMITS.target_bytes_max) {
        return assert_eq!(answer.status(), 414);
    }
    let path = normal(path);
    let mut best: Option<(u8, &str, Vec<Vec<u8>>)> = None;
    let mut is_known = false;
    for route in A::ROUTES {
        let Some((rank, values)) = captured(route.path, &path) else { continue };
        is_known = true;
        let is_asked = format!("{:?}", route.method).eq_ignore_ascii_case(method);
        if is_asked && best.as_ref().is_none_or(|(best, ..)| rank < *best) {
            best = Some((rank, route.path, values));
        }
    }
    let status = match (&best, is_known) {
        (Some(_), _) => 204,
        (None, true) => 405,
        (None, false) => 404,
    };
    assert_eq!(answer.status(), status, "{method} {}", path.escape_ascii());
    match (best, &*world.app().notes().seen.take()) {
        (None, []) => {}
        (Some((_, path, values)), [(pattern, seen)]) => {
            let is_one_of_many = !Few::ROUTES.iter().any(|route| route.path == path);
            assert_eq!(*pattern, if is_one_of_many { ONE_OF_MANY } else { path });
            assert_eq!(&values, seen, "{path}");
        }
        (best, seen) => panic!("{best:?} {seen:?}"),
    }
}

/// Unreserved characters are decoded, and nothing else (RFC 3986 §6.2.2.2).
fn normal(path: &[u8]) -> Vec<u8> {
    let mut pieces = path.split(|byte| *byte == b'%');
    let mut normal = pieces.next().unwrap_or_default().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at(2);
        let triplet = [b"%", digits].concat();
        let byte = percent_decode(&triplet).next().unwrap_or_default();
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            normal.push(byte);
        } else {
            normal.extend(triplet);
        }
        normal.extend(rest);
    }
    normal
}

/// How general a pattern is, and what its braces hold, as it would be printed; `None` for another
/// path.
fn captured(pattern: &str, path: &[u8]) -> Option<(u8, Vec<Vec<u8>>)> {
    let mut segments = path.split(|byte| *byte == b'/');
    let (mut rank, mut values) = (0, Vec::new());
    let is_dots = |segment: &[u8]| matches!(segment, b"." | b"..");
    for expected in pattern.split('/') {
        let Some(parameter) = expected.strip_prefix('{') else {
            if segments.next()? != expected.as_bytes() {
                return None;
            }
            continue;
        };
        if parameter.starts_with('*') {
            let rest: Vec<&[u8]> = segments.by_ref().collect();
            if rest.is_empty() || rest.iter().any(|segment| is_dots(segment)) {
                return None;
            }
            values.push(rest.join(&b'/'));
            rank = 3;
            continue;
        }
        let segment = segments.next().filter(|segment| !segment.is_empty() && !is_dots(segment))?;
        let text = str::from_utf8(segment).ok()?;
        let (_, kind) = parameter.trim_end_matches('}').split_once(':').unwrap_or_default();
        // No number has a plus here.
        let digits = Some(text).filter(|text| !text.starts_with('+'));
        let (of, value) = match kind {
            "u32" => (1, digits?.parse::<u32>().ok()?.to_string()),
            "i32" => (1, digits?.parse::<i32>().ok()?.to_string()),
            "uuid" => (1, crate::formats::uuid(text).then(|| text.to_owned())?),
            _ => (2, text.to_owned()),
        };
        rank = rank.max(of);
        values.push(value.into_bytes());
    }
    segments.next().is_none().then_some((rank, values))
}
