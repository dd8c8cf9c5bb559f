//! Which lines of the core its own tests and the replay of the fixtures run, by the compiler's own
//! counters and LLVM's tools. What is built for tests only is no code here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::Failure;
use crate::step::{read, run, step};
use crate::workspace::Workspace;

/// The folder whose lines count.
const SOURCES: &str = "server-core/src";
/// Lines that must have run, of a hundred.
const PERCENT_MIN: u64 = 95;
/// Its unit tests and the tests beside it, not the examples in its documentation. Optimized, since
/// to count is slow.
const TESTS: [&str; 6] = ["test", "--release", "-p", "samewire", "--lib", "--tests"];
/// What replays the fixtures.
const REPLAY: [&str; 5] = ["--release", "-p", "samewire-conformance", "--bin", "samewire"];

/// Runs tests and fixtures, tells which lines they ran, and fails below the bound.
pub(crate) fn measure(workspace: &Workspace) -> Result<(), Failure> {
    let place = Place::new(workspace)?;
    let mut binaries = Vec::new();
    step("build", || {
        binaries.extend(executables(&read(place.cargo(workspace, &TESTS).args(MESSAGES))?));
        let replay = [&["build"][..], &REPLAY].concat();
        binaries.extend(executables(&read(place.cargo(workspace, &replay).args(&MESSAGES[1..]))?));
        Ok(())
    })?;
    step("tests", || run(place.cargo(workspace, &TESTS).arg("--quiet")))?;
    step("fixtures", || {
        let check = [&["run", "--quiet"][..], &REPLAY, &["--", "check", "--target", "core"]];
        run(&mut place.cargo(workspace, &check.concat()))
    })?;
    step("coverage", || {
        let lcov = place.export(workspace, &binaries)?;
        let mut files = Vec::new();
        for (path, counts) in counts(&lcov, &workspace.root) {
            let text = workspace.text(&path)?;
            files.push(File::new(path, &counts, &text));
        }
        print!("{}", table(&files));
        judge(&files)
    })
}

/// Builds only, and says what was built.
const MESSAGES: [&str; 2] = ["--no-run", "--message-format=json"];

/// Where everything lies, and the tools.
struct Place {
    triple: String,
    folder: PathBuf,
    /// The folder of LLVM's tools and what follows their names.
    tools: (PathBuf, String),
}

impl Place {
    fn new(workspace: &Workspace) -> Result<Self, Failure> {
        let version = read(Command::new("rustc").arg("-vV"))?;
        let value = |name: &str| version.lines().find_map(|line| line.strip_prefix(name));
        let (Some(triple), Some(llvm)) = (value("host: "), value("LLVM version: ")) else {
            return Err(Failure::new("rustc -vV names no host or no LLVM"));
        };
        let sysroot = read(Command::new("rustc").args(["--print", "target-libdir"]))?;
        let tools = tools(llvm, Path::new(sysroot.trim()))?;
        let folder = workspace.target.join("coverage");
        // Counts of an earlier run would count as ours.
        let _ = fs::remove_dir_all(folder.join("counts"));
        Ok(Self { triple: triple.to_owned(), folder, tools })
    }

    /// A command of cargo whose products count what they run.
    fn cargo(&self, workspace: &Workspace, arguments: &[&str]) -> Command {
        let mut command = workspace.cargo();
        command.env("RUSTFLAGS", "-Cinstrument-coverage");
        command.env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.env("LLVM_PROFILE_FILE", self.folder.join("counts/%p-%m.profraw"));
        let (own, passed) = arguments.split_at(split(arguments));
        // With a target named, build scripts are spared the counting.
        command.args(own).args(["--target", &self.triple]);
        command.arg("--target-dir").arg(&self.folder).args(passed);
        command
    }

    /// How often each line ran in each program, as lcov writes it down.
    fn export(&self, workspace: &Workspace, binaries: &[String]) -> Result<String, Failure> {
        let merged = self.folder.join("counts/all.profdata");
        let mut merge = self.tool("llvm-profdata");
        merge.args(["merge", "--sparse", "-o"]).arg(&merged).arg(self.folder.join("counts"));
        run(&mut merge)?;
        // One at a time: of a function that one program runs and another left out, llvm-cov would
        // keep what it sees first.
        let export = |binary: &String| {
            let mut export = self.tool("llvm-cov");
            export.args(["export", "--format=lcov", "--instr-profile"]).arg(&merged);
            read(export.arg(binary).arg("--sources").arg(workspace.root.join(SOURCES)))
        };
        binaries.iter().map(export).collect()
    }

