//! The fuzz targets, built with libFuzzer and run one after the other.
//!
//! The stable compiler has what libFuzzer needs for its guidance, under names that promise little.
//! So a planted fault comes first: if that is not found, nothing else that was not found counts.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::step::{read, run, step};
use crate::workspace::Workspace;

/// The targets, and the longest input that each is given: what its limits are reached with.
const TARGETS: [(&str, u32); 15] = [
    ("head", 640),
    ("chunked", 512),
    ("conditions", 320),
    ("connection", 512),
    ("frames", 320),
    ("case", 1500),
    ("link", 256),
    ("path", 128),
    ("query", 128),
    ("cookies", 256),
    ("multipart", 512),
    ("json", 256),
    ("formats", 270),
    ("jwt", 384),
    ("operations", 512),
];

const FLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cdebug-assertions -Coverflow-checks";

/// An input that takes longer is a finding too.
const INPUT_SECONDS_MAX: &str = "-timeout=10";
/// How long the planted fault is looked for; it takes less than one, as a rule.
const PLANTED_SECONDS: u64 = 60;
const PROGRESS: Duration = Duration::from_secs(10);

/// What the gate tries of each target: as much as takes seconds, and the same each time.
const GATE: Effort = Effort { seconds: 6, runs: Some(20_000) };

/// How long, and what.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// For each target.
    minutes: u64,
    targets: Vec<(&'static str, u32)>,
}

/// When a target has been tried enough.
#[derive(Clone, Copy)]
struct Effort {
    seconds: u64,
    /// With a number of them chance begins at the same place each time.
    runs: Option<u64>,
}

impl Options {
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        let (mut minutes, mut targets) = (1, Vec::new());
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            let target = TARGETS.iter().find(|(name, _)| *name == argument);
            match (argument, target) {
                ("--minutes", _) => {
                    let value = arguments.next().and_then(|value| value.parse().ok());
                    let wrong = || Failure::new("--minutes takes a number above 0");
                    minutes = value.filter(|value| *value > 0).ok_or_else(wrong)?;
                }
                (_, Some(target)) => targets.push(*target),
                _ => return Err(Failure::new(format!("no fuzz target: {argument}"))),
            }
        }
        if targets.is_empty() {
            targets.extend(TARGETS);
        }
        Ok(Self { minutes, targets })
    }
}

/// Builds, and runs each target for its minutes on one core.
pub(crate) fn search(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let place = Place::new(workspace)?;
    step("build", || place.build(workspace))?;
    step("planted", || place.find_planted())?;
    let mut summary = Vec::new();
    let effort = Effort { seconds: 60 * options.minutes, runs: None };
    for &(target, bytes_max) in &options.targets {
        step(target, || {
            summary.push(place.run(target, bytes_max, effort)?);
            Ok(())
        })?;
    }
    tell(&summary);
    Ok(())
}

/// A little of every target, in one step.
pub(crate) fn gate(workspace: &Workspace) -> Result<(), Failure> {
    step("fuzz", || {
        let place = Place::new(workspace)?;
        place.build(workspace)?;
        place.find_planted()?;
        let run = |&(target, bytes_max)| place.run(target, bytes_max, GATE);
        let summary: Result<Vec<Found>, Failure> = TARGETS.iter().map(run).collect();
        tell(&summary?);
        Ok(())
    })
}

fn tell(summary: &[Found]) {
    println!("{:<12} {:>12} {:>8} {:>9} {:>8}", "target", "runs", "seconds", "coverage", "inputs");
    for Found { target, runs, seconds, coverage, inputs, .. } in summary {
        println!("{target:<12} {runs:>12} {seconds:>8} {coverage:>9} {inputs:>8}");
    }
}

/// Where everything lies. Paths are relative to the root, so that commands are short.
struct Place {
    root: PathBuf,
    triple: String,
    /// Where the binaries are built, and new inputs are kept for the next time.
    folder: PathBuf,
}

/// What became of a target.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    target: &'static str,
    runs: u64,
    seconds: u64,
    coverage: u64,
    inputs: u64,
    /// Where the input lies that it did not bear.
    finding: Option<String>,
}

