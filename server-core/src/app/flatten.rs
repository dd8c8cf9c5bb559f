//! One table out of several: the routes of an app, and behind them those of what it mounts, each
//! path with its prefix in front. It is made while the program is compiled; the board has the
//! result only.
#![cfg_attr(
    not(test),
    expect(
        clippy::indexing_slicing,
        clippy::panic,
        reason = "runs in the compiler, where a panic is the error message"
    )
)]

use core::marker::PhantomData;

use super::conflict;
use super::route::Route;

/// Routes with the prefix under which they stand: empty for an app's own ones.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// What stands before each path: nothing, or `/…` without a slash at the end. The path `/`
    /// then is the prefix itself.
    pub prefix: &'static str,
    /// The routes, as they are without the prefix.
    pub routes: &'static [Route],
}

/// What a table is made of. [`app!`](macro@crate::app) implements it.
pub trait Parts {
    /// In the order of the source.
    const PARTS: &'static [Part];
}

/// A constant cannot have a length that depends on a type's parameters, which an app may have: so
/// there is a slice of each length, and only that which is used gets into the program.
macro_rules! rungs {
    ($total:expr, |$n:ident| $of:ident::<$of_what:ident, $n_again:ident>::$name:ident) => {
        $crate::app::flatten::rungs!(@ $total, $of, $of_what, $name:
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
            32 36 40 44 48 52 56 60 64 72 80 88 96 104 112 120 128 144 160 176 192 208 224 240 256
            288 320 352 384 416 448 480 512 576 640 704 768 832 896 960 1024 1280 1536 1792 2048
            3072 4096 6144 8192 12288 16384)
    };
    (@ $total:expr, $of:ident, $of_what:ident, $name:ident: $($n:literal)*) => {
        match $total {
            $(total if total <= $n => $of::<$of_what, $n>::$name.split_at(total).0,)*
            _ => panic!("too large a table behind `mount` and `plugin`"),
        }
    };
}
pub(super) use rungs;

/// The one table of `P`'s parts.
pub struct Flat<P: ?Sized>(PhantomData<P>);

/// How many routes the table of these parts has.
const fn routes_total(parts: &[Part]) -> usize {
    let (mut part, mut total) = (0, 0);
    while part < parts.len() {
        total += parts[part].routes.len();
        part += 1;
    }
    total
}

/// How many bytes the paths with a prefix have.
const fn path_bytes(parts: &[Part]) -> usize {
    let (mut part, mut total) = (0, 0);
    while part < parts.len() {
        let Part { prefix, routes } = parts[part];
        let mut route = 0;
        while route < routes.len() && !prefix.is_empty() {
            total += prefix.len() + behind_prefix(&routes[route]).len();
            route += 1;
        }
        part += 1;
    }
    total
}

/// The paths with a prefix, one behind the other; what is left of `M` bytes is zero. Nothing at all
/// if they are more.
const fn paths<const M: usize>(parts: &[Part]) -> [u8; M] {
    let mut paths = [0; M];
    if path_bytes(parts) > M {
        return paths;
    }
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let Part { prefix, routes } = parts[part];
        let mut route = 0;
        while route < routes.len() && !prefix.is_empty() {
            at = put(&mut paths, at, prefix.as_bytes());
            at = put(&mut paths, at, behind_prefix(&routes[route]));
            route += 1;
        }
        part += 1;
    }
    paths
}

/// The table of these parts, whose paths with a prefix are [`paths`]; what is left of `N` is the
/// first route again. Nothing but that if they are more.
const fn routes<const N: usize>(parts: &[Part], paths: &'static [u8]) -> [Route; N] {
    let mut flat = [FILLER; N];
    if routes_total(parts) > N {
        return flat;
    }
    let (mut part, mut total, mut rest) = (0, 0, paths);
    while part < parts.len() {
        let Part { prefix, routes } = parts[part];
        let mut route = 0;
        while route < routes.len() {
            flat[total] = routes[route];
            if !prefix.is_empty() {
                let (path, behind) =
                    rest.split_at(prefix.len() + behind_prefix(&routes[route]).len());
                rest = behind;
                flat[total].path = match str::from_utf8(path) {
                    Ok(path) => path,
                    Err(_) => panic!("a route's path is ASCII"),
                };
            }
            (route, total) = (route + 1, total + 1);
        }
        part += 1;
    }
    flat
}

/// What stands in a table until a route does.
const FILLER: Route = Route::get("/");

