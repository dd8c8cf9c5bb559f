//! What a board measures: the identifiers of METRIC.

/// Bytes of RAM that hold variables, if the board can tell.
pub const STATIC_BYTES: u16 = 1;
/// Bytes of stack that were used at most since they were asked for last, likewise.
pub const STACK_BYTES: u16 = 2;
/// How often the server has read from the last connection.
pub const READS: u16 = 3;
/// Bytes of the buffer that each connection is lent to receive.
pub const RECEIVE_BYTES: u16 = 4;
/// And to send.
pub const SEND_BYTES: u16 = 5;