impl Place {
    fn new(workspace: &Workspace) -> Result<Self, Failure> {
        let version = read(Command::new("rustc").arg("-vV"))?;
        let triple = version.lines().find_map(|line| line.strip_prefix("host: "));
        let triple = triple.ok_or_else(|| Failure::new("rustc -vV names no host"))?.to_owned();
        let folder = workspace.target.join("fuzz");
        let folder = folder.strip_prefix(&workspace.root).unwrap_or(&folder).to_owned();
        Ok(Self { root: workspace.root.clone(), triple, folder })
    }

    fn build(&self, workspace: &Workspace) -> Result<(), Failure> {
        let seeds = self.folder.join("seeds");
        let arguments = ["run", "--quiet", "-p", "samewire-fuzz", "--example", "seeds", "--"];
        run(workspace.cargo().args(arguments).arg(&seeds))?;
        let mut command = workspace.cargo();
        // With a target named, build scripts are spared the flags.
        command.env("RUSTFLAGS", FLAGS).args(["build", "--release", "--target", &self.triple]);
        command.arg("--target-dir").arg(&self.folder);
        run(command.args(["-p", "samewire-fuzz", "--bins", "--features", "libfuzzer"]))
    }

    fn binary(&self, target: &str) -> PathBuf {
        self.folder.join(&self.triple).join("release").join(target)
    }

    fn find_planted(&self) -> Result<(), Failure> {
        let inputs = self.folder.join("planted");
        let _ = fs::remove_dir_all(self.root.join(&inputs));
        let effort = Effort { seconds: PLANTED_SECONDS, runs: None };
        let found = self.listen("planted", 16, effort, &[&inputs])?;
        let _ = fs::remove_dir_all(self.root.join(&inputs));
        match found.finding {
            Some(_) => {
                println!("the planted fault was found after {} runs", found.runs);
                Ok(())
            }
            None => Err(Failure::new("the planted fault was not found: coverage does not guide")),
        }
    }

    /// Runs one target; a finding is a failure, which says how to see it again.
    fn run(&self, target: &'static str, bytes_max: u32, effort: Effort) -> Result<Found, Failure> {
        // What was found before would make another run of the same number.
        let kept = self.folder.join(if effort.runs.is_some() { "gate" } else { "corpus" });
        let kept = kept.join(target);
        if effort.runs.is_some() {
            let _ = fs::remove_dir_all(self.root.join(&kept));
        }
        let corpus = Path::new("fuzz/corpus").join(target);
        let seeds = self.folder.join("seeds").join(target);
        let found = self.listen(target, bytes_max, effort, &[&kept, &corpus, &seeds])?;
        let Some(input) = &found.finding else { return Ok(found) };
        println!("input:  {input}");
        println!("replay: {} {input}", self.binary(target).display());
        println!("keep:   cp {input} fuzz/corpus/{target}/NAME    (and cargo test replays it)");
        Err(Failure::new(format!("{target} does not bear {input}")))
    }

