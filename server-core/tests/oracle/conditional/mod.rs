//! An oracle for what a client asks of a file, and under which conditions: RFC 9110 §8.8.3, §12.5.3
//! and §14 in the plainest code there is.

pub(crate) mod coding;
pub(crate) mod range;
pub(crate) mod tags;
