//! What the tests share: an app with a route of each kind, a client's bytes, and a server that is
//! fed them.

pub(crate) mod client;
pub(crate) mod fixture;
pub(crate) mod serve;
