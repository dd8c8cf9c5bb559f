//! When what was sent is sent again: later each time, and not for ever.

/// What waits for the peer's answer.
#[derive(Debug)]
pub(crate) struct Timer {
    /// When it rings, if anything waits.
    at: Option<u64>,
    /// How often it has rung since the peer was heard.
    retries: u8,
}

impl Timer {
    /// Nothing waits.
    pub(crate) const IDLE: Self = Self { at: None, retries: 0 };

    /// When it rings.
    pub(crate) fn deadline(&self) -> Option<u64> {
        self.at
    }

    /// Something was sent now: it waits so long, and after each time in vain twice that, up to eight
    /// times.
    pub(crate) fn start(&mut self, now: u64, millis: u32) {
        self.at = Some(now.saturating_add(u64::from(millis) << self.retries.min(3)));
    }

    /// The same, if nothing waits yet.
    pub(crate) fn start_if_idle(&mut self, now: u64, millis: u32) {
        if self.at.is_none() {
            self.start(now, millis);
        }
    }

    /// Nothing waits any more.
    pub(crate) fn stop(&mut self) {
        self.at = None;
    }

    /// The peer was heard, and nothing waits any more.
    pub(crate) fn reset(&mut self) {
        (self.at, self.retries) = (None, 0);
    }

    /// Whether it rings now.
    pub(crate) fn rings(&mut self, now: u64) -> bool {
        if self.at.is_none_or(|at| now < at) {
            return false;
        }
        self.at = None;
        self.retries = self.retries.saturating_add(1);
        true
    }

    /// How often it has rung since the peer was heard.
    pub(crate) fn retries(&self) -> u8 {
        self.retries
    }
}

#[cfg(test)]
mod tests {
    use super::Timer;

    #[test]
    fn rings_later_each_time_up_to_eight_times() {
        let mut timer = Timer::IDLE;
        assert!(!timer.rings(u64::MAX));
        for (ring, after) in (1..).zip([10, 20, 40, 80, 80]) {
            timer.start(1000, 10);
            timer.start_if_idle(2000, 10);
            assert_eq!(timer.deadline(), Some(1000 + after));
            assert!(!timer.rings(1000 + after - 1));
            assert!(timer.rings(1000 + after));
            assert_eq!(timer.retries(), ring);
            assert_eq!(timer.deadline(), None);
        }
        timer.reset();
        timer.start(1000, 10);
        assert_eq!(timer.deadline(), Some(1010));
        timer.start(u64::MAX, 10);
        assert_eq!(timer.deadline(), Some(u64::MAX));
    }
}
