//! A bridge to a board without a network, as a person starts and ends it.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::step::command_line;
use crate::workspace::Workspace;

/// Far more than its end takes, with a look at the board's stack.
const END_MAX: Duration = Duration::from_secs(60);
/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(50);

/// One that runs. It ends when this is dropped.
pub(crate) struct Bridge {
    child: Child,
    /// Where the board is reached.
    pub(crate) address: SocketAddr,
}

impl Bridge {
    /// Starts one to this board on a free port, by the command that is built so.
    pub(crate) fn start(
        workspace: &Workspace,
        built: &[&str],
        board: &str,
    ) -> Result<Self, Failure> {
        let mut command = workspace.cargo();
        command.args(["run", "--quiet"]).args(built);
        command.args(["--", "bridge", board, "--port", "0"]).stdout(Stdio::piped());
        println!("$ {}", command_line(&command));
        let silent = || Failure::new(format!("samewire bridge {board} tells no address"));
        let mut child = command.spawn().map_err(|_| silent())?;
        let mut line = String::new();
        let read = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        let address =
            line.trim_end().strip_prefix("http://").and_then(|rest| rest.strip_suffix('/'));
        match (read, address.and_then(|address| address.parse().ok())) {
            (Some(Ok(_)), Some(address)) => Ok(Self { child, address }),
            _ => {
                // It has ended by itself, or says what nobody understands.
                let _ = child.kill();
                let _ = child.wait();
                Err(silent())
            }
        }
    }

    /// Ends it as Ctrl-C does, which must be an end in order.
    pub(crate) fn interrupt(mut self) -> Result<(), Failure> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        if !sent.is_ok_and(|status| status.success()) {
            return Err(Failure::new("the bridge could not be interrupted"));
        }
        let began = Instant::now();
        while began.elapsed() < END_MAX {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(LOOK),
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => {
                    return Err(Failure::new(format!("the bridge ended: {status}")));
                }
                Err(error) => return Err(Failure::new(format!("the bridge: {error}"))),
            }
        }
        Err(Failure::new(format!("the bridge does not end within {} s", END_MAX.as_secs())))
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
