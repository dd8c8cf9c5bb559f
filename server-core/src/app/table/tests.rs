//! The table beside an oracle that reads patterns another way, and what finding a route costs.

use super::super::conflict::is_same;
use super::super::index::{Index, Indexed};
use super::super::route::tests::COMPARISONS;
use super::super::{App, Exchange};
use super::{Rank, Route, look_up, methods_by, search};
use crate::http::request_line::{Method, Methods};
use proptest::prelude::*;
use std::boxed::Box;
use std::string::String;
use std::{vec, vec::Vec};

/// An app of N literal routes, made by the compiler as any app's are.
struct Many<const N: usize>;

impl<const N: usize> Many<N> {
    const PATHS: [[u8; 12]; N] = {
        let (mut paths, mut at) = ([*b"/sensor/0000"; N], 0);
        while at < N {
            let (mut digit, mut rest) = (12, at);
            while rest > 0 {
                digit -= 1;
                paths[at][digit] += (rest % 10) as u8;
                rest /= 10;
            }
            at += 1;
        }
        paths
    };

    const TABLE: [Route; N] = {
        let (mut routes, mut at) = ([Route::get("/"); N], 0);
        while at < N {
            let Ok(path) = str::from_utf8(&Self::PATHS[at]) else { panic!() };
            routes[at] = if at % 3 == 0 { Route::post(path) } else { Route::get(path) };
            at += 1;
        }
        routes
    };
}

impl<const N: usize> App for Many<N> {
    const ROUTES: &'static [Route] = &Self::TABLE;

    async fn call<'x>(&'x self, _: usize, _: &'x Exchange<'x>) {}
}

/// How many paths are compared to find each route of an app once, and each path with another
/// method, and each with a letter too many.
fn comparisons<A: App>() -> [usize; 3] {
    let find = |method, path: &[u8]| match Indexed::<A>::INDEX {
        None => search(A::ROUTES, method, path),
        Some(index) => look_up(index, A::ROUTES, method, path),
    };
    let counted = |act: &dyn Fn(usize, &Route)| {
        COMPARISONS.set(0);
        A::ROUTES.iter().enumerate().for_each(|(number, route)| act(number, route));
        COMPARISONS.get()
    };
    [
        counted(&|number, route| {
            assert_eq!(find(route.method, route.path.as_bytes()), Some(number), "{}", route.path);
        }),
        counted(&|_, route| assert_eq!(find(Method::Delete, route.path.as_bytes()), None)),
        counted(&|_, route| {
            assert_eq!(find(route.method, &[route.path.as_bytes(), b"x"].concat()), None)
        }),
    ]
}

#[test]
fn a_literal_route_costs_one_comparison_among_any_number() {
    assert_eq!(comparisons::<Many<100>>()[0], 100);
    assert_eq!(comparisons::<Many<1000>>()[0], 1000);
    assert_eq!(comparisons::<Many<2000>>()[0], 2000);
    let [_, other_method, longer] = comparisons::<Many<1000>>();
    assert!(other_method <= 1000 && longer <= 1000, "{other_method} {longer}");
    // Below, a search is cheaper than a hash: at most half of a small table on average.
    let [small, ..] = comparisons::<Many<10>>();
    assert!(small <= 10 * 10 / 2, "{small}");
}

#[test]
fn allow_is_found_by_one_look_a_method() {
    let index = Indexed::<Many<1000>>::INDEX.unwrap();
    for (at, route) in Many::<1000>::ROUTES.iter().enumerate() {
        COMPARISONS.set(0);
        let methods = methods_by(index, Many::<1000>::ROUTES, route.path.as_bytes());
        assert!(COMPARISONS.get() <= Route::METHODS.len());
        assert_eq!(methods.has(Method::Post), at % 3 == 0);
        assert_eq!(methods.has(Method::Get), at % 3 != 0);
        assert_eq!(methods.has(Method::Head), at % 3 != 0);
        assert!(methods.has(Method::Options) && !methods.has(Method::Put));
    }
    assert_eq!(methods_by(index, Many::<1000>::ROUTES, b"/sensor"), Methods::NONE);
}

#[test]
fn a_table_with_a_route_twice_has_no_index() {
    assert!(Index::of(&[Route::get("/a"), Route::get("/a")]).is_none());
    assert!(Index::of(&[Route::get("/a"), Route::post("/a")]).is_some());
}

