//! One image under the emulator: what it is asked goes in, what it answers and what that took comes
//! out. `targets/firmware/beside` says how both are written.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::answers::Answer;
use super::requests::{Expected, QUESTIONS, REQUESTS};
use crate::failure::Failure;
use crate::step::run;
use crate::workspace::Workspace;

pub(super) const QEMU: &str = "qemu-system-arm";
const MACHINE: &str = "-M microbit -display none -monitor none -serial none \
    -semihosting-config enable=on,target=native -kernel";

/// Of the suite: it counts between the same marks.
const PLUGIN: &str = "conformance/src/costs/laps.c";
/// Far more than it takes.
const RUN_MAX: Duration = Duration::from_secs(60);
/// The first warms the connection up, the last is counted.
const TIMES: usize = 2;

/// What one image did.
pub(super) struct Replay {
    /// At most, of everything.
    pub(super) stack: u64,
    /// For each of the requests.
    pub(super) instructions: Vec<u64>,
    /// For each of the questions.
    pub(super) outcomes: Vec<String>,
}

/// The emulator, with the plugin that counts.
pub(super) struct Emulator {
    folder: PathBuf,
    plugin: PathBuf,
}

impl Emulator {
    /// Builds the plugin, if there is an emulator.
    pub(super) fn find(workspace: &Workspace) -> Result<Option<Self>, Failure> {
        if Command::new(QEMU).arg("--version").output().is_err() {
            return Ok(None);
        }
        let folder = workspace.target.join("beside");
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        let plugin = folder.join("laps.so");
        let mut compiler = Command::new("cc");
        compiler.args(["-O2", "-shared", "-fPIC", "-w", "-o"]).arg(&plugin);
        run(compiler.arg(workspace.root.join(PLUGIN)))?;
        Ok(Some(Self { folder, plugin }))
    }

    /// Asks all that there is to ask, and fails if a request is not answered as it must be.
    pub(super) fn replay(&self, image: &Path) -> Result<Replay, Failure> {
        let mut rest = self.play(image)?.into_iter();
        let mut next = |expected: Option<Expected>| {
            let (answer, instructions) = rest.next().unwrap_or_default();
            match expected.and_then(|expected| answer.fault(expected)) {
                Some(fault) => Err(Failure::new(format!("{}: {fault}", image.display()))),
                None => Ok((answer, instructions)),
            }
        };
        let mut replay = Replay { stack: 0, instructions: Vec::new(), outcomes: Vec::new() };
        for request in &REQUESTS {
            if request.opening.is_some() {
                next(Some(Expected::Handshake))?;
            }
            let mut counted = 0;
            for _ in 0..TIMES {
                let (answer, instructions) = next(Some(request.expected))?;
                (replay.stack, counted) = (replay.stack.max(answer.stack), instructions);
            }
            replay.instructions.push(counted);
        }
        for question in &QUESTIONS {
            if question.opening.is_some() {
                next(Some(Expected::Handshake))?;
            }
            let (answer, _) = next(None)?;
            replay.stack = replay.stack.max(answer.stack);
            replay.outcomes.push(answer.outcome());
        }
        Ok(replay)
    }

    /// The stack at most of an image that serves nothing.
    pub(super) fn stack(&self, image: &Path) -> Result<u64, Failure> {
        let played = self.play(image)?;
        Ok(played.iter().map(|(answer, _)| answer.stack).max().unwrap_or_default())
    }

    /// Each answer, and its instructions.
    fn play(&self, image: &Path) -> Result<Vec<(Answer, u64)>, Failure> {
        let at = |name: &str| self.folder.join(name);
        let (input, output, counts) = (at("input"), at("output"), at("counts"));
        let (records, asked) = records();
        fs::write(&input, records).map_err(failed(&input))?;
        let mut command = Command::new(QEMU);
        command.args(MACHINE.split_whitespace()).arg(image);
        command.arg("-plugin").arg(format!("{},out={}", self.plugin.display(), counts.display()));
        command.stdin(File::open(&input).map_err(failed(&input))?);
        command.stdout(File::create(&output).map_err(failed(&output))?);
        finish(&mut command, image)?;
        let answers = answers(&fs::read(&output).map_err(failed(&output))?);
        let counts = fs::read_to_string(&counts).map_err(failed(&counts))?;
        let counts: Vec<u64> = counts.lines().filter_map(|line| line.parse().ok()).collect();
        if answers.len() != asked || counts.len() != asked {
            let (answers, counts) = (answers.len(), counts.len());
            let what = format!("{asked} times asked, {answers} answers, {counts} counts");
            return Err(Failure::new(format!("{}: {what}", image.display())));
        }
        Ok(answers.into_iter().zip(counts).collect())
    }
}

