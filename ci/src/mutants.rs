//! Faults put in one by one by `cargo mutants`: the unit tests or the replay on `core` must notice.
//!
//! The unit tests take seconds and go first; what they let live meets the cases, which take a
//! minute. `.cargo/mutants*.toml` say what is changed and how it is built.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::failure::Failure;
use crate::step::step;
use crate::workspace::Workspace;

/// Of those that build, how many of a hundred must be noticed.
const KILLED_PERCENT_MIN: usize = 90;

/// What `cargo mutants` ends with when all were judged, whatever the verdict: all noticed, some
/// missed, some that ran out of time.
const JUDGED: [i32; 3] = [0, 2, 3];

const REPLAY: [&str; 3] = ["--iterate", "--config", ".cargo/mutants-replay.toml"];

/// How many at a time, and which.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    jobs: u64,
    /// Only those with one of these in their name; all without.
    names: Vec<String>,
}

impl Options {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        let mut options = Self { jobs: 1, names: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            if argument == "--jobs" {
                let value = arguments.next().and_then(|value| value.parse().ok());
                let wrong = || Failure::new("--jobs takes a number above 0");
                options.jobs = value.filter(|value| *value > 0).ok_or_else(wrong)?;
            } else {
                options.names.push(argument.to_owned());
            }
        }
        Ok(options)
    }
}

/// Minutes to hours. Fails if fewer are noticed than must be.
pub(crate) fn hunt(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let outcomes = workspace.target.join("mutants.out").join("outcomes.json");
    let mut found = Found::default();
    step("unit tests", || mutate(workspace, options, &[]))?;
    found.add(Fate::UnitTests, &read(&outcomes)?)?;
    if found.count(|fate| fate == Fate::Missed) > 0 {
        step("replay", || mutate(workspace, options, &REPLAY))?;
        found.add(Fate::Replay, &read(&outcomes)?)?;
    }
    print!("{}", found.table());
    found.judge()
}

fn mutate(workspace: &Workspace, options: &Options, pass: &[&str]) -> Result<(), Failure> {
    let mut command = workspace.cargo();
    // Each copy of the tree builds in a folder of its own.
    command.env_remove("CARGO_TARGET_DIR").arg("mutants").args(pass);
    command.args(["--jobs", &options.jobs.to_string()]).arg("--output").arg(&workspace.target);
    command.args(options.names.iter().flat_map(|name| ["--re", name]));
    let status = command.status().map_err(|error| Failure::new(format!("cargo: {error}")))?;
    if status.code().is_some_and(|code| JUDGED.contains(&code)) {
        return Ok(());
    }
    Err(Failure::new("cargo mutants (cargo install --locked cargo-mutants brings it)"))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Unviable,
    UnitTests,
    Replay,
    TimedOut,
    Missed,
}

/// The fate of each mutant, by its file and its name.
#[derive(Debug, Default)]
struct Found(BTreeMap<(String, String), Fate>);

#[derive(Deserialize)]
struct Outcomes {
    outcomes: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    scenario: Scenario,
    summary: String,
}

#[derive(Deserialize)]
enum Scenario {
    Baseline,
    Mutant { name: String, file: String },
}

impl Found {
    /// What `cargo mutants` wrote about a pass in which `killer` was asked.
    fn add(&mut self, killer: Fate, json: &str) -> Result<(), Failure> {
        let pass: Outcomes = serde_json::from_str(json)
            .map_err(|error| Failure::new(format!("outcomes.json: {error}")))?;
        for Outcome { scenario, summary } in pass.outcomes {
            let Scenario::Mutant { name, file } = scenario else { continue };
            let fate = match summary.as_str() {
                "CaughtMutant" => killer,
                "Unviable" => Fate::Unviable,
                "Timeout" => Fate::TimedOut,
                _ => Fate::Missed,
            };
            let known = self.0.entry((file, name)).or_insert(fate);
            if *known == Fate::Missed {
                *known = fate;
            }
        }
        Ok(())
    }

    fn count(&self, is_wanted: impl Fn(Fate) -> bool) -> usize {
        self.0.values().filter(|fate| is_wanted(**fate)).count()
    }