/// Whether `path` is of `pattern`, by segments that are cut before they are compared.
fn oracle_rank(pattern: &str, path: &str) -> Option<Rank> {
    let mut rank = Rank::Literal;
    let mut segments = path.strip_prefix('/')?.split('/');
    for expected in pattern.strip_prefix('/')?.split('/') {
        let Some(parameter) = expected.strip_prefix('{').and_then(|text| text.strip_suffix('}'))
        else {
            if segments.next()? != expected {
                return None;
            }
            continue;
        };
        let is_dots = |segment: &&str| matches!(*segment, "." | "..");
        if parameter.starts_with('*') {
            segments.next().filter(|segment| !is_dots(segment))?;
            return (!segments.any(|segment| is_dots(&segment))).then_some(Rank::Rest);
        }
        let segment = segments.next().filter(|name| !name.is_empty() && !is_dots(name))?;
        let (of, fits) = match parameter.split_once(':').map_or("str", |(_, of)| of) {
            "u32" => (Rank::Typed, is_digits(segment) && segment.parse::<u32>().is_ok()),
            "i32" => {
                let digits = segment.strip_prefix('-').unwrap_or(segment);
                (Rank::Typed, is_digits(digits) && segment.parse::<i32>().is_ok())
            }
            "uuid" => (Rank::Typed, false),
            _ => (Rank::Segment, true),
        };
        if !fits {
            return None;
        }
        rank = rank.max(of);
    }
    segments.next().is_none().then_some(rank)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn oracle(routes: &[Route], method: Method, path: &str) -> Option<usize> {
    let of = |route: &Route| match method {
        Method::Head if !route.upgrades => Method::Get,
        method => method,
    };
    let matching = routes.iter().enumerate().filter(|(_, route)| route.method == of(route));
    let ranked = matching.filter_map(|(at, route)| Some((oracle_rank(route.path, path)?, at)));
    ranked.min().map(|(_, at)| at)
}

fn pattern() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        6 => prop::sample::select(vec!["a", "b", "ab", "7", "-7", ""]).prop_map(String::from),
        1 => Just("{x}".into()),
        1 => prop::sample::select(vec!["{n:u32}", "{n:i32}", "{n:uuid}", "{n:str}"])
            .prop_map(String::from),
    ];
    let rest = prop::option::weighted(0.1, Just("{*rest}"));
    (prop::collection::vec(segment, 1..4), rest).prop_map(|(segments, rest)| {
        let mut pattern = String::new();
        for segment in segments.iter().map(String::as_str).chain(rest) {
            // An empty segment is the end of a path, or nothing.
            if !pattern.ends_with('/') {
                pattern.push('/');
            }
            pattern.push_str(segment);
        }
        pattern
    })
}

fn table() -> impl Strategy<Value = Vec<Route>> {
    let route = (pattern(), 0..7usize).prop_map(|(path, verb)| {
        let path: &'static str = Box::leak(path.into_boxed_str());
        match verb {
            #[cfg(feature = "ws")]
            0 => Route::ws(path),
            1 => Route::post(path),
            2 => Route::put(path),
            3 => Route::delete(path),
            4 => Route::patch(path),
            _ => Route::get(path),
        }
    });
    prop::collection::vec(route, 0..48).prop_map(|routes| {
        let mut table: Vec<Route> = Vec::new();
        for route in routes {
            if !table.iter().any(|other| is_same(other, &route)) {
                table.push(route);
            }
        }
        table
    })
}

fn path() -> impl Strategy<Value = String> {
    let segment =
        prop::sample::select(vec!["a", "b", "ab", "c", "7", "-7", "4294967296", "", ".."]);
    prop::collection::vec(segment, 1..5).prop_map(|segments| {
        segments.into_iter().fold(String::new(), |path, segment| path + "/" + segment)
    })
}

proptest! {
    #[test]
    fn the_most_literal_route_is_found(
        routes in table(),
        paths in prop::collection::vec(path(), 1..20),
    ) {
        let index = Index::of(&routes).unwrap();
        for path in &paths {
            for method in Method::NAMED.map(|(method, _)| method) {
                let expected = oracle(&routes, method, path);
                let path = path.as_bytes();
                prop_assert_eq!(search(&routes, method, path), expected);
                prop_assert_eq!(look_up(&index, &routes, method, path), expected);
            }
        }
    }

    #[test]
    fn routes_are_the_same_if_no_path_tells_them_apart(
        one in pattern(),
        other in pattern(),
        paths in prop::collection::vec(path(), 1..50),
    ) {
        let route = |path: &str| Route::get(Box::leak(path.into()));
        if is_same(&route(&one), &route(&other)) {
            for path in &paths {
                prop_assert_eq!(oracle_rank(&one, path), oracle_rank(&other, path));
            }
        }
    }
}