/// All that there is to ask, as records of a file, and how many of them are answered.
fn records() -> (Vec<u8>, usize) {
    let mut file = Vec::new();
    let mut asked = 0;
    let mut record = |letter, bytes: &[u8]| {
        let [low, high, ..] = bytes.len().to_le_bytes();
        file.extend([letter, low, high]);
        file.extend(bytes);
        asked += usize::from(letter == b's');
    };
    let requests = REQUESTS.iter().map(|request| (request.opening, request.bytes, TIMES));
    let questions = QUESTIONS.iter().map(|question| (question.opening, question.bytes, 1));
    for (at, (opening, bytes, times)) in requests.chain(questions).enumerate() {
        if at > 0 {
            record(b'o', &[]);
        }
        for bytes in opening.into_iter().chain(std::iter::repeat_n(bytes, times)) {
            record(b's', bytes);
        }
    }
    (file, asked)
}

/// The answers of a file; what is cut off is left out.
fn answers(mut file: &[u8]) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Some(([a, b, c, d, is_ended, low, high], rest)) = file.split_first_chunk() {
        let length = u16::from_le_bytes([*low, *high]).into();
        let Some((bytes, rest)) = rest.split_at_checked(length) else { break };
        let stack = u32::from_le_bytes([*a, *b, *c, *d]).into();
        answers.push(Answer { stack, is_ended: *is_ended != 0, bytes: bytes.to_vec() });
        file = rest;
    }
    answers
}

/// Runs the emulator, but not for ever.
fn finish(command: &mut Command, image: &Path) -> Result<(), Failure> {
    let broken =
        |what: &dyn std::fmt::Display| Failure::new(format!("{}: {what}", image.display()));
    let mut child = command.spawn().map_err(|error| broken(&error))?;
    let begin = Instant::now();
    loop {
        match child.try_wait().map_err(|error| broken(&error))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(broken(&format!("ended with {status}"))),
            None if begin.elapsed() > RUN_MAX => {
                // It may have ended meanwhile, and then there is nothing left to end.
                let _ = child.kill();
                let _ = child.wait();
                return Err(broken(&format!("did not end in {} s", RUN_MAX.as_secs())));
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Failure + '_ {
    move |error| Failure::new(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{Answer, QUESTIONS, REQUESTS, TIMES, answers, records};

    #[test]
    fn every_question_has_its_record() {
        let (file, asked) = records();
        let openings = REQUESTS.iter().filter(|request| request.opening.is_some()).count()
            + QUESTIONS.iter().filter(|question| question.opening.is_some()).count();
        assert_eq!(asked, REQUESTS.len() * TIMES + QUESTIONS.len() + openings);
        let mut rest = file.as_slice();
        let (mut sent, mut opened) = (0, 1);
        while let Some(([letter, low, high], behind)) = rest.split_first_chunk() {
            rest = &behind[usize::from(u16::from_le_bytes([*low, *high]))..];
            match letter {
                b's' => sent += 1,
                b'o' => opened += 1,
                other => panic!("{other}"),
            }
        }
        assert!(rest.is_empty());
        assert_eq!((sent, opened), (asked, REQUESTS.len() + QUESTIONS.len()));
    }

    #[test]
    fn answers_are_read_as_the_images_write_them() {
        let file = b"\x10\x27\0\0\x01\x02\0Hi\x01\0\0\0\0\0\0\x02\0\0\0\0\x05\0cut";
        let answer =
            |stack, is_ended, bytes: &[u8]| Answer { stack, is_ended, bytes: bytes.into() };
        assert_eq!(answers(file), [answer(10_000, true, b"Hi"), answer(1, false, b"")]);
        assert_eq!(answers(b""), []);
    }
}
