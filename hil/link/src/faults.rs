//! A line that damages what goes through it, for tests of whatever speaks the link.
//!
//! One direction of a carrier: bytes go in, and come out in order, later, and not as they were. The
//! same seed does the same damage to the same bytes.

use std::collections::VecDeque;
use std::vec::Vec;

/// What a line does to bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Of a million bytes, so many have a bit flipped.
    pub flips_ppm: u32,
    /// Of a million bytes, so many begin a gap of up to 40 that get lost.
    pub losses_ppm: u32,
    /// Of a million bytes, so many are doubled, with up to 40 before them.
    pub doubles_ppm: u32,
    /// Of a million bytes, so many have up to 40 bytes of noise before them.
    pub noise_ppm: u32,
    /// Bytes come out up to so much later.
    pub delay_ms_max: u32,
    /// Of a million bytes, so many stop the line for up to ten times `delay_ms_max`.
    pub stalls_ppm: u32,
}

/// Bytes that are on their way.
#[derive(Clone, Debug)]
pub struct Line {
    /// What is done to bytes that go in from now on.
    pub faults: Faults,
    random: u64,
    /// Bytes, and when they come out: none before the one that went in before it.
    queue: VecDeque<(u64, u8)>,
    /// The last bytes that went in.
    recent: VecDeque<u8>,
    /// How many bytes more are lost.
    losing: u32,
    last: u64,
}

/// The longest gap, echo or noise.
const BURST_BYTES_MAX: u32 = 40;

impl Line {
    /// A line with nothing on it.
    pub fn new(seed: u64, faults: Faults) -> Self {
        let (queue, recent) = (VecDeque::new(), VecDeque::new());
        Self { faults, random: seed, queue, recent, losing: 0, last: 0 }
    }

    /// Puts bytes on the line.
    pub fn put(&mut self, now: u64, bytes: &[u8]) {
        for &byte in bytes {
            if self.happens(self.faults.noise_ppm) {
                for _ in 0..self.below(BURST_BYTES_MAX) {
                    let noise = self.below(256) as u8;
                    self.pass(now, noise);
                }
            }
            if self.happens(self.faults.losses_ppm) {
                self.losing = 1 + self.below(BURST_BYTES_MAX);
            }
            if self.happens(self.faults.stalls_ppm) {
                let stall = u64::from(self.below(10 * self.faults.delay_ms_max + 1));
                self.last = self.last.max(now) + stall;
            }
            let flip = if self.happens(self.faults.flips_ppm) { 1 << self.below(8) } else { 0 };
            self.recent.push_back(byte);
            if self.recent.len() > BURST_BYTES_MAX as usize {
                self.recent.pop_front();
            }
            if self.losing > 0 {
                self.losing -= 1;
                continue;
            }
            self.pass(now, byte ^ flip);
            if self.happens(self.faults.doubles_ppm) {
                let skipped = self.below(self.recent.len() as u32) as usize;
                let again: Vec<u8> = self.recent.iter().skip(skipped).copied().collect();
                again.into_iter().for_each(|byte| self.pass(now, byte));
            }
        }
    }

    /// Takes the bytes that have come out by now.
    pub fn take(&mut self, now: u64) -> Vec<u8> {
        let count = self.queue.iter().take_while(|(due, _)| *due <= now).count();
        self.queue.drain(..count).map(|(_, byte)| byte).collect()
    }

    /// When the next byte comes out.
    pub fn deadline(&self) -> Option<u64> {
        self.queue.front().map(|(due, _)| *due)
    }

    /// Drops what is on its way, as one does who pulls the plug.
    pub fn cut(&mut self) {
        self.queue.clear();
    }

    fn pass(&mut self, now: u64, byte: u8) {
        let delay = u64::from(self.below(self.faults.delay_ms_max + 1));
        self.last = self.last.max(now + delay);
        self.queue.push_back((self.last, byte));
    }

    fn happens(&mut self, ppm: u32) -> bool {
        ppm > 0 && self.below(1_000_000) < ppm
    }

    /// A number below `bound`, or 0: splitmix64.
    fn below(&mut self, bound: u32) -> u32 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u64::from((mixed >> 32) as u32) * u64::from(bound)) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{Faults, Line};
    use std::vec;
    use std::vec::Vec;

    /// What comes out of 20,000 bytes, whenever it does.
    fn through(faults: Faults) -> Vec<u8> {
        let mut line = Line::new(1, faults);
        (0..200).for_each(|now| line.put(now, &[7; 100]));
        line.take(u64::MAX)
    }

    #[test]
    fn a_line_without_faults_changes_nothing_and_takes_no_time() {
        let mut line = Line::new(1, Faults::default());
        line.put(5, b"abc");
        assert_eq!((line.deadline(), line.take(4)), (Some(5), vec![]));
        assert_eq!((line.take(5), line.deadline()), (b"abc".to_vec(), None));
        assert_eq!(through(Faults::default()), vec![7; 20_000]);
    }

    #[test]
    fn each_fault_does_what_it_says() {
        let flipped = through(Faults { flips_ppm: 10_000, ..Faults::default() });
        let count = flipped.iter().filter(|&&byte| byte != 7).count();
        assert!(flipped.len() == 20_000 && (150..250).contains(&count), "{count}");
        let lost = through(Faults { losses_ppm: 1000, ..Faults::default() });
        assert!(lost.len() < 19_900 && lost.iter().all(|&byte| byte == 7));
        let doubled = through(Faults { doubles_ppm: 1000, ..Faults::default() });
        assert!(doubled.len() > 20_100 && doubled.iter().all(|&byte| byte == 7));
        let noisy = through(Faults { noise_ppm: 1000, ..Faults::default() });
        assert!(noisy.len() > 20_100 && noisy.iter().any(|&byte| byte != 7));
    }

    #[test]
    fn delayed_bytes_keep_their_order() {
        let faults = Faults { delay_ms_max: 9, stalls_ppm: 10_000, ..Faults::default() };
        let mut line = Line::new(3, faults);
        let all: Vec<u8> = (0..=255).collect();
        line.put(0, &all);
        assert!(line.take(0).len() < 200);
        let mut rest = Line::new(3, faults);
        rest.put(0, &all);
        assert_eq!(rest.take(u64::MAX), all);
    }
}
