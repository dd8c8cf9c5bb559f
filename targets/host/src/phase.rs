//! How far a server is on its way to its end, as its handle and its workers tell each other.

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
