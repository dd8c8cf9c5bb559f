//! An emulated board that runs, reached through ports of this machine's loopback. The runner starts
//! it, and tells where it is.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// A board that is served. It ends when this is dropped.
pub(super) struct Machine {
    child: Child,
    /// The demo.
    pub(super) demo: SocketAddr,
    /// The least that could answer.
    pub(super) bare: SocketAddr,
}

impl Machine {
    /// Starts the board of this target on free ports of ours.
    pub(super) fn start(workspace: &Workspace, target: &str) -> Result<Self, Failure> {
        let mut command = Command::new(workspace.release("samewire"));
        command.args(["serve", "--port", "0", "--target", target]).stdout(Stdio::piped());
        let silent = || Failure::new(format!("samewire serve --target {target} tells no address"));
        let mut child = command.spawn().map_err(|_| silent())?;
        let lines: Vec<String> = child
            .stdout
            .take()
            .into_iter()
            .flat_map(|out| BufReader::new(out).lines().map_while(Result::ok).take(LINES))
            .collect();
        let (demo, bare) = (find(&lines, ""), find(&lines, "bare"));
        if demo.is_none() || bare.is_none() {
            // It has ended by itself, or says what nobody understands.
            let _ = child.kill();
            let _ = child.wait();
        }
        let (Some(demo), Some(bare)) = (demo, bare) else { return Err(silent()) };
        Ok(Self { child, demo, bare })
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How many addresses are told.
const LINES: usize = 3;

/// The address in the line with this behind its URL: `http://127.0.0.1:34567/ bare`.
fn find(lines: &[String], what: &str) -> Option<SocketAddr> {
    lines.iter().find_map(|line| {
        let (url, behind) =
            line.split_once("/ ").or_else(|| Some((line.strip_suffix('/')?, "")))?;
        let address = url.strip_prefix("http://")?.parse().ok()?;
        (behind == what).then_some(address)
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn addresses_are_found_by_what_they_are() {
        let lines = ["http://127.0.0.1:1/", "http://127.0.0.1:2/ byte by byte", "http://::1/ bare"];
        let lines = lines.map(str::to_owned);
        for (what, expected) in [("", Some(1)), ("byte by byte", Some(2)), ("bare", None)] {
            let port = find(&lines, what).map(|address| address.port());
            assert_eq!(port, expected, "{what:?}");
        }
    }
}
