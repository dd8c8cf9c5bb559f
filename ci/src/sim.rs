//! Seeds of the faulty world: in the gate enough to notice what broke, and as many as one likes.

use crate::failure::Failure;
use crate::step::{run, step};
use crate::workspace::Workspace;

/// Seeds of the gate: seconds.
const SEEDS: u32 = 2000;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    seeds: u32,
}

impl Options {
    /// Those of the gate.
    pub(crate) const fn gate() -> Self {
        Self { seeds: SEEDS }
    }

    pub(crate) fn parse(words: &[&str]) -> Result<Self, Failure> {
        match words {
            [] => Ok(Self::gate()),
            ["--seeds", seeds] => match seeds.parse() {
                Ok(seeds @ 1..) => Ok(Self { seeds }),
                _ => Err(Failure::new(format!("`{seeds}` is no number of seeds"))),
            },
            other => Err(Failure::new(format!("unknown: {}; see cargo ci help", other.join(" ")))),
        }
    }
}

/// Runs them, then the simulator's own figures, and the cases behind its network.
pub(crate) fn check(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let samewire = |arguments: &[&str]| {
        run(workspace.cargo().args(["run", "--release", "--"]).args(arguments))
    };
    step("sim", || {
        samewire(&["sim", "--seeds", &options.seeds.to_string()])?;
        samewire(&["sim", "--figures"])?;
        samewire(&["check", "--target", "sim"])
    })
}

#[cfg(test)]
mod tests {
    use super::{Options, SEEDS};

    #[test]
    fn a_number_of_seeds_can_be_said() {
        assert_eq!(Options::parse(&[]).ok(), Some(Options { seeds: SEEDS }));
        assert_eq!(Options::parse(&["--seeds", "7"]).ok(), Some(Options { seeds: 7 }));
        for words in [&["--seeds"][..], &["--seeds", "0"], &["--seeds", "x"], &["7"]] {
            assert!(Options::parse(words).is_err(), "{words:?}");
        }
    }
}
