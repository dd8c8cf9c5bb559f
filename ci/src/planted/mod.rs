//! Faults that people make, put into a copy of the tree one at a time: the simulator must find each
//! within its seeds, by the oracle that is there for it.

mod bug;
mod tree;

use std::fmt;
use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::step::{run, step};
use crate::workspace::Workspace;
use bug::Bug;
use tree::Tree;

pub(crate) use bug::PAGE;

/// A run that takes longer than this hangs, which is no way to find anything.
const RUN_MAX: Duration = Duration::from_secs(300);
const PACKAGE: &str = "samewire-conformance";
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How a run says that it found something; then comes the seed, and the oracle in the next line.
const FAILED: &str = "FAIL samewire sim --seed ";

/// Which faults, and with which eyes shut.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Oracles that are switched off.
    without: Vec<String>,
    /// Only faults with one of these in their name; all without.
    names: Vec<String>,
}

impl Options {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            if argument == "--without" {
                let wrong = || Failure::new("--without takes the name of an oracle");
                options.without.push((*arguments.next().ok_or_else(wrong)?).to_owned());
            } else {
                options.names.push(argument.to_owned());
            }
        }
        Ok(options)
    }

    fn wants(&self, bug: &Bug) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| bug.name.contains(name.as_str()))
    }
}

/// What became of a fault.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// By an oracle, at this seed.
    Found {
        oracle: String,
        seed: u64,
    },
    Survived,
}

/// Tries each fault: some ten minutes on two cores. Fails if one survives, or is found by none of
/// the oracles that are there for it.
pub(crate) fn hunt(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let bugs = bug::read(&workspace.text(PAGE)?)?;
    let tree = Tree::copy(workspace)?;
    let samewire = Samewire { workspace, tree: &tree };
    step("without a fault", || match samewire.run(1_000, &[])? {
        Fate::Survived => Ok(()),
        Fate::Found { oracle, seed } => {
            Err(Failure::new(format!("`{oracle}` fails at seed {seed}, and nothing is planted")))
        }
    })?;
    let mut rows = Vec::new();
    for bug in bugs.iter().filter(|bug| options.wants(bug)) {
        step(&bug.name, || {
            let text = bug.put_into(&workspace.text(&bug.file)?).map_err(Failure::new)?;
            let (fate, took) = tree.with(&bug.file, &text, || {
                samewire.build()?;
                let start = Instant::now();
                Ok((samewire.run(bug.seeds, &options.without)?, start.elapsed()))
            })?;
            let row = Row { bug, fate, took };
            println!("{row}");
            rows.push(row);
            Ok(())
        })?;
    }
    println!("| fault | found by | at seed | seconds |\n| --- | --- | --: | --: |");
    rows.iter().for_each(|row| println!("{row}"));
    judge(&rows)
}

/// That each entry still applies: what `cargo ci tidy` asks, in no time.
pub(crate) fn stale(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let bugs = bug::read(&workspace.text(PAGE)?)?;
    let wrong = |bug: &Bug| {
        let put = workspace.text(&bug.file).map_err(|failure| failure.to_string());
        put.and_then(|text| bug.put_into(&text)).err().map(|why| format!("{}: {why}", bug.name))
    };
    Ok(bugs.iter().filter_map(wrong).collect())
}

/// The command line of the copy.
struct Samewire<'t> {
    workspace: &'t Workspace,
    tree: &'t Tree,
}

