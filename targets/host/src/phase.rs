//! How far a server is on its way to its end, as its handle and its workers tell each other.

use std::io;

use tokio::sync::watch;

/// Serving, then perhaps draining, then stopped; never back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Connections are accepted.
    Serving,
    /// Connections finish what they have begun.
    Draining,
    /// What is left is dropped.
    Stopped,
}

/// Moves on to `phase`, unless the server is there or further.
pub(crate) fn advance(phases: &watch::Sender<Phase>, phase: Phase) {
    phases.send_if_modified(|current| {
        let later = phase > *current;
        *current = phase.max(*current);
        later
    });
}

/// Waits until the server is at `phase` or further. A handle that is gone counts as stopped.
pub(crate) async fn reached(phases: &mut watch::Receiver<Phase>, phase: Phase) {
    // An error says that the handle is gone.
    let _ = phases.wait_for(|current| *current >= phase).await;
}

/// Ctrl-C and, on Unix, SIGTERM.
pub(crate) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Signals {
    /// Takes the signals from their default, which is to end the process.
    #[cfg(unix)]
    pub(crate) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    /// Takes the signal from its default, which is to end the process.
    #[cfg(windows)]
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    /// The first signal drains the server, the second one stops it.
    pub(crate) async fn advance(mut self, phases: watch::Sender<Phase>) {
        for phase in [Phase::Draining, Phase::Stopped] {
            #[cfg(unix)]
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
            #[cfg(windows)]
            self.interrupt.recv().await;
            advance(&phases, phase);
        }
    }
}
