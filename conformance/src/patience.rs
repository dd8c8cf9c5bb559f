//! How long a replay waits, so that a server that hangs is a failed case and never a hanging runner.

use std::time::Duration;

use crate::subject::Time;

/// How long to wait for what, where time is real.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the next bytes of an answer that is expected.
    pub answer: Duration,
    /// For bytes that should not come.
    pub quiet: Duration,
    /// For the server's end of stream after ours; virtual time passes by as much.
    pub end: Duration,
    /// For the whole case, waits that it asks for apart.
    pub case: Duration,
    /// Whose clock runs.
    pub time: Time,
}

impl Patience {
    /// With servers that run by this clock.
    pub const fn new(time: Time) -> Self {
        Self {
            time,
            answer: Duration::from_secs(3),
            quiet: Duration::from_millis(60),
            end: Duration::from_secs(1),
            case: Duration::from_secs(10),
        }
    }
}
