//! Samewire on a byte stream: any [`App`](samewire::App) on a board without a network. No heap, no
//! `unsafe`, no clock.
//!
//! Connections and time come by [the link](samewire_link) from the runner, `samewire check`, which
//! starts the board or an emulator of it as a command. A board has to give no more than the stream:
//!
//! ```no_run
//! use samewire::Limits;
//! use samewire_linked::{Board, End, Server};
//! # struct Panel;
//! # samewire::app! { for Panel; get "/" => index; }
//! # async fn index(_: &Panel) -> &'static str { "" }
//! # struct Uart;
//! # impl Uart {
//! #     fn read(&mut self, _: &mut [u8]) -> usize { 0 }
//! #     fn write_all(&mut self, _: &[u8]) {}
//! # }
//!
//! struct Stream(Uart);
//!
//! impl Board for Stream {
//!     fn read(&mut self, into: &mut [u8]) -> usize { self.0.read(into) } // waits for a byte
//!     fn write(&mut self, from: &[u8]) { self.0.write_all(from) }
//! }
//!
//! let mut receive = [0; Limits::SMALL.receive_bytes_min()];
//! let mut send = [0; Limits::SMALL.send_bytes_min()];
//! let end: End = Server::new(Stream(Uart)).run(|| Panel, &mut receive, &mut send);
//! ```
//!
//! A board that has other things to do, an executor's tasks, gives a [`Line`] instead: a [`Serial`] of
//! any HAL's UART, for one, of which bytes may be lost and whose runners come and go.
//!
//! ```
//! # use samewire_linked::{Line, Server};
//! use samewire_link::Settings;
//! # struct Panel;
//! # samewire::app! { for Panel; get "/" => index; }
//! # async fn index(_: &Panel) -> &'static str { "" }
//!
//! // #[embassy_executor::task]
//! async fn link(line: impl Line, random: u32, receive: &mut [u8], send: &mut [u8]) {
//!     let mut server = Server::with_settings(line, Settings::board(random));
//!     server.serve_all(|| Panel, receive, send).await
//! }
//! ```
//!
//! Each connection has an app of its own, as in the runner's memory: what is compared byte for byte
//! must have begun alike. A server with several places serves as many connections side by side, with
//! one app among them, where the runner orders that: `samewire bridge` does, for curl and browsers.
//!
//! ```
//! # use samewire_linked::{Line, Server};
//! # use samewire_link::Settings;
//! # fn make(line: impl Line) {
//! let server = Server::<_, 6, 7>::side_by_side(line, Settings::board(0)); // six, and their orders
//! # }
//! ```
//!
//! How input is cut, which limits hold and when a client stops reading goes before each connection as
//! [orders](Order); the time of day stands still at Sun, 06 Nov 1994 08:49:37 GMT. So this is a board
//! under test, not one in use.
#![no_std]
#![forbid(unsafe_code)]

mod board;
mod line;
pub mod metric;
mod order;
mod pace;
mod place;
mod pump;
mod serial;
mod serving;
mod wire;
mod words;

pub use board::{Board, End, Mark, Memory, PANICKED};
pub use line::Line;
pub use order::{LIMITS, ORDER_BYTES, Order, places, set};
pub use pump::LOG_BYTES_MAX;
pub use serial::Serial;
pub use serving::Server;
pub use words::{LastWords, Lines};
