//! Token buckets in a table of fixed size: how often each of many may do something.
//!
//! A bucket holds what has been spent, in units of which a request costs as many as the period has
//! milliseconds, and each millisecond gives back as many as requests are allowed in a period. So
//! nothing is ever divided but to tell a refused peer how long to wait, and nothing is rounded.

use core::cell::Cell;

use crate::time::Instant;

/// So many requests in a period, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    /// Requests in a period: the units that a millisecond gives back. Never zero.
    pub(super) count: u32,
    /// The period: the units that a request costs. Never zero.
    pub(super) period_ms: u32,
    /// Requests that may come at once. Never zero.
    pub(super) burst: u32,
}

/// What one peer has spent.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    key: u64,
    spent: u32,
    at: Instant,
}

/// The buckets of at most `N` peers. Where there are more, the one that was quiet for the longest
/// time is forgotten.
pub(super) struct Buckets<const N: usize>([Cell<Bucket>; N]);

impl<const N: usize> Buckets<N> {
    pub(super) const fn new() -> Self {
        Self([const { Cell::new(Bucket { key: 0, spent: 0, at: Instant::ZERO }) }; N])
    }

    /// Takes one request from the bucket of `key`. `Err` holds the milliseconds after which there
    /// will be one.
    #[inline(never)]
    pub(super) fn take(&self, key: u64, now: Instant, rate: Rate) -> Result<(), u32> {
        let mut places = self.0.iter();
        let known = places.find(|place| place.get().key == key);
        // Who asked has spent something, so an unused bucket goes first.
        let age = |place: &&Cell<Bucket>| (place.get().spent > 0, place.get().at);
        let Some(place) = known.or_else(|| self.0.iter().min_by_key(age)) else { return Ok(()) };
        let before = if known.is_some() { place.get() } else { Bucket::default() };
        let gained = now.millis_since(before.at).saturating_mul(rate.count);
        let spent = before.spent.saturating_sub(gained);
        let capacity = rate.burst.saturating_mul(rate.period_ms);
        let missing = spent.saturating_sub(capacity.saturating_sub(rate.period_ms));
        let cost = if missing == 0 { rate.period_ms } else { 0 };
        place.set(Bucket { key, spent: spent.saturating_add(cost), at: now });
        if missing == 0 { Ok(()) } else { Err(missing.div_ceil(rate.count.max(1))) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Buckets, Rate};
    use crate::time::Instant;
    use proptest::prelude::*;
    use std::vec::Vec;

    const fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn one_request_a_minute_means_a_minute() {
        let rate = Rate { count: 1, period_ms: 60_000, burst: 1 };
        let buckets = Buckets::<2>::new();
        assert_eq!(buckets.take(1, at(0), rate), Ok(()));
        assert_eq!(buckets.take(1, at(0), rate), Err(60_000));
        assert_eq!(buckets.take(1, at(59_900), rate), Err(100));
        assert_eq!(buckets.take(1, at(60_100), rate), Ok(()));
        assert_eq!(buckets.take(1, at(120_099), rate), Err(1));
        assert_eq!(buckets.take(1, at(120_100), rate), Ok(()));
    }

    #[test]
    fn a_burst_is_taken_whole_and_comes_back_bit_by_bit() {
        let rate = Rate { count: 100, period_ms: 1_000, burst: 200 };
        let buckets = Buckets::<2>::new();
        for n in 0..200 {
            assert_eq!(buckets.take(1, at(5), rate), Ok(()), "request {n}");
        }
        assert_eq!(buckets.take(1, at(5), rate), Err(10));
        assert_eq!(buckets.take(1, at(14), rate), Err(1));
        assert_eq!(buckets.take(1, at(15), rate), Ok(()));
        assert_eq!(buckets.take(1, at(15), rate), Err(10));
        // Refused requests cost nothing, and a long rest gives no more than the burst.
        let taken = (0..1_000).filter(|_| buckets.take(1, at(1 << 40), rate).is_ok()).count();
        assert_eq!(taken, 200);
    }

    #[test]
    fn peers_do_not_share() {
        let rate = Rate { count: 1, period_ms: 1_000, burst: 1 };
        let buckets = Buckets::<3>::new();
        // A clock may begin at zero, and a key be zero.
        for key in 0..3 {
            assert_eq!(buckets.take(key, at(key), rate), Ok(()));
        }
        for key in 0..3 {
            assert_eq!(buckets.take(key, at(10), rate), Err(990 + u32::try_from(key).unwrap()));
        }
    }

    #[test]
    fn a_full_table_forgets_the_quietest_peer() {
        let rate = Rate { count: 1, period_ms: 60_000, burst: 1 };
        let buckets = Buckets::<2>::new();
        assert!(buckets.take(1, at(10), rate).is_ok());
        assert!(buckets.take(2, at(20), rate).is_ok());
        // Being refused is no quiet.
        assert!(buckets.take(1, at(30), rate).is_err());
        assert!(buckets.take(3, at(40), rate).is_ok());
        assert!(buckets.take(1, at(50), rate).is_err());
        assert!(buckets.take(2, at(60), rate).is_ok());
    }

    #[test]
    fn no_rate_is_too_large_to_limit() {
        let rate = Rate { count: u32::MAX, period_ms: u32::MAX, burst: u32::MAX };
        let buckets = Buckets::<1>::new();
        assert!(buckets.take(1, at(0), rate).is_ok());
        assert!(buckets.take(1, at(0), rate).is_err());
        assert!(Buckets::<0>::new().take(1, at(0), rate).is_ok());
    }

    proptest! {
        /// However requests are spread, in no stretch of time are more let through than the burst
        /// and what the rate gives in that time; and what is refused is let through after exactly
        /// the time that was told.
        #[test]
        fn never_lets_through_more_than_it_says(
            count in 1_u32..20, period_ms in 1_u32..5_000, burst in 1_u32..20,
            waits in proptest::collection::vec(0_u64..2_000, 1..200),
        ) {
            let rate = Rate { count, period_ms, burst };
            let buckets = Buckets::<1>::new();
            let (mut now, mut taken) = (0, Vec::new());
            for wait in waits {
                now += wait;
                match buckets.take(7, at(now), rate) {
                    Ok(()) => taken.push(now),
                    Err(after) => {
                        prop_assert!(after > 0);
                        if after > 1 {
                            now += u64::from(after) - 1;
                            prop_assert!(buckets.take(7, at(now), rate).is_err());
                            now += 1;
                        } else {
                            now += 1;
                        }
                        prop_assert!(buckets.take(7, at(now), rate).is_ok());
                        taken.push(now);
                    }
                }
            }
            for (first, from) in taken.iter().enumerate() {
                for (last, to) in taken.iter().enumerate().skip(first) {
                    let given = (to - from) * u64::from(count) / u64::from(period_ms);
                    prop_assert!((last - first + 1) as u64 <= u64::from(burst) + given);
                }
            }
        }
    }
}
