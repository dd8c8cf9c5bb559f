//! The worker, seen by who has started it: told what to do, listened to, and killed when it is late.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel};
use std::time::{Duration, Instant};

use super::{Done, Order, Step, Told, WORKER};
use crate::stand_in::last_words;
use crate::trouble::{Class, Trouble};

/// How long a killed process is waited for. One that the kernel does not let go in this time keeps
/// its probe, and the next one is told so.
const REAP_MAX: Duration = Duration::from_secs(3);

/// So many lines may wait for whoever listens, a terminal that is stopped for one; then the worker
/// waits.
const LINES_MAX: usize = 64;

/// The program that is started as a worker.
#[derive(Clone, Debug)]
pub struct Worker {
    path: PathBuf,
    arguments: Vec<String>,
}

/// A started worker. Dropping it kills it.
struct Running {
    child: Option<Child>,
    /// While this lives, its input is open.
    _input: Sender<()>,
    lines: Receiver<String>,
    words: Receiver<String>,
    /// What it is at, for the message if it comes to no end.
    step: Option<Step>,
}

impl Worker {
    /// This very program. It must call [`run_if_asked`](super::run_if_asked) before all else.
    ///
    /// # Errors
    ///
    /// The operating system does not tell where it is.
    pub fn this() -> Result<Self, Trouble> {
        let path = std::env::current_exe().map_err(|error| {
            let what = format!("this program does not find itself: {error}");
            Trouble::new(Class::Tool, what, "start it by its whole path")
        })?;
        Ok(Self { path, arguments: vec![WORKER.to_owned()] })
    }

    /// Has an order carried out; `blob` is what the pieces of a [`Job::Flash`] hold.
    ///
    /// # Errors
    ///
    /// The worker's trouble; or it was late, and was killed.
    pub(crate) fn run(
        &self,
        order: &Order,
        blob: &[u8],
        heard: &mut dyn FnMut(&Told) -> ControlFlow<()>,
    ) -> Result<Option<Done>, Trouble> {
        let limits = (order.job.deadline(), order.job.silence());
        self.run_within(limits, order, blob, heard)
    }

    fn run_within(
        &self,
        (deadline, silence): (Option<Duration>, Duration),
        order: &Order,
        blob: &[u8],
        heard: &mut dyn FnMut(&Told) -> ControlFlow<()>,
    ) -> Result<Option<Done>, Trouble> {
        let started = Instant::now();
        let mut running = self.start(order, blob)?;
        loop {
            let left = deadline.map(|deadline| deadline.saturating_sub(started.elapsed()));
            let (patience, late) = match left {
                Some(left) if left < silence => (left, "there was no end of it"),
                _ => (silence, "nothing more was heard"),
            };
            // One that never stops talking is late, too: there is always a line that waits.
            if patience.is_zero() {
                return Err(running.late(late, started.elapsed()));
            }
            let line = match running.lines.recv_timeout(patience) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => {
                    return Err(running.late(late, started.elapsed()));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(running.died()),
            };
            let Ok(told) = serde_json::from_str::<Told>(&line) else {
                let what = format!("the worker makes no sense: {}", line.trim());
                return Err(Trouble::new(Class::Tool, what, "is it the same program?"));
            };
            if let Told::Step(step) = &told {
                running.step = Some(*step);
            }
            let goes_on = heard(&told).is_continue();
            match told {
                Told::Done(done) => return Ok(Some(done)),
                Told::Failed(trouble) => return Err(trouble),
                _ if goes_on => {}
                _ => return Ok(None),
            }
        }
    }

    fn start(&self, order: &Order, blob: &[u8]) -> Result<Running, Trouble> {
        let failed = |error: std::io::Error| {
            let what = format!("{} cannot be started as a worker: {error}", self.path.display());
            Trouble::new(Class::Tool, what, "was the program replaced while it ran? start it anew")
        };
        let mut command = Command::new(&self.path);
        command.args(&self.arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let (lines, words) = (lines(child.stdout.take()), last_words(child.stderr.take()));
        let input = child.stdin.take();
        let mut text = serde_json::to_vec(order).map_err(|error| failed(error.into()))?;
        text.push(b'\n');
        text.extend_from_slice(blob);
        let (hold, held) = channel::<()>();
        // On a thread of its own: a worker that does not read must not hold us. It keeps the input
        // open as long as we listen, for its end is what tells a worker that it is alone.
        std::thread::spawn(move || {
            let Some(mut input) = input else { return };
            // Whoever does not read has ended, and says why on its standard error.
            if input.write_all(&text).and_then(|()| input.flush()).is_ok() {
                let _ = held.recv();
            }
        });
        Ok(Running { child: Some(child), _input: hold, lines, words, step: None })
    }
}

impl Running {
    /// Kills it, because it is late.
    fn late(&mut self, what: &str, after: Duration) -> Trouble {
        self.kill();
        let step = self.step.map_or("began", Step::doing);
        let what = format!("{what} after {:.0} s, while it {step}", after.as_secs_f32());
        let remedy = match self.step {
            Some(Step::Erase | Step::Program | Step::Verify) => {
                "the flash is half written: plug the probe and the board in again, and flash anew"
            }
            _ => "plug the probe and the board in again",
        };
        Trouble::new(Class::TimeOut, what, remedy)
    }

