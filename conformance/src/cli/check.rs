//! `samewire check`: replay cases on targets, and report.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Stop;
use super::flag::{Command, Flag, number};
use super::reach::{Reached, reach};
use crate::case::select::{Selected, select};
use crate::costs;
use crate::cuts::Cuts;
use crate::exit::Exit;
use crate::ledger::Ledger;
use crate::report::console::{Console, Paint};
use crate::report::finding::{Findings, Replay, shell};
use crate::report::{html, json, junit};
use crate::run::Plan;
use crate::suite::Suite;
use crate::targets::Target;

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Check {
    cases: Vec<String>,
    targets: Vec<String>,
    slow: bool,
    cuts: Option<Cuts>,
    fixtures: Option<PathBuf>,
    junit: Option<PathBuf>,
    json: Option<PathBuf>,
    html: Option<PathBuf>,
    costs: Option<PathBuf>,
}

pub(super) const COMMAND: Command<Check> = Command {
    name: "check",
    arguments: "[CASES…]",
    short: "Replay cases on targets, judge and compare what comes back",
    long: "CASES are files, folders or ids (http/fields, or one row: http/fields/names/bytes[00]); \
           without any, the whole suite runs. Each case is replayed in one piece, byte by byte and \
           cut at every offset on core; likewise, but at 64 offsets at most, on microbit; in one \
           piece and byte by byte on host; in one piece on a URL. Then three questions are asked. Is the answer one that the RFCs permit? Did the \
           server emit anything that no server may? And are the bytes the same as core's, however \
           the request was cut? The last is asked of our own targets only.\n\n\
           Ends with 0 if all is as expected, 1 if a case failed, passed although it is known to \
           fail, or came out with different bytes, 2 if the command or a fixture is wrong, 3 if a \
           target cannot be reached, 4 if no case was selected.",
    flags: &[TARGET, SLOW, CUTS, CUT, FIXTURES, JUNIT, JSON, HTML, COSTS],
    argument: |check, argument| {
        check.cases.push(argument);
        Ok(())
    },
    run,
};

const TARGET: Flag<Check> = Flag {
    name: "target",
    value: Some("NAME"),
    short: "see samewire targets; all; url:http://HOST:PORT; repeatable",
    long: "Replay on this target, and on no other that is not named. core is the server in memory, \
           host the same server over TCP, microbit, qemu-arm, qemu-riscv and rp2040-emu the same on \
           emulated boards, rp2040 and esp32c3 the board of that kind that is attached, and further \
           boards are those that boards.toml names, in this folder or the \
           nearest above it. all is core, host and all the others that samewire targets lists; \
           one that is not there is skipped, with the reason, unless it is named, too. \
           url:http://HOST:PORT is any server of any vendor. Of a URL, \
           each capability that cases need is probed once; cases that need what is not there are \
           skipped, with the reason. The suite sends malformed and hostile requests: name a server \
           only if it is yours to test. The default is core and host.",
    apply: |check, value| {
        check.targets.push(value);
        Ok(())
    },
};

const SLOW: Flag<Check> = Flag {
    name: "slow",
    value: None,
    short: "run cases that wait more than a second of real time",
    long: "Also run the cases that wait for longer than a second, on targets with a real clock. \
           On core time is virtual, and they always run.",
    apply: |check, _| {
        check.slow = true;
        Ok(())
    },
};

const CUTS: Flag<Check> = Flag {
    name: "cuts",
    value: Some("WHICH"),
    short: "whole, bytes, some or every",
    long: "How the bytes to the server are cut: whole replays each step in one piece, bytes also \
           byte by byte, every also in two pieces at every offset, some at 64 of them at most, \
           evenly spread. Over a network cuts are best effort, except byte by byte on host, where \
           the server reads single bytes.",
    apply: |check, value| {
        check.cuts = Some(match value.as_str() {
            "whole" => Cuts::Whole,
            "bytes" => Cuts::Bytes,
            "some" => Cuts::Some,
            "every" => Cuts::Every,
            _ => return Err(format!("`{value}` is none of whole, bytes, some, every")),
        });
        Ok(())
    },
};