    fn tool(&self, name: &str) -> Command {
        let (folder, suffix) = &self.tools;
        Command::new(folder.join(format!("{name}{suffix}")))
    }
}

/// Where the arguments for the program begin that cargo runs.
fn split(arguments: &[&str]) -> usize {
    arguments.iter().position(|argument| *argument == "--").unwrap_or(arguments.len())
}

/// The tools that read what a compiler with this LLVM writes: rustup's component, or a package.
fn tools(llvm: &str, libdir: &Path) -> Result<(PathBuf, String), Failure> {
    let major = llvm.split('.').next().unwrap_or_default();
    let component = libdir.with_file_name("bin");
    let places = [
        (component, String::new()),
        (format!("/usr/lib/llvm-{major}/bin").into(), String::new()),
        ("/usr/bin".into(), format!("-{major}")),
    ];
    let found = places.into_iter().find(|(folder, suffix)| {
        let has = |name: &str| folder.join(format!("{name}{suffix}")).exists();
        has("llvm-cov") && has("llvm-profdata")
    });
    found.ok_or_else(|| {
        Failure::new(format!(
            "no llvm-cov of LLVM {major}: `apt install llvm-{major}`, or `rustup component add llvm-tools`"
        ))
    })
}

/// The programs that cargo says it has built.
fn executables(messages: &str) -> Vec<String> {
    let message = |line: &str| serde_json::from_str::<Value>(line).ok();
    let messages = messages.lines().filter_map(message);
    messages.filter_map(|message| Some(message["executable"].as_str()?.to_owned())).collect()
}

/// Whether each line with code ran, by file below `root`.
fn counts(lcov: &str, root: &Path) -> BTreeMap<String, BTreeMap<usize, u64>> {
    let mut files: BTreeMap<String, BTreeMap<usize, u64>> = BTreeMap::new();
    let mut path = String::new();
    for line in lcov.lines() {
        if let Some(file) = line.strip_prefix("SF:") {
            let file = Path::new(file);
            path = file.strip_prefix(root).unwrap_or(file).to_string_lossy().into_owned();
        }
        let Some((line, count)) = line.strip_prefix("DA:").and_then(|at| at.split_once(',')) else {
            continue;
        };
        if let (Ok(line), Ok(count)) = (line.parse(), count.parse::<u64>())
            && !path.ends_with("/tests.rs")
        {
            *files.entry(path.clone()).or_default().entry(line).or_default() += count.min(1);
        }
    }
    files
}

/// What was found of a file.
#[derive(Debug, PartialEq, Eq)]
struct File {
    path: String,
    /// Lines with code.
    lines: u64,
    /// Those of them that nothing ran.
    missed: Vec<usize>,
}

impl File {
    fn new(path: String, counts: &BTreeMap<usize, u64>, text: &str) -> Self {
        let is_test = test_lines(text);
        let code = counts.iter().filter(|(line, _)| !is_test.get(*line - 1).is_some_and(|is| *is));
        let missed = code.clone().filter(|(_, count)| **count == 0).map(|(line, _)| *line);
        Self { path, lines: code.clone().count() as u64, missed: missed.collect() }
    }
}

/// For each line, whether it is built for tests only: from `#[cfg(test)]` to the next line of the
/// same indentation that ends an item.
fn test_lines(text: &str) -> Vec<bool> {
    let mut margin: Option<&str> = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        let indentation = &line[..line.len() - line.trim_start().len()];
        if line.trim_start() == "#[cfg(test)]" {
            margin = Some(indentation);
        }
        lines.push(margin.is_some());
        if margin == Some(indentation) && (line.ends_with('}') || line.ends_with(';')) {
            margin = None;
        }
    }
    lines
}

fn table(files: &[File]) -> String {
    let mut text = format!("{:<40} {:>6} {:>6} {:>7}  missed\n", "file", "lines", "missed", "");
    let row = |name: &str, lines: u64, missed: u64, which: &str| {
        let percent = share(lines - missed, lines);
        let row = format!("{name:<40} {lines:>6} {missed:>6} {percent:>7}  {which}");
        format!("{}\n", row.trim_end())
    };
    for file in files {
        let name = file.path.strip_prefix(SOURCES).unwrap_or(&file.path).trim_start_matches('/');
        text += &row(name, file.lines, file.missed.len() as u64, &ranges(&file.missed));
    }
    let (lines, missed) = sum(files);
    text + &row("all", lines, missed, "")
}

