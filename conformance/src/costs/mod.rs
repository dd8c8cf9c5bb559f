//! What a case costs on a Cortex-M0: instructions of the server, and the stack that it needs at
//! most. QEMU's `microbit` plays a recording of all cases, with a plugin that counts.
//!
//! Counted is what runs in a poll of `serve`: the server and the demo's handler, but for the
//! reading and writing of bytes, which is the transport's. Cases whose client stops reading are left
//! out, those with several connections, and those whose limits the board has no room for.

mod recording;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use samewire::Limits;
use samewire_link::Frame;
use samewire_link::record::Playback;

use crate::case::select::Selected;
use crate::case::{Need, Step, StepKind};
use crate::opening;
use crate::subject::link::metric;
use crate::subject::microbit;
use crate::subject::{Subject, Unreachable};
use recording::{FRAME_BYTES, Recording, SESSION};

const PLUGIN: &str = include_str!("laps.c");
/// Far more than the whole suite takes.
const RUN_MAX: Duration = Duration::from_secs(120);

/// What something costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The id of a case, or what a request is.
    pub name: String,
    /// Of the server: for a case from the begin of each connection to its end, all rows of it
    /// together.
    pub instructions: u64,
    /// Stack that was used at most, everything's.
    pub stack_bytes: u64,
}

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// RAM that the image takes for variables, the buffers of a connection among them.
    pub static_bytes: u64,
    /// What users ask most, one request each.
    pub requests: Vec<Cost>,
    /// In the order in which they were selected.
    pub cases: Vec<Cost>,
}

/// How often a kept connection has answered the request before it is counted.
const KEPT_BEFORE: usize = 3;

/// A request on a connection that has answered it before.
struct Kept {
    name: &'static str,
    before: Vec<u8>,
    request: Vec<u8>,
}

/// What users ask most.
fn kept() -> [Kept; 4] {
    let http = |name, request: &[u8]| Kept { name, before: Vec::new(), request: request.to_vec() };
    [
        http("GET /hello, 45 bytes", HELLO),
        http("GET / of a browser, 405 bytes", BROWSER),
        http("POST / of 12 bytes of JSON", POST),
        Kept {
            name: "a WebSocket message of 5 bytes, echoed",
            before: opening::request(&"/ws".into(), &[], None),
            request: b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58".to_vec(),
        },
    ]
}

const HELLO: &[u8] = b"GET /hello HTTP/1.1\r\nHost: samewire.local\r\n\r\n";
const POST: &[u8] =
    b"POST / HTTP/1.1\r\nHost: samewire.local\r\nContent-Type: application/json\r\n\
    Content-Length: 12\r\n\r\n{\"level\":42}";
const BROWSER: &[u8] = b"GET / HTTP/1.1\r\nHost: samewire.local\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8\r\n\
    Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\nAccept-Encoding: gzip, deflate\r\n\
    Connection: keep-alive\r\nCookie: theme=dark; session=0123456789abcdef01234\r\n\
    Upgrade-Insecure-Requests: 1\r\nPriority: u=0, i\r\n\r\n";