const CUT: Flag<Check> = Flag {
    name: "cut",
    value: Some("N"),
    short: "cut behind the first N bytes to the server, only",
    long: "Replay each case in one piece, and in two pieces cut behind the first N bytes that it \
           sends. This is how a failure at one cut is seen again.",
    apply: |check, value| {
        check.cuts = Some(Cuts::At(number(&value)?));
        Ok(())
    },
};

const FIXTURES: Flag<Check> = Flag {
    name: "fixtures",
    value: Some("DIR"),
    short: "read cases from this folder",
    long: "Read cases from this folder instead of the fixtures of the checkout around, or those \
           in this program.",
    apply: |check, value| {
        check.fixtures = Some(value.into());
        Ok(())
    },
};

const JUNIT: Flag<Check> = Flag {
    name: "junit",
    value: Some("FILE"),
    short: "write the results as JUnit XML",
    long: "Write the results to this file as JUnit XML: a suite for each target, a test for each \
           case.",
    apply: |check, value| {
        check.junit = Some(value.into());
        Ok(())
    },
};

const JSON: Flag<Check> = Flag {
    name: "json",
    value: Some("FILE"),
    short: "write the results as JSON",
    long: "Write the results to this file as JSON: the number of cases, the counts of each target, \
           and the result of each case on each target.",
    apply: |check, value| {
        check.json = Some(value.into());
        Ok(())
    },
};

const HTML: Flag<Check> = Flag {
    name: "html",
    value: Some("FILE"),
    short: "write the results as a page for a browser",
    long: "Write the results to this file as one page for a browser: cases by targets, grouped by \
           the sections of the RFCs. A cell opens what went over the wire, the first byte that \
           differs, the requirement, the command that shows it again and, with --costs, the cost. \
           The page is whole in itself: it can be sent to a colleague, and asks no network for \
           anything.",
    apply: |check, value| {
        check.html = Some(value.into());
        Ok(())
    },
};

const COSTS: Flag<Check> = Flag {
    name: "costs",
    value: Some("FILE"),
    short: "write what each case costs on microbit",
    long: "Also play the cases to microbit with a plugin that counts, and write to this file, in \
           lines with tabs, how many instructions of the server and how much stack each takes. \
           What users ask most stands first, and is printed. Needs a C compiler, cc. \
           `cargo ci costs` compares it with what was stored.",
    apply: |check, value| {
        check.costs = Some(value.into());
        Ok(())
    },
};

fn run(check: Check, out: &mut dyn Write) -> Result<Exit, Stop> {
    let suite = Suite::load(check.fixtures.as_deref()).map_err(|errors| Stop::fixtures(&errors))?;
    let cases = selected(&suite, &check.cases)?;
    // Before anything runs: a result that cannot be written down is no result.
    let junit_out = check.junit.as_ref().map(create).transpose()?;
    let json_out = check.json.as_ref().map(create).transpose()?;
    let html_out = check.html.as_ref().map(create).transpose()?;
    let mut costs_out = check.costs.as_ref().map(create).transpose()?;
    let Reached { targets, absent } = reach(&check.targets)?;
    if costs_out.is_some() && !targets.contains(&Target::Microbit) {
        return Err(Stop::usage("--costs is counted on microbit: --target microbit"));
    }

    let mut flags = String::new();
    if check.slow {
        flags.push_str(" --slow");
    }
    if let Some(folder) = &check.fixtures {
        flags.push_str(&format!(" --fixtures {}", shell(&folder.to_string_lossy())));
    }
    let paint = Paint::for_stdout();
    let replay = Replay::Check(&flags);
    let findings = Findings { suite: &suite, replay, paint };
    let plan = Plan {
        cases,
        targets,
        cuts: check.cuts,
        slow: check.slow,
        known: &suite.known,
        requirements: &suite.requirements,
        keeps: html_out.is_some(),
    };
    let measure = |file: &mut BufWriter<File>| {
        let costs = costs::measure(&plan.cases).map_err(|why| Stop {
            exit: Exit::Unreachable,
            message: format!("error: costs: {why}"),
        })?;
        costs.write(file)?;
        Ok::<_, Stop>(costs)
    };
    let costs = costs_out.as_mut().map(measure).transpose()?;
    let mut console = Console::new(findings, &mut *out);
    let mut written = Ok(());
    let mut report = plan.run(|event| {
        if written.is_ok() {
            written = console.tell(event);
        }
    });
    report.summaries.extend(absent);
    // The reports for machines are written even if nobody reads this one.
    let plain = Findings { paint: Paint::PLAIN, ..findings };
    if let Some(out) = junit_out {
        junit::write(&report, &plain, out).map_err(Stop::usage)?;
    }
    if let Some(out) = json_out {
        json::write(&report, out)?;
    }
    if let Some(out) = html_out {
        // Without it the page does not say where the code decides, and says all else.
        let ledger = Ledger::of(&suite).ok();
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (report, ledger, costs) = (&report, ledger.as_ref(), costs.as_ref());
        html::write(&html::Page { report, findings: plain, ledger, costs, seconds }, out)?;
    }
    written?;
    console.finish(&report)?;
    if let Some(costs) = costs {
        costs.tell(out)?;
    }
    Ok(report.exit())
}

