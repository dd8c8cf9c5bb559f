//! Counting the instructions of a child process, which is this program again.

use std::fmt;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

/// Why nothing was counted.
#[derive(Debug)]
pub(crate) enum Unavailable {
    /// There is no valgrind here.
    NotInstalled,
    /// It ran, and counted nothing. What it said.
    Failed(String),
}

impl fmt::Display for Unavailable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled => out.write_str("valgrind is not here: apt-get install valgrind"),
            Self::Failed(said) => write!(out, "callgrind counted nothing:\n{said}"),
        }
    }
}

/// Instructions that `program` executes when it is started with `arguments`.
pub(crate) fn count(program: &Path, arguments: &[&str]) -> Result<u64, Unavailable> {
    let failed = |error: std::io::Error| Unavailable::Failed(error.to_string());
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => Unavailable::NotInstalled,
            _ => failed(error),
        })?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match collected(&said) {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(Unavailable::Failed(said)),
    }
}

/// The number in callgrind's last words: `==1== Collected : 123456`.
fn collected(said: &str) -> Option<u64> {
    let (_, count) = said.lines().find_map(|line| line.split_once("Collected : "))?;
    count.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::collected;

    #[test]
    fn reads_the_count() {
        let said = "==7== Events    : Ir\n==7== Collected : 1234567\n==7== \n";
        assert_eq!(collected(said), Some(1_234_567));
        assert_eq!(collected("==7== Events    : Ir\n"), None);
    }
}
