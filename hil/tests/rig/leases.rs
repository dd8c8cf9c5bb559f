//! Leases between processes.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, ExitCode, Stdio};

use samewire_hil::lease::Lease;
use samewire_hil::trouble::Class;

use crate::scratch::Scratch;

pub(crate) const TRIALS: &[(&str, fn())] =
    &[("who_is_killed_holds_nothing", who_is_killed_holds_nothing)];

/// Makes a holder of this program; the folder follows.
const HOLD: &str = "--hold-a-lease-in";
const THING: &str = "2e8a:000c:E66";

/// Holds a lease until the input ends, if this program was started for it.
pub(crate) fn hold_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != HOLD {
        return None;
    }
    let folder = arguments.next()?;
    let lease = Lease::take(folder.as_ref(), &[THING.to_owned()], "flash desk");
    println!("{}", if lease.is_ok() { "held" } else { "busy" });
    let _ = std::io::stdin().read(&mut [0]);
    Some(ExitCode::SUCCESS)
}

fn who_is_killed_holds_nothing() {
    let folder = Scratch::new();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(HOLD).arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut holder = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "held\n");
    let things = [THING.to_owned()];
    let trouble = Lease::take(folder.path(), &things, "check desk").unwrap_err();
    assert_eq!(trouble.class, Class::Busy);
    assert!(trouble.what.contains(&format!("process {}: flash desk", holder.id())), "{trouble}");
    holder.kill().unwrap();
    holder.wait().unwrap();
    Lease::take(folder.path(), &things, "check desk").unwrap();
}
