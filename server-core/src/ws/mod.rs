//! WebSocket (RFC 6455): the opening handshake, frames, messages and the close.
//!
//! Everything here is a pure function or a small `Copy` state over bytes that the caller lends.
//! Who sends, who waits and who hangs up is decided by the connection, with these in hand:
//!
//! 1. [`handshake::judge`] reads the fields of a request, [`handshake::accept`] answers its key.
//! 2. [`frame::header`] reads a frame's header, [`frame::unmask`] its payload.
//! 3. A data frame goes through [`message::Message`]: `begin`, `payload` as it comes, `end`.
//! 4. A Close frame's payload goes to [`close::parse`].
//! 5. [`frame::encode`] heads whatever is sent.

mod accept;
pub mod close;
pub mod frame;
pub mod handshake;
pub mod message;
pub mod utf8;
