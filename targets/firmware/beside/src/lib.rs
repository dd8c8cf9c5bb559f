//! What the images have in common: one client, one wire in memory, one clock, one way to poll.
//!
//! The client is a file on the standard input of the emulator, so that no image knows what it will
//! be asked. It holds records: a letter, a length of two bytes (the lower first), and so many bytes.
//!
//! | letter | what it asks |
//! | --- | --- |
//! | `o` | a connection that begins; the one before is dropped |
//! | `s` | these bytes come; the server does all that it can with them |
//!
//! Each `s` is answered on the standard output: four bytes for the stack used at most meanwhile, one
//! that is 1 if the server has ended its half, two for a length, and the bytes that the server has
//! sent. Instructions are counted from outside, between the marks of [`samewire_gauge`]: what a
//! server does, without the moving of bytes, which would be a TCP stack's.
//!
//! | exit code | because |
//! | ---: | --- |
//! | 0 | the input has ended |
//! | 101 | the firmware has panicked; why stands on the standard error |
//! | 102 | a record or an answer is too long, or the emulator's files do not work |
#![no_std]

mod client;
pub mod clock;
pub mod stream;
mod wire;

use core::fmt::Arguments;
use core::panic::PanicInfo;

use cortex_m_rt::{ExceptionFrame, exception};

pub use client::Client;
pub use wire::Wire;

/// What each server must take: a head of this many bytes, in a buffer that is lent.
pub const HEAD_BYTES: usize = 1536;
/// And content of this many behind it, or a WebSocket message.
pub const CONTENT_BYTES: usize = 512;

/// What `GET /` answers.
pub const INDEX: &str = "The same bytes on every wire.\n";
/// What `GET /hello` answers.
pub const HELLO: &str = "Hello, World!\n";

/// What `POST /led` takes, and answers.
#[cfg(feature = "routes")]
#[derive(serde::Deserialize, serde::Serialize)]
pub struct Led {
    /// A percentage.
    pub level: u8,
}

/// Ends the emulator, and says why.
fn die(code: i32, reason: Arguments<'_>) -> ! {
    semihosting::eprintln!("{reason}");
    semihosting::process::exit(code)
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // Without its message: formatting that is not a server's would hide a server's own.
    die(101, format_args!("a panic"))
}

#[exception]
unsafe fn HardFault(_: &ExceptionFrame) -> ! {
    die(101, format_args!("a hard fault"))
}