impl Samewire<'_> {
    fn cargo(&self) -> Command {
        let mut command = self.workspace.cargo();
        command.current_dir(self.tree.root());
        command.env("CARGO_TARGET_DIR", self.workspace.target.join("planted"));
        // It is built for each fault, and runs for seconds.
        command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_INCREMENTAL", "1");
        command.env("CARGO_PROFILE_RELEASE_DEBUG", "0");
        command
    }

    fn build(&self) -> Result<(), Failure> {
        let mut cargo = self.cargo();
        run(cargo.args(["build", "--quiet", "--release", "-p", PACKAGE]))
    }

    fn run(&self, seeds: u64, without: &[String]) -> Result<Fate, Failure> {
        self.build()?;
        let folder = self.workspace.target.join("planted");
        let failure = |error: std::io::Error| Failure::new(format!("samewire sim: {error}"));
        let said = folder.join("said.txt");
        let program = folder.join("release").join("samewire");
        let mut command = Command::new(program.with_extension(std::env::consts::EXE_EXTENSION));
        command.args(["sim", "--whole", "--seeds", &seeds.to_string()]);
        command.args(without.iter().flat_map(|oracle| ["--without", oracle]));
        command.stdout(File::create(&said).map_err(failure)?).stderr(Stdio::null());
        let mut child = command.spawn().map_err(failure)?;
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().map_err(failure)? {
                break status;
            }
            if start.elapsed() > RUN_MAX {
                child.kill().and_then(|()| child.wait()).map_err(failure)?;
                return Err(Failure::new("samewire sim does not end"));
            }
            std::thread::sleep(LOOK_EVERY);
        };
        let said = std::fs::read_to_string(&said).map_err(failure)?;
        match status.code() {
            Some(0) => Ok(Fate::Survived),
            Some(1) => found(&said).ok_or_else(|| Failure::new(format!("what is this? {said}"))),
            _ => Err(Failure::new(format!("samewire sim ended with {status}: {said}"))),
        }
    }
}

/// Seed and oracle of the first failure that a run tells.
fn found(said: &str) -> Option<Fate> {
    let mut lines = said.lines();
    let seed = lines.find_map(|line| line.strip_prefix(FAILED))?.parse().ok()?;
    let (oracle, _) = lines.next()?.trim().split_once(':')?;
    Some(Fate::Found { oracle: oracle.to_owned(), seed })
}

/// A row of the table.
struct Row<'b> {
    bug: &'b Bug,
    fate: Fate,
    took: Duration,
}

impl Row<'_> {
    fn is_expected(&self) -> bool {
        matches!(&self.fate, Fate::Found { oracle, .. } if self.bug.oracles.contains(oracle))
    }
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, seconds) = (&self.bug.name, self.took.as_secs_f32());
        match &self.fate {
            Fate::Found { oracle, seed } => {
                write!(out, "| {name} | `{oracle}` | {seed} | {seconds:.1} |")
            }
            Fate::Survived => {
                write!(out, "| {name} | nobody, in {} seeds | | {seconds:.1} |", self.bug.seeds)
            }
        }
    }
}

fn judge(rows: &[Row<'_>]) -> Result<(), Failure> {
    let survived = rows.iter().filter(|row| row.fate == Fate::Survived).count();
    println!("{} of {} found", rows.len() - survived, rows.len());
    match rows.iter().find(|row| !row.is_expected()) {
        None if rows.is_empty() => Err(Failure::new("no fault has such a name")),
        None => Ok(()),
        Some(Row { bug, fate: Fate::Survived, .. }) => {
            Err(Failure::new(format!("`{}` survived {} seeds", bug.name, bug.seeds)))
        }
        Some(Row { bug, fate: Fate::Found { oracle, .. }, .. }) => Err(Failure::new(format!(
            "`{}` was found by `{oracle}` and not by {}",
            bug.name,
            bug.oracles.join(" or ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fate, Options, found};

    #[test]
    fn the_first_failure_says_who_found_it_and_where() {
        let said = "FAIL samewire sim --seed 12\n  answers: connection 1: 200 is due\n\nplaces 2\n";
        let fate = Fate::Found { oracle: "answers".to_owned(), seed: 12 };
        assert_eq!(found(said), Some(fate));
        assert_eq!(found("2000 seeds passed\n"), None);
    }

    #[test]
    fn options_are_names_and_oracles() {
        let options = Options::parse(&["chunk", "--without", "answers", "pong"]).unwrap();
        let expected = Options {
            without: vec!["answers".to_owned()],
            names: vec!["chunk".to_owned(), "pong".to_owned()],
        };
        assert_eq!(options, expected);
        let failure = Options::parse(&["--without"]).unwrap_err().to_string();
        assert_eq!(failure, "--without takes the name of an oracle");
    }
}
