//! Where the literal routes of a large table stand: a perfect hash, made while the program is
//! compiled. A request's path is hashed once and compared once, however many routes there are.
//!
//! It is the construction "compress, hash and displace" (Belazzougui, Botelho and Dietzfelbinger,
//! 2009): keys fall into buckets, and each bucket gets the first displacement that brings all its
//! keys into free slots, the largest bucket first.
#![cfg_attr(
    not(test),
    expect(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "runs in the compiler, where a panic is the error message"
    )
)]

use core::marker::PhantomData;

use super::App;
use super::conflict::ROUTES_MAX;
use super::flatten::rungs;
use super::route::Route;
use crate::http::request_line::{Method, Methods};

/// From how many literal routes on a table has an index: decision 0007.
const LITERALS_MIN: usize = 12;

/// The index of a table, in flash.
#[derive(Clone, Copy, Debug)]
pub(super) struct Index {
    seed: u32,
    /// For each bucket.
    displacements: &'static [u8],
    /// The number of the route in each slot, or any other one.
    slots: &'static [u16],
    /// The numbers of the routes that have parameters, in their order.
    patterns: &'static [u16],
}

impl Index {
    /// The number of the literal route for this method and path: the only candidate's, if it is.
    #[inline(never)]
    pub(super) fn literal(&self, routes: &[Route], method: Method, path: &[u8]) -> Option<usize> {
        let mut hash = start(self.seed, method);
        for byte in path {
            hash = step(hash, *byte);
        }
        let hash = finish(hash);
        let bucket = hash as usize & self.displacements.len().wrapping_sub(1);
        let displacement = *self.displacements.get(bucket)?;
        let number = *self.slots.get(slot(hash, displacement, self.slots.len()))?;
        let route = routes.get(usize::from(number))?;
        (route.method == method && route.is_literally(path)).then_some(usize::from(number))
    }

    /// The numbers of the routes that have parameters, in their order.
    pub(super) fn patterns(&self) -> impl Iterator<Item = usize> {
        self.patterns.iter().map(|number| usize::from(*number))
    }
}

/// FNV-1a: one exclusive or and one product a byte, and no table.
#[inline(always)]
const fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

#[inline(always)]
const fn start(seed: u32, method: Method) -> u32 {
    step(seed, method as u8)
}

/// The high bits of a product are the good ones; the low ones choose the bucket.
#[inline(always)]
const fn finish(hash: u32) -> u32 {
    hash ^ hash >> 15
}

/// The slot of a key whose bucket has this displacement. The number of slots is a power of two.
#[inline(always)]
const fn slot(hash: u32, displacement: u8, slots: usize) -> usize {
    let stride = hash >> 20 | 1;
    (hash >> 9).wrapping_add(stride.wrapping_mul(displacement as u32)) as usize & (slots - 1)
}

/// The index of `A`'s table, if it is large enough for one.
pub(super) struct Indexed<A: ?Sized>(PhantomData<A>);

impl<A: App + ?Sized> Indexed<A> {
    pub(super) const INDEX: Option<&'static Index> = if literals(A::ROUTES) < LITERALS_MIN {
        None
    } else {
        match slots_for(A::ROUTES) {
            16 => Hashed::<A, 16, 4>::INDEX,
            32 => Hashed::<A, 32, 8>::INDEX,
            64 => Hashed::<A, 64, 16>::INDEX,
            128 => Hashed::<A, 128, 32>::INDEX,
            256 => Hashed::<A, 256, 64>::INDEX,
            512 => Hashed::<A, 512, 128>::INDEX,
            1024 => Hashed::<A, 1024, 256>::INDEX,
            2048 => Hashed::<A, 2048, 512>::INDEX,
            _ => Hashed::<A, 4096, 1024>::INDEX,
        }
    };

    /// The methods of all routes.
    pub(super) const METHODS: Methods = {
        let (mut methods, mut at) = (Methods::NONE, 0);
        while at < A::ROUTES.len() {
            A::ROUTES[at].add_methods(&mut methods);
            at += 1;
        }
        methods
    };

    const PATTERNS: &'static [u16] =
        rungs!(A::ROUTES.len() - literals(A::ROUTES), |N| PatternsOf::<A, N>::PATTERNS);
}

struct PatternsOf<A: ?Sized, const N: usize>(PhantomData<A>);

impl<A: App + ?Sized, const N: usize> PatternsOf<A, N> {
    const PATTERNS: &'static [u16] = &patterns::<N>(A::ROUTES);
}

struct Hashed<A: ?Sized, const SLOTS: usize, const BUCKETS: usize>(PhantomData<A>);

impl<A: App + ?Sized, const SLOTS: usize, const BUCKETS: usize> Hashed<A, SLOTS, BUCKETS> {
    const TABLE: Option<Table<SLOTS, BUCKETS>> = match slots_for(A::ROUTES) == SLOTS {
        true => Table::of(A::ROUTES),
        false => None,
    };

    const INDEX: Option<&'static Index> = match &Self::TABLE {
        Some(table) => Some(&table.index(Indexed::<A>::PATTERNS)),
        None => None,
    };
}

/// What an index is made of.
struct Table<const SLOTS: usize, const BUCKETS: usize> {
    seed: u32,
    displacements: [u8; BUCKETS],
    slots: [u16; SLOTS],
}

