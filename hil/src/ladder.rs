//! How a board that hangs is brought back: from the gentlest means to the last, and which one helped.

use std::fmt;
use std::time::{Duration, Instant};

use crate::trouble::{Class, Trouble};

/// A board that hangs is recovered or reported within this time. No rung is begun behind it.
pub const CLIMB_MAX: Duration = Duration::from_secs(60);

/// The means, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// A new session of the link: the firmware drops what it was at.
    Link,
    /// The debug probe resets the chip.
    Probe,
    /// The USB device is reset, and comes back as if it were plugged in again.
    Reenumerate,
    /// The row's command takes the power away, and gives it back.
    Power,
}

impl Rung {
    const ALL: [Self; 4] = [Self::Link, Self::Probe, Self::Reenumerate, Self::Power];

    /// As in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Probe => "probe reset",
            Self::Reenumerate => "re-enumerate",
            Self::Power => "power",
        }
    }
}

/// What came of a rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The board answers.
    Helped,
    /// It was done, or tried, and the board does not answer.
    DidNot(Trouble),
    /// This board has no such means, and why.
    Missing(String),
}

/// What was done for a board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Climb {
    /// The rungs that were taken, in order, and how long each took.
    pub steps: Vec<(Rung, Outcome, Duration)>,
}

/// Who does what a rung says.
pub(crate) trait Hands {
    /// Does it. `Ok(None)` is done; `Ok(Some(why))` cannot be done with this board.
    fn act(&mut self, rung: Rung) -> Result<Option<String>, Trouble>;
    /// Whether the board answers, behind this rung.
    fn is_alive(&mut self, rung: Rung) -> Result<(), Trouble>;
}

impl Climb {
    /// Climbs until the board answers, or there is no rung left, or no time.
    pub(crate) fn up(hands: &mut dyn Hands) -> Self {
        Self::within(CLIMB_MAX, hands)
    }

    fn within(most: Duration, hands: &mut dyn Hands) -> Self {
        let began = Instant::now();
        let mut climb = Self::default();
        for rung in Rung::ALL {
            let rung_began = Instant::now();
            let outcome = if began.elapsed() >= most {
                let remedy = "take its power away by hand, and give it back";
                Outcome::DidNot(Trouble::new(Class::TimeOut, "no time is left for it", remedy))
            } else {
                match hands.act(rung) {
                    Ok(None) => match hands.is_alive(rung) {
                        Ok(()) => Outcome::Helped,
                        Err(trouble) => Outcome::DidNot(trouble),
                    },
                    Ok(Some(why)) => Outcome::Missing(why),
                    Err(trouble) => Outcome::DidNot(trouble),
                }
            };
            let helped = outcome == Outcome::Helped;
            climb.steps.push((rung, outcome, rung_began.elapsed()));
            if helped {
                break;
            }
        }
        climb
    }

    /// The rung that helped.
    pub fn helped(&self) -> Option<Rung> {
        let helped = |(rung, outcome, _): &(Rung, Outcome, _)| {
            (*outcome == Outcome::Helped).then_some(*rung)
        };
        self.steps.iter().find_map(helped)
    }
}

impl fmt::Display for Climb {
    /// One line for each rung.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (rung, outcome, took)) in self.steps.iter().enumerate() {
            if number > 0 {
                out.write_str("\n")?;
            }
            write!(out, "{:<13}", rung.name())?;
            match outcome {
                Outcome::Helped => write!(out, "helped after {:.1} s", took.as_secs_f32())?,
                Outcome::DidNot(why) => {
                    write!(out, "did not help in {:.1} s: {}", took.as_secs_f32(), why.what)?;
                }
                Outcome::Missing(why) => write!(out, "is not there: {why}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{CLIMB_MAX, Climb, Hands, Rung};
    use crate::trouble::{Class, Trouble};
    use std::time::Duration;

    /// A board that only this rung brings back, without the rungs that it lacks.
    struct Stuck {
        until: Option<Rung>,
        lacks: &'static [Rung],
        done: Vec<Rung>,
    }

    impl Hands for Stuck {
        fn act(&mut self, rung: Rung) -> Result<Option<String>, Trouble> {
            if self.lacks.contains(&rung) {
                return Ok(Some("boards.toml names none".to_owned()));
            }
            self.done.push(rung);
            Ok(None)
        }

        fn is_alive(&mut self, rung: Rung) -> Result<(), Trouble> {
            if Some(rung) == self.until {
                return Ok(());
            }
            Err(Trouble::new(Class::Link, "nothing comes", ""))
        }
    }

    fn climb(until: Option<Rung>, lacks: &'static [Rung], most: Duration) -> (Climb, Vec<Rung>) {
        let mut stuck = Stuck { until, lacks, done: Vec::new() };
        (Climb::within(most, &mut stuck), stuck.done)
    }

    #[test]
    fn the_gentlest_rung_that_helps_is_the_last() {
        for (place, rung) in Rung::ALL.into_iter().enumerate() {
            let (climb, done) = climb(Some(rung), &[], CLIMB_MAX);
            assert_eq!((climb.helped(), &done[..]), (Some(rung), &Rung::ALL[..=place]));
        }
    }

    #[test]
    fn what_is_missing_and_what_did_not_help_is_reported() {
        let (climb, done) = climb(None, &[Rung::Probe, Rung::Power], CLIMB_MAX);
        assert_eq!((climb.helped(), done), (None, vec![Rung::Link, Rung::Reenumerate]));
        let lines = "link         did not help in 0.0 s: nothing comes\n\
                     probe reset  is not there: boards.toml names none\n\
                     re-enumerate did not help in 0.0 s: nothing comes\n\
                     power        is not there: boards.toml names none";
        assert_eq!(climb.to_string(), lines);
    }

    #[test]
    fn no_rung_is_begun_when_time_is_up() {
        let (climb, done) = climb(None, &[], Duration::ZERO);
        assert!(done.is_empty() && climb.helped().is_none());
        assert!(climb.to_string().contains("no time is left"), "{climb}");
    }
}