/// `3-5 9` of 3, 4, 5 and 9.
fn ranges(lines: &[usize]) -> String {
    let runs = lines.chunk_by(|a, b| a + 1 == *b).map(|run| match run {
        [first, .., last] => format!("{first}-{last}"),
        _ => run.iter().map(usize::to_string).collect(),
    });
    runs.collect::<Vec<_>>().join(" ")
}

/// `97.31 %`, rounded down.
fn share(part: u64, whole: u64) -> String {
    let hundredths = part * 10_000 / whole.max(1);
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

/// Lines, and missed ones.
fn sum(files: &[File]) -> (u64, u64) {
    let missed = files.iter().map(|file| file.missed.len() as u64).sum();
    (files.iter().map(|file| file.lines).sum(), missed)
}

fn judge(files: &[File]) -> Result<(), Failure> {
    let (lines, missed) = sum(files);
    // Where nothing is counted, nothing is known.
    if lines > 0 && 100 * (lines - missed) >= PERCENT_MIN * lines {
        return Ok(());
    }
    let share = share(lines - missed, lines);
    Err(Failure::new(format!("{share} of the lines ran; {PERCENT_MIN} % must")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{File, counts, executables, judge, ranges, table, test_lines, tools};

    #[test]
    fn lines_are_counted_by_file_without_files_of_tests() {
        let lcov = "SF:/root/server-core/src/a.rs\nFN:1,f\nDA:1,3\nDA:2,0\nend_of_record\n\
                    SF:/root/server-core/src/a/tests.rs\nDA:1,1\nend_of_record\n\
                    SF:/root/server-core/src/b.rs\nDA:7,18446744073709551615\nend_of_record\n\
                    SF:/root/server-core/src/b.rs\nDA:7,0\nDA:8,0\nend_of_record\n";
        let files = counts(lcov, Path::new("/root"));
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(names, ["server-core/src/a.rs", "server-core/src/b.rs"]);
        assert_eq!(files["server-core/src/a.rs"], [(1, 1), (2, 0)].into());
        assert_eq!(files["server-core/src/b.rs"], [(7, 1), (8, 0)].into());
    }

    #[test]
    fn what_is_built_for_tests_is_no_code() {
        let text = "fn f() {\n    g();\n    #[cfg(test)]\n    count(\n        1,\n    );\n    h();\n}\n\
                    #[cfg(test)]\nmod tests {\n    fn t() {\n    }\n}\nfn last() {}\n";
        let marks: String = test_lines(text).iter().map(|is| if *is { '#' } else { '.' }).collect();
        assert_eq!(marks, "..####..#####.");
        let counts = (1..=14).map(|line| (line, u64::from(line != 7 && line != 12))).collect();
        let file = File::new("server-core/src/a.rs".into(), &counts, text);
        assert_eq!((file.lines, file.missed), (5, vec![7]));
    }

    #[test]
    fn below_the_bound_is_a_failure_and_so_is_nothing() {
        let file = |lines, missed| File { path: "server-core/src/a.rs".into(), lines, missed };
        assert!(judge(&[file(20, vec![3]), file(20, vec![9])]).is_ok());
        let error = judge(&[file(20, vec![3]), file(19, vec![9])]).unwrap_err();
        assert_eq!(error.to_string(), "94.87 % of the lines ran; 95 % must");
        assert!(judge(&[]).is_err());
        let shown = table(&[file(20, vec![3, 4, 5, 9])]);
        assert!(shown.contains("a.rs"), "{shown}");
        assert!(shown.ends_with("80.00 %\n"), "{shown}");
    }

    #[test]
    fn missed_lines_are_told_by_their_runs() {
        assert_eq!(ranges(&[3, 4, 5, 9, 11, 12]), "3-5 9 11-12");
        assert_eq!(ranges(&[]), "");
    }

    #[test]
    fn tools_must_be_of_the_compilers_llvm() {
        let error = tools("7.0.1", Path::new("/none/lib")).unwrap_err().to_string();
        assert!(error.starts_with("no llvm-cov of LLVM 7: `apt install llvm-7`"), "{error}");
    }

    #[test]
    fn programs_are_found_among_messages() {
        let messages = "{\"reason\":\"compiler-artifact\",\"executable\":null}\n\
                        {\"reason\":\"compiler-artifact\",\"executable\":\"/t/lengths-1\"}\nnoise\n";
        assert_eq!(executables(messages), ["/t/lengths-1"]);
    }
}
