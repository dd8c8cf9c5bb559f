//! Two routes that match the same requests: the second could never be asked, so it is a compile
//! error that names both, wherever they come from.
#![cfg_attr(
    not(test),
    expect(
        clippy::indexing_slicing,
        reason = "runs in the compiler, where a panic is the error message"
    )
)]

use super::complaint::Complaint;
use super::pattern;
use super::route::Route;

/// How many routes an app may have, what it mounts included: what a search at compile time bears.
pub(super) const ROUTES_MAX: usize = 2048;

/// Refuses a table with such routes, at compile time.
#[track_caller]
pub(super) const fn check(routes: &[Route]) {
    check_size(routes);
    if let Some((first, second)) = find(routes) {
        let named = Complaint::NONE.route(&routes[first]).put(" and ").route(&routes[second]);
        named.put(" match the same requests").panic();
    }
}

/// Refuses a table of too many, at compile time.
#[track_caller]
pub(super) const fn check_size(routes: &[Route]) {
    assert!(routes.len() <= ROUTES_MAX, "an app has at most 2048 routes");
}

/// The second of the first two of them.
pub(super) const fn twin(routes: &'static [Route]) -> Option<&'static Route> {
    if routes.len() > ROUTES_MAX {
        return None;
    }
    match find(routes) {
        Some((_, second)) => Some(&routes[second]),
        None => None,
    }
}

/// The first two of them. All pairs would be too many for the compiler, so each route goes into a
/// table of hashes, and meets those only that are likely to be the same.
const fn find(routes: &[Route]) -> Option<(usize, usize)> {
    const SLOTS: usize = 2 * ROUTES_MAX;
    let mut slots = [usize::MAX; SLOTS];
    let mut at = 0;
    while at < routes.len() {
        // What is malformed has been refused at its row.
        if pattern::check(routes[at].path.as_bytes()).is_err() {
            return None;
        }
        let mut slot = hash(&routes[at]) as usize % SLOTS;
        while slots[slot] != usize::MAX {
            if is_same(&routes[slots[slot]], &routes[at]) {
                return Some((slots[slot], at));
            }
            slot = (slot + 1) % SLOTS;
        }
        slots[slot] = at;
        at += 1;
    }
    None
}

pub(super) const fn is_same(a: &Route, b: &Route) -> bool {
    if a.method as u8 != b.method as u8 {
        return false;
    }
    let (a, b) = (a.path.as_bytes(), b.path.as_bytes());
    let (mut in_a, mut in_b) = (0, 0);
    while in_a < a.len() && in_b < b.len() {
        let ((one, behind_a), (other, behind_b)) = (next(a, in_a), next(b, in_b));
        if one != other {
            return false;
        }
        (in_a, in_b) = (behind_a, behind_b);
    }
    in_a == a.len() && in_b == b.len()
}

const fn hash(route: &Route) -> u32 {
    let path = route.path.as_bytes();
    let (mut hash, mut at) = (route.method as u32, 0);
    while at < path.len() {
        let (letter, behind) = next(path, at);
        hash = (hash ^ letter as u32).wrapping_mul(0x0100_0193);
        at = behind;
    }
    // Of a product the high bits are the good ones.
    hash ^ hash >> 15
}

/// The byte at this place of a pattern, and the place of the next. What a parameter is called does
/// not matter: it is a byte that is no letter, one for each kind.
const fn next(path: &[u8], at: usize) -> (u8, usize) {
    if path[at] != b'{' {
        return (path[at], at + 1);
    }
    let (mut end, mut colon) = (at, at);
    while path[end] != b'}' {
        if path[end] == b':' {
            colon = end;
        }
        end += 1;
    }
    let kind = match (path[at + 1], path[colon + 1]) {
        (b'*', _) => 1,
        _ if colon == at => 2,
        // `str`, which is any segment; `uuid`; `u32`, told by its digit; `i32`.
        (_, b's') => 2,
        (_, b'u') if path[colon + 2] == b'u' => 3,
        (_, b'u') => 4,
        _ => 5,
    };
    (kind, end + 1)
}

#[cfg(test)]
mod tests {
    use super::{Route, check, find};
    use std::string::{String, ToString};
    use std::vec::Vec;

    #[test]
    fn routes_that_match_the_same_requests_are_found() {
        for (one, other, is_found) in [
            ("/a", "/a", true),
            ("/a", "/b", false),
            ("/a", "/a/", false),
            ("/a/{x}", "/a/{y}", true),
            ("/a/{x}", "/a/{y:str}", true),
            ("/a/{x:u32}", "/a/{long_name:u32}", true),
            ("/a/{x:u32}", "/a/{x:i32}", false),
            ("/a/{x:u32}", "/a/{x:uuid}", false),
            ("/a/{x:uuid}", "/a/{uuid:uuid}", true),
            ("/a/{x}", "/a/{x:u32}", false),
            ("/a/{x}", "/a/{*x}", false),
            ("/{*x}", "/{*y}", true),
            ("/{a}/b/{c:i32}", "/{c}/b/{a:i32}", true),
            ("/{a}/b/{c:i32}", "/{c}/b/{a:i32}/", false),
            ("/{a}/b", "/{a}/c", false),
        ] {
            let routes = [Route::get("/other"), Route::get(one), Route::get(other)];
            assert_eq!(find(&routes), is_found.then_some((1, 2)), "{one} {other}");
            assert_eq!(find(&[Route::get(one), Route::post(other)]), None, "{one} {other}");
        }
        #[cfg(feature = "ws")]
        assert_eq!(find(&[Route::get("/x"), Route::ws("/x")]), Some((0, 1)));
    }

    #[test]
    fn the_message_names_both() {
        let message = |one: &'static str, other: &'static str| {
            let refused = std::panic::catch_unwind(|| {
                check(&[Route::get(one), Route::get("/x"), Route::get(other)]);
            });
            refused.unwrap_err().downcast_ref::<String>().unwrap().to_string()
        };
        assert_eq!(
            message("/users/{id}", "/users/{name}"),
            "`get /users/{id}` and `get /users/{name}` match the same requests"
        );
        let long = ["/x"; 150].concat().leak();
        let told = message(long, long);
        assert!(told.ends_with("...` match the same requests"), "{told}");
    }

    #[test]
    fn a_large_table_has_none() {
        let paths: Vec<&'static str> = (0..super::ROUTES_MAX)
            .map(|n| &*std::format!("/{}/{{id}}/x{n}", n % 7).leak())
            .collect();
        let mut routes: Vec<Route> = paths.iter().map(|path| Route::put(path)).collect();
        check(&routes);
        routes[2047] = Route::put("/3/{other}/x10");
        assert_eq!(find(&routes), Some((10, 2047)));
    }
}
