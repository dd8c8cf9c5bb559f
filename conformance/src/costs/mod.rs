//! What a case costs on a Cortex-M0: instructions of the server, and the stack that it needs at
//! most. QEMU's `microbit` plays a recording of all cases, with a plugin that counts.
//!
//! Counted is what runs in a poll of `serve`: the server and the demo's handler, but for the
//! reading and writing of bytes, which is the transport's. Cases whose client stops reading are left
//! out, and those whose limits the board has no room for.

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
use crate::case::{Step, StepKind};
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
    /// Of a row of a case, or what it is.
    pub name: String,
    /// Of the server, from the begin of the connection to its end, or for one request.
    pub instructions: u64,
    /// Stack that was used at most, everything's.
    pub stack_bytes: u64,
    /// Instructions that it may cost, if there is a budget.
    pub budget: Option<u64>,
}

/// How many costs of requests stand before those of cases.
pub const KEPT: usize = 4;

/// A request on a connection that has answered it before.
struct Kept {
    name: &'static str,
    before: Vec<u8>,
    request: Vec<u8>,
    budget: Option<u64>,
}

/// What users ask most.
fn kept() -> [Kept; KEPT] {
    let http = |name, request: &[u8], budget| Kept {
        name,
        before: Vec::new(),
        request: request.to_vec(),
        budget,
    };
    [
        http("GET /hello, 45 bytes", HELLO, Some(3_000)),
        http("GET / of a browser, 405 bytes", BROWSER, Some(7_500)),
        http("POST / of 12 bytes of JSON", POST, None),
        Kept {
            name: "a WebSocket message of 5 bytes, echoed",
            before: opening::request(&"/ws".into(), &[], None),
            request: b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58".to_vec(),
            budget: None,
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

/// Measures requests that users ask most, and these cases: first the ones, then the others.
///
/// # Errors
///
/// There is no emulator, no image or no compiler for the plugin, or one of them fails.
pub fn measure(cases: &[Selected<'_>]) -> Result<Vec<Cost>, Unreachable> {
    let mut board = microbit::subject("microbit");
    let mut recording = Recording::new();
    // Of each: what it is, and in which laps it was.
    let mut parts = Vec::new();
    for Kept { name, before, request, budget } in kept() {
        recording.begin(Limits::SMALL);
        if !before.is_empty() {
            recording.send(&before);
        }
        recording.send(&request);
        let first = recording.laps;
        recording.send(&request);
        parts.push((name.to_owned(), first..recording.laps, budget));
        recording.end(false);
    }
    for selected in cases {
        let limits = selected.case.limits(Limits::SMALL);
        // A recording cannot wait for a server that does not read, as after a client's stall.
        let stalls = |step: &Step| matches!(step.kind, StepKind::Stall(_));
        let fits = limits == Limits::SMALL || board.fits(&limits)?.is_none();
        if !fits || selected.case.steps.iter().any(stalls) {
            continue;
        }
        for row in &selected.rows {
            let first = recording.laps;
            recording.case(selected.case, row);
            parts.push((row.id.clone(), first..recording.laps, None));
        }
    }
    let (laps, stacks) = play(&recording)?;
    if laps.len() != recording.laps || stacks.len() != parts.len() {
        let what = format!("{} of {} laps were counted", laps.len(), recording.laps);
        return Err(Unreachable(what));
    }
    let cost = |((name, range, budget), stack_bytes)| {
        let instructions = laps.get::<std::ops::Range<usize>>(range).unwrap_or_default();
        Cost { name, instructions: instructions.iter().sum(), stack_bytes, budget }
    };
    Ok(parts.into_iter().zip(stacks).map(cost).collect())
}

/// Plays a recording: the instructions of each lap, and the stack of each part.
fn play(recording: &Recording) -> Result<(Vec<u64>, Vec<u64>), Unreachable> {
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
    Ok((laps, stacks(&answers)?))
}

/// The measurements of stack, in what the board has said.
fn stacks(mut answers: &[u8]) -> Result<Vec<u64>, Unreachable> {
    let mut playback = Playback::<FRAME_BYTES>::new(SESSION);
    let mut stacks = Vec::new();
    while let Some(frame) = playback.next_frame(&mut answers) {
        match frame {
            Ok(Frame::Metric(metric::STACK_BYTES, bytes)) => stacks.push(bytes),
            Ok(_) => {}
            Err(cause) => {
                return Err(Unreachable(format!("the board's answers are broken ({cause:?})")));
            }
        }
    }
    Ok(stacks)
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

/// A table of costs, in Markdown.
///
/// # Errors
///
/// That of writing.
pub fn table(costs: &[Cost], out: &mut dyn Write) -> io::Result<()> {
    if costs.is_empty() {
        return Ok(());
    }
    writeln!(out, "| what | instructions | budget | stack |")?;
    writeln!(out, "| --- | ---: | ---: | ---: |")?;
    for Cost { name, instructions, stack_bytes, budget } in costs {
        let budget = budget.map(|budget| budget.to_string()).unwrap_or_default();
        writeln!(out, "| {name} | {instructions} | {budget} | {stack_bytes} B |")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{BROWSER, HELLO, POST, kept};
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
}
