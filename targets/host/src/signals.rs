//! Ctrl-C and, on Unix, SIGTERM: the first one drains the server, the second one stops it.

use std::io;
use std::sync::mpsc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::phase::{Phase, advance, reached};

/// Hears signals, in a thread that outlives the workers, until the server has stopped. Tells
/// `ready` once they are taken from their default, which is to end the process.
pub(crate) fn hear(phases: watch::Sender<Phase>, ready: mpsc::Sender<io::Result<()>>) {
    // Whoever started us may have given up when we report; then `phases` says so too.
    match prepare() {
        Err(error) => drop(ready.send(Err(error))),
        Ok((runtime, mut signals)) => {
            drop(ready.send(Ok(())));
            drop(ready);
            let mut stopped = phases.subscribe();
            runtime.block_on(async {
                tokio::select! {
                    () = reached(&mut stopped, Phase::Stopped) => {}
                    () = signals.advance(&phases) => {}
                }
            });
        }
    }
}

fn prepare() -> io::Result<(Runtime, Signals)> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let inside = runtime.enter();
    let signals = Signals::new()?;
    drop(inside);
    Ok((runtime, signals))
}

struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(windows)]
    fn new() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    async fn advance(&mut self, phases: &watch::Sender<Phase>) {
        for phase in [Phase::Draining, Phase::Stopped] {
            #[cfg(unix)]
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
            #[cfg(windows)]
            self.interrupt.recv().await;
            advance(phases, phase);
        }
    }
}