/// Measures requests that users ask most, and these cases.
///
/// # Errors
///
/// There is no emulator, no image or no compiler for the plugin, or one of them fails.
pub fn measure(cases: &[Selected<'_>]) -> Result<Costs, Unreachable> {
    let mut board = microbit::subject("microbit");
    let mut recording = Recording::new();
    // What the board's start has left of its stack is nobody's, and is measured first.
    recording.begin(Limits::SMALL);
    recording.end(false);
    // Of each connection: whose it is, and in which laps that was.
    let mut parts = Vec::new();
    for Kept { name, before, request } in kept() {
        recording.begin(Limits::SMALL);
        if !before.is_empty() {
            recording.send(&before);
        }
        // The board takes its input in blocks: of a few requests the last comes in one read.
        for _ in 0..KEPT_BEFORE {
            recording.send(&request);
        }
        let first = recording.laps;
        recording.send(&request);
        parts.push((name, first..recording.laps));
        recording.end(false);
    }
    for selected in cases {
        let limits = selected.case.limits(Limits::SMALL);
        // A recording cannot wait for a server that does not read, as after a client's stall.
        let stalls = |step: &Step| matches!(step.kind, StepKind::Stall(_));
        let several = selected.case.all_needs().contains(&Need::Several);
        let fits = limits == Limits::SMALL || board.fits(&limits, 1)?.is_none();
        if !fits || several || selected.case.steps.iter().any(stalls) {
            continue;
        }
        for row in &selected.rows {
            let first = recording.laps;
            recording.case(selected.case, row);
            parts.push((&selected.case.id, first..recording.laps));
        }
    }
    let Played { laps, stacks, static_bytes } = play(&recording)?;
    if laps.len() != recording.laps || stacks.len() != parts.len() + 1 {
        let what = format!("{} of {} laps were counted", laps.len(), recording.laps);
        return Err(Unreachable(what));
    }
    let mut all: Vec<Cost> = Vec::new();
    for ((name, range), stack_bytes) in parts.into_iter().zip(stacks.into_iter().skip(1)) {
        let instructions = laps.get(range).unwrap_or_default().iter().sum();
        match all.last_mut().filter(|last| last.name == name) {
            // One more row of the same case.
            Some(last) => {
                last.instructions += instructions;
                last.stack_bytes = last.stack_bytes.max(stack_bytes);
            }
            None => all.push(Cost { name: name.to_owned(), instructions, stack_bytes }),
        }
    }
    let cases = all.split_off(kept().len());
    Ok(Costs { static_bytes, requests: all, cases })
}

/// What the emulator has told.
struct Played {
    /// Instructions of each lap.
    laps: Vec<u64>,
    /// Stack of each part.
    stacks: Vec<u64>,
    static_bytes: u64,
}

/// Plays a recording.
fn play(recording: &Recording) -> Result<Played, Unreachable> {
    let folder = Folder::new().map_err(failed("a temporary folder"))?;
    let at = |name: &str| folder.0.join(name);
    let plugin = build_plugin(&folder.0)?;
    let (input, output, counts) = (at("input"), at("output"), at("counts"));
    fs::write(&input, &recording.bytes).map_err(failed("the recording"))?;
    let mut command = Command::new(microbit::QEMU);
    command.args(microbit::arguments()?);
    command.arg("-plugin").arg(format!("{},out={}", plugin.display(), counts.display()));
    command.stdin(File::open(&input).map_err(failed("the recording"))?);
    command.stdout(File::create(&output).map_err(failed("the answers"))?);
    let errors = at("errors");
    command.stderr(File::create(&errors).map_err(failed("the log"))?);
    let ended = run(&mut command).map_err(failed(microbit::QEMU))?;
    if !ended {
        let words = fs::read_to_string(&errors).unwrap_or_default();
        let line = words.lines().next().unwrap_or("it did not end in time");
        return Err(Unreachable(format!("{} failed: {line}", microbit::QEMU)));
    }
    let counts = fs::read_to_string(&counts).map_err(failed("the counts"))?;
    let laps = counts.lines().filter_map(|line| line.parse().ok()).collect();
    let answers = fs::read(&output).map_err(failed("the answers"))?;
    let (stacks, static_bytes) = metrics(&answers)?;
    Ok(Played { laps, stacks, static_bytes })
}

/// The measurements of stack in what the board has said, and its static RAM.
fn metrics(mut answers: &[u8]) -> Result<(Vec<u64>, u64), Unreachable> {
    let mut playback = Playback::<FRAME_BYTES>::new(SESSION);
    let (mut stacks, mut static_bytes) = (Vec::new(), 0);
    while let Some(frame) = playback.next_frame(&mut answers) {
        match frame {
            Ok(Frame::Metric(metric::STACK_BYTES, bytes)) => stacks.push(bytes),
            Ok(Frame::Metric(metric::STATIC_BYTES, bytes)) => static_bytes = bytes,
            Ok(_) => {}
            Err(cause) => {
                return Err(Unreachable(format!("the board's answers are broken ({cause:?})")));
            }
        }
    }
    Ok((stacks, static_bytes))
}

/// Builds the plugin; where it is.
fn build_plugin(folder: &Path) -> Result<PathBuf, Unreachable> {
    let (source, plugin) = (folder.join("laps.c"), folder.join("laps.so"));
    fs::write(&source, PLUGIN).map_err(failed("the plugin"))?;
    let mut command = Command::new("cc");
    command.args(["-O2", "-shared", "-fPIC", "-w", "-o"]).arg(&plugin).arg(&source);
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(plugin),
        Ok(output) => {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            let line = words.lines().next().unwrap_or_default();
            Err(Unreachable(format!("the plugin that counts does not compile: {line}")))
        }
        Err(_) => Err(Unreachable("there is no cc, which builds the plugin that counts".into())),
    }
}

