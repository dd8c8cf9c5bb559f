//! The demo on QEMU's `microbit`: the very instruction set of a Cortex-M0, 16 KB of RAM, no network.
//! Connections and time come by [the link](samewire_link), which it reads from the emulator's
//! standard input and writes to its standard output. `samewire check --target microbit` runs it,
//! and so does a file of recorded frames:
//!
//! ```text
//! qemu-system-arm -M microbit -display none -monitor none -serial none \
//!     -semihosting-config enable=on,target=native -kernel microbit <RECORDED >ANSWERED
//! ```
//!
//! | exit code | because |
//! | ---: | --- |
//! | 0 | the input has ended |
//! | 101 | the firmware has panicked; why stands on the standard error |
//! | 102 | the link or the emulator's files do not work; so does why |
#![no_std]
#![no_main]

mod pipes;

use core::fmt::Arguments;
use core::panic::PanicInfo;

use cortex_m_rt::{ExceptionFrame, entry, exception};
use samewire::Limits;
use samewire_demo::Demo;
use samewire_gauge::stack;
use samewire_linked::{End, PANICKED, Server};

use pipes::Pipes;

/// What a connection reads into and writes from. Cases may ask for other limits than the demo's, as
/// long as these suffice; the runner is told their sizes.
const RECEIVE_BYTES: usize = Limits::SMALL.receive_bytes_min();
const SEND_BYTES: usize = Limits::SMALL.send_bytes_min();

/// What the emulator exits with when the link or its files do not work.
const BROKEN: i32 = 102;

#[entry]
fn main() -> ! {
    // Here the runtime makes exclusive references of them, which exist once.
    static mut RECEIVE: [u8; RECEIVE_BYTES] = [0; RECEIVE_BYTES];
    static mut SEND: [u8; SEND_BYTES] = [0; SEND_BYTES];
    static mut SERVER: Option<Server<Pipes>> = None;
    let server = make(SERVER);
    // What that took is not what serving takes.
    stack::take_peak_bytes();
    match run(server, RECEIVE, SEND) {
        // So nothing is left behind by a runner that was killed.
        End::Stream => semihosting::process::exit(0),
        end => die(BROKEN, format_args!("{end}")),
    }
}

/// Apart from `main`, or the stack would have to bear both this and the making of a server.
#[inline(never)]
fn run(server: &mut Server<Pipes>, receive: &mut [u8], send: &mut [u8]) -> End {
    server.run(Demo::new, receive, send)
}

/// Made in a function of its own, or the stack would bear a second server for ever.
#[inline(never)]
fn make(place: &mut Option<Server<Pipes>>) -> &mut Server<Pipes> {
    place.insert(Server::new(Pipes::open()))
}

/// Ends the emulator, and says why.
fn die(code: i32, reason: Arguments<'_>) -> ! {
    semihosting::eprintln!("{reason}");
    semihosting::process::exit(code)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    die(PANICKED, format_args!("{info}"))
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    die(PANICKED, format_args!("hard fault: {frame:?}"))
}