    /// A row for each file and one for all, as docs/quality.md has them, and the names of those
    /// that live.
    fn table(&self) -> String {
        let mut rows: BTreeMap<&str, [usize; 6]> = BTreeMap::new();
        for ((file, _), fate) in &self.0 {
            let file = file.trim_start_matches("server-core/src/").trim_end_matches(".rs");
            for row in [file, "~"] {
                let row = rows.entry(row).or_default();
                for (at, number) in row.iter_mut().enumerate() {
                    *number += usize::from(at == 0 || at == *fate as usize + 1);
                }
            }
        }
        let mut text = String::from(
            "| module | mutants | unviable | unit tests | replay | timed out | missed |\n\
             | --- | --: | --: | --: | --: | --: | --: |\n",
        );
        for (name, numbers) in rows {
            let name = if name == "~" { "all".to_owned() } else { format!("`{name}`") };
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            text.push_str(&format!("| {name} | {} |\n", numbers.join(" | ")));
        }
        for ((_, name), _) in self.0.iter().filter(|(_, fate)| **fate == Fate::Missed) {
            text.push_str(&format!("missed {name}\n"));
        }
        text
    }

    fn judge(&self) -> Result<(), Failure> {
        let viable = self.count(|fate| fate != Fate::Unviable);
        let killed = viable - self.count(|fate| fate == Fate::Missed);
        println!("{killed} of {viable} noticed");
        if viable == 0 || killed * 100 < viable * KILLED_PERCENT_MIN {
            return Err(Failure::new(format!("mutants: fewer than {KILLED_PERCENT_MIN} %")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Fate, Found, Options};

    /// A pass over mutants of `a.rs` with these names and summaries, behind a baseline.
    fn pass(mutants: &[(&str, &str)]) -> String {
        let mutants: String = mutants
            .iter()
            .map(|(name, summary)| {
                format!(
                    r#",{{"scenario":{{"Mutant":{{"name":"{name}","file":"server-core/src/ws/a.rs",
                    "genre":"FnValue"}}}},"summary":"{summary}"}}"#
                )
            })
            .collect();
        format!(r#"{{"outcomes":[{{"scenario":"Baseline","summary":"Success"}}{mutants}]}}"#)
    }

    #[test]
    fn the_second_pass_judges_what_the_first_let_live() {
        let mut found = Found::default();
        let first = [
            ("1", "CaughtMutant"),
            ("2", "Unviable"),
            ("3", "Timeout"),
            ("4", "MissedMutant"),
            ("5", "MissedMutant"),
        ];
        found.add(Fate::UnitTests, &pass(&first)).unwrap();
        let second = [("3", "MissedMutant"), ("4", "CaughtMutant"), ("5", "MissedMutant")];
        found.add(Fate::Replay, &pass(&second)).unwrap();
        let text = found.table();
        assert!(text.contains("\n| `ws/a` | 5 | 1 | 1 | 1 | 1 | 1 |\n| all | 5 | "), "{text}");
        assert!(text.ends_with("\nmissed 5\n"), "{text}");
    }

    #[test]
    fn fails_below_the_share_that_must_be_noticed() {
        let verdict = |missed: usize| {
            let names: Vec<String> = (0..20).map(|name| name.to_string()).collect();
            let fate = |at| if at < missed { "MissedMutant" } else { "CaughtMutant" };
            let table: Vec<_> = names.iter().enumerate().map(|(at, n)| (&**n, fate(at))).collect();
            let mut found = Found::default();
            found.add(Fate::UnitTests, &pass(&table)).unwrap();
            found.judge().is_ok()
        };
        assert_eq!([0, 2, 3, 20].map(verdict), [true, true, false, false]);
        assert!(Found::default().judge().is_err());
    }

    #[test]
    fn options_are_jobs_and_names() {
        let options = Options::parse(&["ws/utf8", "--jobs", "2"]).unwrap();
        assert_eq!(options, Options { jobs: 2, names: vec!["ws/utf8".to_owned()] });
        for wrong in [&["--jobs"][..], &["--jobs", "0"], &["--jobs", "x"]] {
            assert!(Options::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