/// Runs a process, but not for ever; whether it has ended well.
fn run(command: &mut Command) -> io::Result<bool> {
    let mut child = command.spawn()?;
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if begin.elapsed() > RUN_MAX {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn failed(what: &str) -> impl Fn(io::Error) -> Unreachable + '_ {
    move |error| Unreachable(format!("{what}: {error}"))
}

/// A folder that is gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("samewire-costs-{}", std::process::id()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left behind it does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Costs {
    /// What a person wants to know first.
    ///
    /// # Errors
    ///
    /// That of writing.
    pub fn tell(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "instructions     stack  on microbit, for")?;
        for Cost { name, instructions, stack_bytes } in &self.requests {
            writeln!(out, "{instructions:>12} {stack_bytes:>7} B  {name}")?;
        }
        let sum: u64 = self.cases.iter().map(|cost| cost.instructions).sum();
        let peak = self.cases.iter().map(|cost| cost.stack_bytes).max().unwrap_or_default();
        writeln!(out, "{sum:>12} {peak:>7} B  {} cases, all together", self.cases.len())?;
        writeln!(out, "variables take {} B of RAM", self.static_bytes)
    }

    /// All of it, a line each, with tabs between what it is, its name and its figures. Programs
    /// read it, so a figure or a line may be added behind the others, and nothing else changes.
    ///
    /// # Errors
    ///
    /// That of writing.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "ram\tmicrobit\t{}", self.static_bytes)?;
        for (kind, costs) in [("request", &self.requests), ("case", &self.cases)] {
            for Cost { name, instructions, stack_bytes } in costs {
                writeln!(out, "{kind}\t{name}\t{instructions}\t{stack_bytes}")?;
            }
        }
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{BROWSER, Cost, Costs, HELLO, POST, kept};
    use crate::asked::asked;

    #[test]
    fn what_users_ask_most_is_as_long_as_it_says() {
        assert_eq!((HELLO.len(), BROWSER.len()), (45, 405));
        assert!(POST.ends_with(b"\r\n\r\n{\"level\":42}"));
        for kept in kept() {
            let is_http = kept.before.is_empty();
            let request = if is_http { &kept.request } else { &kept.before };
            assert_eq!(asked(request).len(), 1, "{}", kept.name);
        }
    }

    #[test]
    fn costs_are_lines_for_people_and_for_programs() {
        let cost = |name: &str, instructions, stack_bytes| Cost {
            name: name.to_owned(),
            instructions,
            stack_bytes,
        };
        let costs = Costs {
            static_bytes: 8_344,
            requests: vec![cost("GET /", 3_000, 2_000)],
            cases: vec![cost("http/a/b", 10_000, 2_100), cost("http/a/c", 1, 2_200)],
        };
        let (mut told, mut written) = (Vec::new(), Vec::new());
        costs.tell(&mut told).unwrap();
        costs.write(&mut written).unwrap();
        let told = String::from_utf8(told).unwrap();
        assert!(told.contains("\n       10001    2200 B  2 cases, all together\n"), "{told}");
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "ram\tmicrobit\t8344\nrequest\tGET /\t3000\t2000\n\
             case\thttp/a/b\t10000\t2100\ncase\thttp/a/c\t1\t2200\n"
        );
    }
}