const fn behind_prefix(route: &Route) -> &'static [u8] {
    match route.path.as_bytes() {
        [b'/'] => &[],
        path => path,
    }
}

const fn put<const M: usize>(paths: &mut [u8; M], mut at: usize, text: &[u8]) -> usize {
    let mut from = 0;
    while from < text.len() {
        paths[at] = text[from];
        (at, from) = (at + 1, from + 1);
    }
    at
}

struct PathsOf<P: ?Sized, const M: usize>(PhantomData<P>);

impl<P: Parts + ?Sized, const M: usize> PathsOf<P, M> {
    const PATHS: &'static [u8] = &paths::<M>(P::PARTS);
}

struct RoutesOf<P: ?Sized, const N: usize>(PhantomData<P>);

impl<P: Parts + ?Sized, const N: usize> RoutesOf<P, N> {
    const ROUTES: &'static [Route] = &routes::<N>(P::PARTS, Flat::<P>::PATHS);
}

impl<P: Parts + ?Sized> Flat<P> {
    /// The paths that have a prefix, without one between them.
    const PATHS: &'static [u8] = rungs!(path_bytes(P::PARTS), |M| PathsOf::<P, M>::PATHS);

    /// The table.
    pub const ROUTES: &'static [Route] = match P::PARTS {
        [Part { prefix, routes }] if prefix.is_empty() => routes,
        parts => rungs!(routes_total(parts), |N| RoutesOf::<P, N>::ROUTES),
    };

    /// The first route that matches the same requests as one before it.
    pub(super) const TWIN: Option<&'static Route> = conflict::twin(Self::ROUTES);
}

/// Refuses a table two of whose routes match the same requests, at compile time: that of an app with
/// parameters, whose rows could not be looked at before they were known.
#[track_caller]
pub const fn check(routes: &[Route]) {
    conflict::check(routes);
}

/// Refuses a table that is too large for us to look at.
#[track_caller]
pub const fn check_size(routes: &[Route]) {
    conflict::check_size(routes);
}

#[cfg(test)]
mod tests {
    use super::{Flat, Part, Parts};
    use crate::app::route::Route;
    use crate::http::request_line::Method;
    use core::marker::PhantomData;
    use std::vec::Vec;

    struct Auth;
    impl Parts for Auth {
        const PARTS: &'static [Part] =
            &[Part { prefix: "", routes: &[Route::get("/"), Route::post("/keys/{id:u32}")] }];
    }

    /// Generic, as an app may be.
    struct Site<T>(PhantomData<T>);
    impl<T: Parts> Parts for Site<T> {
        const PARTS: &'static [Part] = &[
            Part { prefix: "", routes: &[Route::get("/"), Route::get("/{name}")] },
            Part { prefix: "/auth", routes: Flat::<T>::ROUTES },
            Part { prefix: "", routes: &[Route::get("/metrics")] },
        ];
    }

    struct Deep;
    impl Parts for Deep {
        const PARTS: &'static [Part] = &[
            Part { prefix: "/v1", routes: Flat::<Site<Auth>>::ROUTES },
            Part { prefix: "/v2/x", routes: Flat::<Auth>::ROUTES },
        ];
    }

    fn table(routes: &[Route]) -> Vec<(Method, &'static str)> {
        routes.iter().map(|route| (route.method, route.path)).collect()
    }

    #[test]
    fn a_mounted_route_has_its_prefix() {
        assert_eq!(
            table(Flat::<Site<Auth>>::ROUTES),
            [
                (Method::Get, "/"),
                (Method::Get, "/{name}"),
                (Method::Get, "/auth"),
                (Method::Post, "/auth/keys/{id:u32}"),
                (Method::Get, "/metrics"),
            ]
        );
        assert_eq!(
            table(Flat::<Deep>::ROUTES),
            [
                (Method::Get, "/v1"),
                (Method::Get, "/v1/{name}"),
                (Method::Get, "/v1/auth"),
                (Method::Post, "/v1/auth/keys/{id:u32}"),
                (Method::Get, "/v1/metrics"),
                (Method::Get, "/v2/x"),
                (Method::Post, "/v2/x/keys/{id:u32}"),
            ]
        );
        let keys = Flat::<Deep>::ROUTES[3];
        assert!(keys.captures(b"/v1/auth/keys/7", 0).is_some());
        assert!(keys.captures(b"/v1/auth/keys/x", 0).is_none());
    }
}
