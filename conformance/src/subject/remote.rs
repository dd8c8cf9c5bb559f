//! The demo on a board with a network, which runs whether we look or not.
//!
//! It is ours, so its bytes are compared with core's; but its limits are its own, its clock is
//! everybody's, and nobody knows how the kernels between us join what we send apart.

use samewire::Limits;

use super::url::{self, Url};
use super::{Channel, OpenOptions, Subject, Time, Unreachable, socket};
use crate::case::Need;

/// A board by its address.
pub struct Remote {
    name: String,
    url: Url,
}

impl Remote {
    /// A subject of this name, at this `HOST:PORT`.
    ///
    /// # Errors
    ///
    /// What is wrong with the address.
    pub fn new(name: impl Into<String>, address: &str) -> Result<Self, String> {
        Ok(Self { name: name.into(), url: Url::parse(&format!("url:http://{address}"))? })
    }
}

impl Subject for Remote {
    fn name(&self) -> &str {
        &self.name
    }

    fn time(&self) -> Time {
        Time::Real
    }

    fn lacks(&mut self, need: Need) -> Result<Option<String>, Unreachable> {
        Ok(socket::lacks(need).or_else(|| url::lacks(need)))
    }

    fn fits(&mut self, limits: &Limits, _: usize) -> Result<Option<String>, Unreachable> {
        let other = *limits != Limits::SMALL;
        Ok(other.then(|| "needs limits: the board has its own".to_owned()))
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        self.url.open(options)
    }
}
