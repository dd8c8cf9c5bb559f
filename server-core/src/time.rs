//! Points in time, as the driver tells them. The core never asks a clock; every `now` is an
//! argument, so a test, a simulator and a board without a wall clock drive the same code.

use core::time::Duration;

/// A point on the driver's monotonic clock, in milliseconds since an origin of its choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The origin of the driver's clock.
    pub const ZERO: Self = Self(0);

    /// A point `millis` milliseconds after the origin.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the origin.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This point, `millis` milliseconds later; the end of time if that overflows.
    pub const fn after_millis(self, millis: u32) -> Self {
        Self(self.0.saturating_add(millis as u64))
    }

    /// Milliseconds from `earlier` to this point, zero if `earlier` is later, at most `u32::MAX`.
    pub fn millis_since(self, earlier: Self) -> u32 {
        u32::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(u32::MAX)
    }

    /// Time from `earlier` to this point, zero if `earlier` is later.
    pub const fn duration_since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Instant;

    #[test]
    fn differences_saturate() {
        let (early, late) = (Instant::from_millis(5), Instant::from_millis(5 + (1 << 40)));
        assert_eq!(late.millis_since(early), u32::MAX);
        assert_eq!(early.millis_since(late), 0);
        assert_eq!(early.after_millis(7), Instant::from_millis(12));
        assert_eq!(Instant::from_millis(u64::MAX).after_millis(1), Instant::from_millis(u64::MAX));
    }
}
