//! How often something was tried again, and why: a retry is never silent.

use std::collections::BTreeMap;
use std::fmt;

use crate::trouble::{Class, Trouble};

/// How often one thing is tried at most.
const TRIES_MAX: u32 = 3;

/// The retries of one piece of work, by the class of trouble that called for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<Class, u32>,
    troubles: Vec<Trouble>,
}

impl Tally {
    /// Does something until it is done, at most three times. Trouble that does not pass by itself
    /// ends it at once, and so does a second time-out: what has hung twice for long hangs.
    ///
    /// # Errors
    ///
    /// The last trouble, which says how often it was tried if that was more than once.
    pub fn attempt<T>(
        &mut self,
        mut act: impl FnMut() -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let (mut has_hung, mut tries) = (false, 1);
        loop {
            let trouble = match act() {
                Err(trouble) => trouble,
                done => return done,
            };
            let is_hung = trouble.class == Class::TimeOut;
            if !trouble.class.may_pass() || tries == TRIES_MAX || is_hung && has_hung {
                return Err(tried(trouble, tries));
            }
            has_hung |= is_hung;
            tries += 1;
            self.count(trouble);
        }
    }

    /// Counts a retry for this reason.
    pub fn count(&mut self, trouble: Trouble) {
        *self.counts.entry(trouble.class).or_default() += 1;
        self.troubles.push(trouble);
    }

    /// How often something was tried again for trouble of this class.
    pub fn retries(&self, class: Class) -> u32 {
        self.counts.get(&class).copied().unwrap_or_default()
    }

    /// What was in the way each time, in order.
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }
}

fn tried(trouble: Trouble, tries: u32) -> Trouble {
    if tries == 1 {
        return trouble;
    }
    let what = format!("{} (tried {tries} times)", trouble.what);
    Trouble { what, ..trouble }
}

impl fmt::Display for Tally {
    /// As in `3 retries: 1 flash, 2 time-out`, or `no retries`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.counts.values().sum::<u32>() {
            0 => return out.write_str("no retries"),
            1 => out.write_str("1 retry: ")?,
            count => write!(out, "{count} retries: ")?,
        }
        let counts = self.counts.iter().map(|(class, count)| format!("{count} {}", class.name()));
        out.write_str(&counts.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{TRIES_MAX, Tally};
    use crate::trouble::{Class, Trouble};

    fn trouble(class: Class) -> Trouble {
        Trouble::new(class, "", "")
    }

    #[test]
    fn what_passes_is_counted_and_what_does_not_ends_it() {
        let mut tally = Tally::default();
        assert_eq!(tally.to_string(), "no retries");
        let mut left = vec![Ok(5), Err(trouble(Class::TimeOut)), Err(trouble(Class::Flash))];
        assert_eq!(tally.attempt(|| left.pop().unwrap()), Ok(5));
        assert_eq!((tally.retries(Class::Flash), tally.retries(Class::TimeOut)), (1, 1));
        assert_eq!(tally.to_string(), "2 retries: 1 flash, 1 time-out");
        let mut calls = 0;
        let end: Result<(), _> = tally.attempt(|| {
            calls += 1;
            Err(trouble(Class::WrongChip))
        });
        let end = end.unwrap_err();
        assert_eq!((end.class, end.what.as_str(), calls), (Class::WrongChip, "", 1));
        assert_eq!(tally.troubles().len(), 2);
    }

    #[test]
    fn what_does_not_pass_in_three_tries_is_given_up() {
        let (mut tally, mut calls) = (Tally::default(), 0);
        let end: Result<(), _> = tally.attempt(|| {
            calls += 1;
            Err(trouble(Class::Attach))
        });
        let end = end.unwrap_err();
        assert_eq!((end.class, calls), (Class::Attach, TRIES_MAX));
        assert_eq!(end.what, " (tried 3 times)");
        assert_eq!(tally.to_string(), "2 retries: 2 attach");
    }

    #[test]
    fn what_hangs_is_tried_once_more() {
        let (mut tally, mut calls) = (Tally::default(), 0);
        let end: Result<(), _> = tally.attempt(|| {
            calls += 1;
            Err(trouble(Class::TimeOut))
        });
        let end = end.unwrap_err();
        assert_eq!((end.class, end.what.as_str(), calls), (Class::TimeOut, " (tried 2 times)", 2));
        assert_eq!(tally.to_string(), "1 retry: 1 time-out");
    }
}