/// No route has this number.
const EMPTY: u16 = u16::MAX;
const _: () = assert!(ROUTES_MAX < EMPTY as usize);

impl<const SLOTS: usize, const BUCKETS: usize> Table<SLOTS, BUCKETS> {
    /// With one seed in a few there is no such table: two paths of one hash, or a bucket that fits
    /// nowhere.
    const fn of(routes: &[Route]) -> Option<Self> {
        let (mut seed, mut attempts) = (0x811c_9dc5, 0);
        while attempts < 32 {
            let table = Self::with_seed(routes, seed);
            if table.is_some() {
                return table;
            }
            seed = step(seed, 0);
            attempts += 1;
        }
        None
    }

    const fn with_seed(routes: &[Route], seed: u32) -> Option<Self> {
        let mut table = Self { seed, displacements: [0; BUCKETS], slots: [EMPTY; SLOTS] };
        let buckets = Buckets::<BUCKETS>::of(routes, seed);
        let mut size = buckets.size_max;
        while size > 0 {
            let mut bucket = 0;
            while bucket < BUCKETS {
                if buckets.sizes[bucket] == size && !table.place(&buckets, bucket) {
                    return None;
                }
                bucket += 1;
            }
            size -= 1;
        }
        Some(table)
    }

    /// Finds the displacement that brings all the keys of a bucket into free slots.
    const fn place(&mut self, buckets: &Buckets<BUCKETS>, bucket: usize) -> bool {
        let mut displacement = 0;
        loop {
            self.displacements[bucket] = displacement;
            let mut route = buckets.first[bucket];
            while route != EMPTY {
                let at = slot(buckets.hashes[route as usize], displacement, SLOTS);
                if self.slots[at] != EMPTY {
                    break;
                }
                self.slots[at] = route;
                route = buckets.next[route as usize];
            }
            if route == EMPTY {
                return true;
            }
            // Those before it leave again.
            let mut placed = buckets.first[bucket];
            while placed != route {
                self.slots[slot(buckets.hashes[placed as usize], displacement, SLOTS)] = EMPTY;
                placed = buckets.next[placed as usize];
            }
            if displacement == u8::MAX {
                return false;
            }
            displacement += 1;
        }
    }

    const fn index(&'static self, patterns: &'static [u16]) -> Index {
        Index { seed: self.seed, displacements: &self.displacements, slots: &self.slots, patterns }
    }
}

/// The literal routes by bucket: lists, as there is no heap in a compiler's constants.
struct Buckets<const BUCKETS: usize> {
    hashes: [u32; ROUTES_MAX],
    first: [u16; BUCKETS],
    next: [u16; ROUTES_MAX],
    sizes: [usize; BUCKETS],
    size_max: usize,
}

impl<const BUCKETS: usize> Buckets<BUCKETS> {
    const fn of(routes: &[Route], seed: u32) -> Self {
        let mut buckets = Self {
            hashes: [0; ROUTES_MAX],
            first: [EMPTY; BUCKETS],
            next: [EMPTY; ROUTES_MAX],
            sizes: [0; BUCKETS],
            size_max: 0,
        };
        let mut at = 0;
        while at < routes.len() {
            if routes[at].is_literal() {
                let (path, mut hash, mut byte) =
                    (routes[at].path.as_bytes(), start(seed, routes[at].method), 0);
                while byte < path.len() {
                    hash = step(hash, path[byte]);
                    byte += 1;
                }
                let hash = finish(hash);
                let bucket = hash as usize & (BUCKETS - 1);
                buckets.hashes[at] = hash;
                buckets.next[at] = buckets.first[bucket];
                buckets.first[bucket] = at as u16;
                buckets.sizes[bucket] += 1;
                if buckets.sizes[bucket] > buckets.size_max {
                    buckets.size_max = buckets.sizes[bucket];
                }
            }
            at += 1;
        }
        buckets
    }
}

const fn literals(routes: &[Route]) -> usize {
    let (mut at, mut literals) = (0, 0);
    while at < routes.len() {
        literals += routes[at].is_literal() as usize;
        at += 1;
    }
    literals
}

/// At most three quarters of the slots are taken: so much finds its place in a few attempts.
const fn slots_for(routes: &[Route]) -> usize {
    let slots = (literals(routes) * 4).div_ceil(3).next_power_of_two();
    if slots < 16 { 16 } else { slots }
}

const fn patterns<const N: usize>(routes: &[Route]) -> [u16; N] {
    let (mut patterns, mut found, mut at) = ([EMPTY; N], 0, 0);
    while at < routes.len() && found < N {
        if !routes[at].is_literal() {
            patterns[found] = at as u16;
            found += 1;
        }
        at += 1;
    }
    patterns
}

#[cfg(test)]
impl Index {
    /// The index of a table that is known at run time only; at most 48 of its routes are literal.
    pub(super) fn of(routes: &[Route]) -> Option<Self> {
        use std::{boxed::Box, vec::Vec};
        let patterns = (0..routes.len()).filter(|at| !routes[*at].is_literal());
        let patterns: Vec<u16> = patterns.map(|at| at as u16).collect();
        let table = Box::leak(Box::new(Table::<64, 16>::of(routes)?));
        Some(table.index(patterns.leak()))
    }
}
