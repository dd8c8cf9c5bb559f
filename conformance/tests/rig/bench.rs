//! A folder with a `boards.toml`, and `samewire` in it.

use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Names the image's file, as for the tests of the rig itself: `cargo ci rig` builds it.
const IMAGE: &str = "SAMEWIRE_RP2040_IMAGE";
/// By this `samewire` knows the image.
const ITS_IMAGE: &str = "SAMEWIRE_RP2040";
/// All that a bench starts has this in its environment.
const MARK: &str = "SAMEWIRE_BENCH";
/// Nothing takes longer, whatever is wrong with a board.
const RUN_MAX: Duration = Duration::from_secs(60);
/// How long what is ended may take to be gone.
const GONE_MAX: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(20);

/// The image, if there is one.
pub(crate) fn image() -> Option<PathBuf> {
    std::env::var_os(IMAGE).map(PathBuf::from)
}

/// What plays an RP2040.
pub(crate) fn emulator() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hil/rp2040-emu/main.mjs");
    path.display().to_string()
}

/// How a command has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// It ended with this code, and said all of this, on either stream.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        for words in words {
            assert!(self.out.contains(words) || self.err.contains(words), "{words}: {self:#?}");
        }
        self
    }
}

pub(crate) struct Bench {
    folder: PathBuf,
    mark: String,
}

impl Bench {
    /// With these boards, each a name and the rest of its row.
    pub(crate) fn new(rows: &[(&str, &str)]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mark = format!("samewire-bench-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(&mark);
        std::fs::create_dir(&folder).unwrap();
        let bench = Self { folder, mark };
        let mut file = String::new();
        for (name, row) in rows {
            write!(file, "[board.{name}]\nchip = \"rp2040\"\n{row}\n").unwrap();
        }
        bench.file("boards.toml", file.as_bytes());
        bench
    }

    /// With one board that is played under these faults, and starts blank.
    pub(crate) fn faulty(faults: &[&str]) -> Self {
        let faults: String =
            faults.iter().map(|fault| format!(", \"--fault\", \"{fault}\"")).collect();
        let row = format!("stand-in = [\"node\", {:?}{faults}]", emulator());
        Self::new(&[("desk", &row)])
    }

    /// Writes a file into the folder; where it is.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A command that belongs to this bench, whatever it starts. What is temporary is in its folder,
    /// leases among it.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env(MARK, &self.mark).env("TMPDIR", &self.folder);
        command.env(ITS_IMAGE, image().expect("no trial runs without it"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `samewire` with these words, which are apart by spaces.
    pub(crate) fn samewire(&self, words: &str) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_samewire"));
        command.args(words.split(' '));
        command
    }

    /// Runs it to its end, within the minute; nothing that it started is left then.
    pub(crate) fn run(&self, words: &str) -> Ended {
        let before = self.marked();
        let ended = finish(self.samewire(words));
        self.wait_until_left(&before);
        ended
    }

    /// The processes of this bench that run.
    pub(crate) fn marked(&self) -> Vec<u32> {
        let mark = format!("{MARK}={}", self.mark);
        let has_mark = |id: &u32| {
            // Who has ended in between, or is somebody else's, has none.
            let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            environment.split(|&byte| byte == 0).any(|one| one == mark.as_bytes())
        };
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        ids.filter(has_mark).collect()
    }

    /// Waits until these alone are left.
    pub(crate) fn wait_until_left(&self, ids: &[u32]) {
        let began = Instant::now();
        while self.marked() != ids {
            let left = self.marked();
            assert!(began.elapsed() < GONE_MAX, "{left:?} run, and not {ids:?}");
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Runs a command to its end, within the minute.
pub(crate) fn finish(mut command: Command) -> Ended {
    let mut child = command.spawn().unwrap();
    let (out, err) = (listen(child.stdout.take()), listen(child.stderr.take()));
    let code = wait(&mut child);
    let text = |heard: Receiver<String>| heard.recv_timeout(GONE_MAX).unwrap_or_default();
    Ended { code, out: text(out), err: text(err) }
}

/// Waits for its end; its exit code, if it was not killed.
pub(crate) fn wait(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > RUN_MAX {
            let _ = child.kill();
            let _ = child.wait();
            panic!("not over after {} s", RUN_MAX.as_secs());
        }
        std::thread::sleep(LOOK);
    }
}

/// All that comes, at its end.
fn listen(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}
