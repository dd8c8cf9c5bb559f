//! The demo on QEMU's `microbit`: the instruction set of a Cortex-M0, 16 KB of RAM, no network.

use super::emulator::{Emulator, Program};
use super::link::Linked;
use super::link::stream::Stream;
use super::{Unreachable, image};

/// The emulator.
pub(crate) const QEMU: &str = "qemu-system-arm";

/// A subject of this name.
pub fn subject(name: &str) -> Linked {
    Linked::new(name, start)
}

/// One that has just begun.
pub(crate) fn start() -> Result<Box<dyn Stream>, Unreachable> {
    Ok(Box::new(Emulator::start(&Program::qemu(QEMU, arguments()?))?))
}

/// Its command line.
pub(crate) fn arguments() -> Result<Vec<String>, Unreachable> {
    let image = image::find("microbit", "thumbv6m-none-eabi")?;
    let words = "-M microbit -display none -monitor none -serial none \
                 -semihosting-config enable=on,target=native -kernel";
    let mut arguments: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    arguments.push(image.to_string_lossy().into_owned());
    Ok(arguments)
}
