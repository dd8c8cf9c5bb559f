//! What a board measures: the identifiers of METRIC.

/// Bytes of stack that were used at most since they were asked for last.
pub(crate) const STACK_BYTES: u16 = 2;
/// How often the server has read from the last connection.
pub(crate) const READS: u16 = 3;
/// Bytes of the two buffers that each connection is lent.
pub(crate) const RECEIVE_BYTES: u16 = 4;
pub(crate) const SEND_BYTES: u16 = 5;