    /// What it died of.
    fn died(&mut self) -> Trouble {
        let status = self.kill();
        let words = self.words.recv_timeout(REAP_MAX).unwrap_or_default();
        let mut what = match status {
            Some(status) => format!("the worker has ended: {status}"),
            None => "the worker has ended".to_owned(),
        };
        if let Some(line) = words.lines().find(|line| !line.trim().is_empty()) {
            what += &format!(": {}", line.trim());
        }
        // It has no other reason to than a fault of ours or of probe-rs, and the probe's state is
        // unknown; attaching anew is what may help.
        Trouble::new(Class::Attach, what, "plug the probe in again; if it stays so, file an issue")
    }

    /// Kills it if it still runs, and waits until it has let its probe go.
    fn kill(&mut self) -> Option<ExitStatus> {
        let mut child = self.child.take()?;
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        let _ = child.kill();
        let (send, reaped) = channel();
        std::thread::spawn(move || {
            let _ = send.send(child.wait());
        });
        reaped.recv_timeout(REAP_MAX).ok()?.ok()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Its lines, read on a thread of its own: a pipe cannot be waited for with a deadline.
fn lines(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = sync_channel(LINES_MAX);
    std::thread::spawn(move || {
        let Some(pipe) = pipe else { return };
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    receive
}

#[cfg(all(test, unix))]
mod tests {
    use super::Worker;
    use crate::job::{Done, Job, Order, Step, Told};
    use crate::trouble::{Class, Trouble};
    use std::ops::ControlFlow;
    use std::time::Duration;

    const LONG: Duration = Duration::from_secs(60);

    /// A shell plays the worker.
    fn play(script: &str, silence: Duration) -> (Result<Option<Done>, Trouble>, Vec<Told>) {
        let arguments = vec!["-c".to_owned(), script.to_owned()];
        let worker = Worker { path: "sh".into(), arguments };
        let order =
            Order { probe: "p".into(), chip: "RP2040".into(), job: Job::Reset { rtt: None } };
        let mut heard = Vec::new();
        let end = worker.run_within((Some(LONG), silence), &order, b"blob", &mut |told| {
            heard.push(told.clone());
            ControlFlow::Continue(())
        });
        (end, heard)
    }

    #[test]
    fn a_worker_hears_the_order_and_is_heard() {
        let script = r#"read order
            case "$order" in *'"reset":{"rtt":null}'*) ;; *) exit 9;; esac
            test "$(head -c 4)" = blob || exit 8
            echo '{"step":"attach"}'; echo '{"progress":{"done":1,"all":2}}'; echo '"alive"'
            echo '{"done":"reset"}'"#;
        let (end, heard) = play(script, LONG);
        assert_eq!(end, Ok(Some(Done::Reset)));
        let [step, progress, alive, done] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!((step, alive), (&Told::Step(Step::Attach), &Told::Alive));
        assert_eq!(progress, &Told::Progress { done: 1, all: 2 });
        assert_eq!(done, &Told::Done(Done::Reset));
    }

    #[test]
    fn one_that_hangs_is_killed_and_what_it_was_at_is_told() {
        let script = r#"echo '{"step":"program"}'; cat >&2"#;
        let (end, _) = play(script, Duration::from_secs(3));
        let trouble = end.unwrap_err();
        assert_eq!(trouble.class, Class::TimeOut);
        assert!(trouble.what.ends_with("while it programmed"), "{trouble}");
        assert!(trouble.remedy.contains("half written"), "{trouble}");
    }

    #[test]
    fn one_that_talks_for_ever_is_killed_as_well() {
        let worker = Worker {
            path: "sh".into(),
            arguments: vec!["-c".into(), (r#"while echo '"alive"'; do :; done"#).into()],
        };
        let order = Order { probe: "p".into(), chip: "c".into(), job: Job::Reset { rtt: None } };
        let limits = (Some(Duration::from_millis(300)), LONG);
        let end = worker.run_within(limits, &order, b"", &mut |_| ControlFlow::Continue(()));
        let trouble = end.unwrap_err();
        assert_eq!(trouble.class, Class::TimeOut);
        assert!(trouble.what.starts_with("there was no end of it after "), "{trouble}");
        // Whoever listens has heard enough.
        let limits = (None, LONG);
        let end = worker.run_within(limits, &order, b"", &mut |_| ControlFlow::Break(()));
        assert_eq!(end, Ok(None));
    }

    #[test]
    fn one_that_dies_is_told_from_one_that_fails() {
        let (end, _) = play("echo out of tune >&2; exit 3", LONG);
        let trouble = end.unwrap_err();
        assert_eq!(trouble.class, Class::Attach);
        assert_eq!(trouble.what, "the worker has ended: exit status: 3: out of tune");
        let failed = r#"echo '{"failed":{"class":"wrong-chip","what":"a","remedy":"b"}}'"#;
        assert_eq!(play(failed, LONG).0, Err(Trouble::new(Class::WrongChip, "a", "b")));
        assert_eq!(play("echo hello", LONG).0.unwrap_err().class, Class::Tool);
    }
}