pub(super) fn selected<'a>(
    suite: &'a Suite,
    arguments: &[String],
) -> Result<Vec<Selected<'a>>, Stop> {
    let nothing = |message| Stop { exit: Exit::NothingSelected, message };
    let cases = select(suite, arguments).map_err(|misses| {
        let misses: Vec<String> = misses.iter().map(|miss| format!("error: {miss}")).collect();
        nothing(misses.join("\n"))
    })?;
    if cases.is_empty() { Err(nothing("error: no case was selected".into())) } else { Ok(cases) }
}

fn create(path: &PathBuf) -> Result<BufWriter<File>, Stop> {
    let shown = path.display();
    let file = File::create(path)
        .map_err(|error: io::Error| Stop::usage(format_args!("cannot write {shown}: {error}")))?;
    Ok(BufWriter::new(file))
}

#[cfg(test)]
mod tests {
    use super::{COMMAND, Check};
    use crate::cli::flag::tests::run;
    use crate::cuts::Cuts;

    #[test]
    fn each_flag_has_its_effect() {
        let table: &[(&[&str], Check)] = &[
            (&[], Check::default()),
            (&["a", "b"], Check { cases: vec!["a".into(), "b".into()], ..Check::default() }),
            (
                &["--target", "host", "--target=core", "--target", "host"],
                Check {
                    targets: ["host", "core", "host"].map(str::to_owned).into(),
                    ..Check::default()
                },
            ),
            (&["--slow"], Check { slow: true, ..Check::default() }),
            (&["--cuts", "whole"], Check { cuts: Some(Cuts::Whole), ..Check::default() }),
            (&["--cuts", "bytes"], Check { cuts: Some(Cuts::Bytes), ..Check::default() }),
            (&["--cuts", "some"], Check { cuts: Some(Cuts::Some), ..Check::default() }),
            (&["--cuts", "every"], Check { cuts: Some(Cuts::Every), ..Check::default() }),
            (&["--cut", "17"], Check { cuts: Some(Cuts::At(17)), ..Check::default() }),
            (&["--fixtures", "d"], Check { fixtures: Some("d".into()), ..Check::default() }),
            (&["--junit", "f"], Check { junit: Some("f".into()), ..Check::default() }),
            (&["--json", "f"], Check { json: Some("f".into()), ..Check::default() }),
            (&["--html", "f"], Check { html: Some("f".into()), ..Check::default() }),
            (&["--costs", "f"], Check { costs: Some("f".into()), ..Check::default() }),
        ];
        for (words, expected) in table {
            assert_eq!(run(&COMMAND, words).as_ref(), Ok(expected), "{words:?}");
        }
    }

    #[test]
    fn wrong_values_are_named() {
        let table = [
            (["--cuts", "few"], "--cuts: `few` is none of whole, bytes, some, every"),
            (["--cut", "-1"], "--cut: `-1` is no number that can be used here"),
        ];
        for (words, expected) in table {
            assert_eq!(run(&COMMAND, &words), Err(expected.into()), "{words:?}");
        }
    }
}
