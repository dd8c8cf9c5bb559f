//! A server at one end of the link, and a runner at the other.

mod alone;
mod runner;
mod sharing;