    /// Runs a binary and tells how it is getting on. New inputs go to the first folder.
    fn listen(
        &self,
        target: &'static str,
        bytes_max: u32,
        effort: Effort,
        folders: &[&PathBuf],
    ) -> Result<Found, Failure> {
        let failure = |error: std::io::Error| Failure::new(format!("{target}: {error}"));
        let findings = self.folder.join("findings");
        fs::create_dir_all(self.root.join(folders[0])).map_err(failure)?;
        fs::create_dir_all(self.root.join(&findings)).map_err(failure)?;
        let mut command = Command::new(self.root.join(self.binary(target)));
        command.current_dir(&self.root).env("RUST_BACKTRACE", "0");
        command.arg(format!("-max_len={bytes_max}"));
        command.arg(format!("-max_total_time={}", effort.seconds));
        if let Some(runs) = effort.runs {
            command.args([format!("-runs={runs}"), "-seed=1".to_owned()]);
        }
        command.args(["-print_final_stats=1", INPUT_SECONDS_MAX]);
        command.arg(format!("-artifact_prefix={}/{target}-", findings.display()));
        let child = command.args(folders).stderr(Stdio::piped()).stdout(Stdio::null()).spawn();
        let mut child = child.map_err(failure)?;
        let mut found = Found { target, ..Found::default() };
        let (start, mut told, mut panicking) = (Instant::now(), Instant::now(), false);
        for line in
            child.stderr.take().into_iter().flat_map(|pipe| BufReader::new(pipe).split(b'\n'))
        {
            let line = String::from_utf8_lossy(&line.map_err(failure)?).into_owned();
            found.note(&line);
            // What went wrong stands between these.
            panicking |= line.contains("panicked at") || line.contains("ERROR: libFuzzer");
            panicking &= !line.starts_with("note: ") && !line.starts_with("SUMMARY");
            if panicking && target != "planted" {
                println!("{line}");
            }
            found.seconds = start.elapsed().as_secs();
            if told.elapsed() >= PROGRESS {
                told = Instant::now();
                println!("{found}");
            }
        }
        let status = child.wait().map_err(failure)?;
        if !status.success() && found.finding.is_none() {
            return Err(Failure::new(format!("{target} ended with {status}, and left no input")));
        }
        Ok(found)
    }
}

impl Found {
    /// Takes what a line of libFuzzer tells: `#2048 NEW cov: 12 ft: 34 corp: 5/67b …`, a number of
    /// its final statistics, or where it left an input.
    fn note(&mut self, line: &str) {
        if let Some((_, path)) = line.split_once("Test unit written to ") {
            self.finding = Some(path.trim().to_owned());
        }
        if let Some(runs) = line.strip_prefix("stat::number_of_executed_units:") {
            self.runs = runs.trim().parse().unwrap_or(self.runs);
        }
        let Some(status) = line.strip_prefix('#') else { return };
        let words: Vec<&str> = status.split_whitespace().collect();
        self.runs = words.first().and_then(|runs| runs.parse().ok()).unwrap_or(self.runs);
        let number = |name: &str| {
            let at = words.iter().position(|word| *word == name)?;
            words.get(at + 1)?.split('/').next()?.parse().ok()
        };
        self.coverage = number("cov:").unwrap_or(self.coverage);
        self.inputs = number("corp:").unwrap_or(self.inputs);
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { target, runs, seconds, coverage, inputs, .. } = self;
        let speed = runs / (*seconds).max(1);
        write!(out, "{target} {seconds} s: {runs} runs, {speed} each second, ")?;
        write!(out, "coverage {coverage}, {inputs} inputs")
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, Options, TARGETS};

    #[test]
    fn options_name_targets_and_minutes() {
        let parse = |arguments: &[&str]| Options::parse(arguments).ok();
        let all = |minutes| Some(Options { minutes, targets: TARGETS.to_vec() });
        assert_eq!(parse(&[]), all(1));
        assert_eq!(parse(&["--minutes", "20"]), all(20));
        let two = vec![("frames", 320), ("head", 640)];
        assert_eq!(parse(&["frames", "head"]), Some(Options { minutes: 1, targets: two }));
        for wrong in [&["--minutes"][..], &["--minutes", "0"], &["--minutes", "x"], &["planted"]] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn reads_what_libfuzzer_tells() {
        let mut found = Found::default();
        for line in [
            "INFO: Seed: 17",
            "#2048\tNEW    cov: 12 ft: 34 corp: 5/67b lim: 4 exec/s: 0 rss: 29Mb L: 4/4 MS: 1 X-",
            "#4096\tDONE   cov: 13 ft: 40 corp: 6/1Kb lim: 4 exec/s: 0 rss: 29Mb",
            "stat::number_of_executed_units: 5000",
            "artifact_prefix='a/'; Test unit written to a/crash-01",
        ] {
            found.note(line);
        }
        let finding = Some("a/crash-01".to_owned());
        let expected = Found { runs: 5000, coverage: 13, inputs: 6, finding, ..Found::default() };
        assert_eq!(found, expected);
    }
}
