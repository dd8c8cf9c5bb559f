//! The worker, seen from within: it hears its order, does it, tells how it goes, and ends when
//! nobody listens any more.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{ExitCode, exit};
use std::sync::Mutex;

use super::{Done, Job, Order, Told, WORKER, probe};
use crate::trouble::{Class, Trouble};

/// An order is a line of JSON, and no longer than this.
const ORDER_BYTES_MAX: u64 = 1024 * 1024;

/// The mouth of the worker. Lines of several threads do not mix.
pub(super) struct Teller(Mutex<std::io::Stdout>);

impl Teller {
    /// Tells something. Without anybody who listens there is nothing left to do.
    pub(super) fn tell(&self, told: &Told) {
        let Ok(mut out) = self.0.lock() else { exit(1) };
        let written = serde_json::to_vec(told).map_err(Into::into).and_then(|mut line| {
            line.push(b'\n');
            out.write_all(&line)?;
            out.flush()
        });
        if written.is_err() {
            exit(1);
        }
    }
}

/// Works, if this program was started as a worker: call it before all else, and end with what it
/// gives. It does nothing in a program that was started by anybody else.
pub fn run_if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != WORKER || arguments.next().is_some() {
        return None;
    }
    let teller: &'static Teller = Box::leak(Box::new(Teller(Mutex::new(std::io::stdout()))));
    let told = match hear() {
        Ok((order, blob)) => match carry_out(&order, &blob, teller) {
            Ok(done) => Told::Done(done),
            Err(trouble) => Told::Failed(trouble),
        },
        Err(error) => {
            let what = format!("the worker was told nothing that makes sense: {error}");
            Told::Failed(Trouble::new(Class::Tool, what, "it is not meant to be started by hand"))
        }
    };
    teller.tell(&told);
    Some(ExitCode::SUCCESS)
}

fn carry_out(order: &Order, blob: &[u8], teller: &'static Teller) -> Result<Done, Trouble> {
    match &order.job {
        #[cfg(feature = "esp")]
        Job::FlashSerial { port, .. } => super::esp::flash(port, blob, teller),
        #[cfg(not(feature = "esp"))]
        Job::FlashSerial { .. } => Err(Trouble::new(
            Class::Tool,
            "this program was built without what flashes Espressif's chips",
            "build it with `--features esp`, or flash by espflash or esptool",
        )),
        _ => probe::carry_out(order, blob, teller),
    }
}

/// Hears the order and what belongs to it, and from then on whether anybody is still there.
fn hear() -> std::io::Result<(Order, Vec<u8>)> {
    let mut input = BufReader::new(std::io::stdin());
    let mut line = String::new();
    input.by_ref().take(ORDER_BYTES_MAX).read_line(&mut line)?;
    let order: Order = serde_json::from_str(&line)?;
    let length = match &order.job {
        Job::Flash { pieces, .. } => pieces.iter().map(|piece| piece.length).sum(),
        Job::FlashSerial { length, .. } => *length,
        _ => 0,
    };
    let mut blob = vec![0; length];
    input.read_exact(&mut blob)?;
    std::thread::spawn(move || {
        let mut nothing = [0; 64];
        while let Ok(1..) = input.read(&mut nothing) {}
        // Whoever started us has been killed. Nothing that is at work here may go on unseen.
        exit(1)
    });
    Ok((order, blob))
}
