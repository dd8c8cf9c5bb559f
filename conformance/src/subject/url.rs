//! Any HTTP server in the world, by its URL.
//!
//! Its limits cannot be set and its clock is ours; how its bytes are cut is best effort, since
//! the kernels between us may join what we send apart.

use std::collections::HashMap;
use std::net::{SocketAddr, ToSocketAddrs};

use super::socket::Socket;
use super::{Channel, OpenOptions, Subject, Time, Unreachable, probe};
use crate::case::Need;

/// What no server has that runs whether we look or not, and why.
pub(crate) fn lacks(need: Need) -> Option<String> {
    (need == Need::Shared).then(|| "its app cannot begin anew for each replay".into())
}

/// A server at `http://HOST:PORT`.
pub struct Url {
    name: String,
    authority: String,
    address: Option<SocketAddr>,
    lacks: HashMap<Need, Option<String>>,
    implements: HashMap<String, bool>,
}

impl Url {
    /// The subject of a target's name, `url:http://HOST:PORT`.
    ///
    /// # Errors
    ///
    /// What is wrong with the URL.
    pub fn parse(name: &str) -> Result<Self, String> {
        let rest = name.strip_prefix("url:").unwrap_or(name);
        let Some(authority) = rest.strip_prefix("http://") else {
            return Err("a URL target is spelled url:http://HOST:PORT".into());
        };
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        if authority.is_empty() || authority.contains(['/', '?', '#', '@']) {
            return Err("a URL target is spelled url:http://HOST:PORT, without a path".into());
        }
        let port = authority.rsplit_once(':').map(|(_, port)| port);
        let has_port = port.is_some_and(|port| !port.ends_with(']'));
        if has_port && port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err(format!("the port of {authority} is no number up to 65535"));
        }
        let authority = if has_port { authority.into() } else { format!("{authority}:80") };
        Ok(Self {
            name: name.into(),
            authority,
            address: None,
            lacks: HashMap::new(),
            implements: HashMap::new(),
        })
    }

    fn address(&mut self) -> Result<SocketAddr, Unreachable> {
        if let Some(address) = self.address {
            return Ok(address);
        }
        let authority = self.authority.as_str();
        let unknown = |why: &dyn std::fmt::Display| {
            Unreachable(format!("cannot find the address of {authority}: {why}"))
        };
        let mut addresses = authority.to_socket_addrs().map_err(|why| unknown(&why))?;
        let address = addresses.next().ok_or_else(|| unknown(&"it has none"))?;
        self.address = Some(address);
        Ok(address)
    }
}

impl Subject for Url {
    fn name(&self) -> &str {
        &self.name
    }

    fn time(&self) -> Time {
        Time::Real
    }

    fn lacks(&mut self, need: Need) -> Result<Option<String>, Unreachable> {
        if let Some(known) = self.lacks.get(&need) {
            return Ok(known.clone());
        }
        let lacks = probe::ask(self, need, <[u8]>::to_vec)?;
        self.lacks.insert(need, lacks.clone());
        Ok(lacks)
    }

    fn implements(&mut self, method: &str) -> Result<bool, Unreachable> {
        if let Some(known) = self.implements.get(method) {
            return Ok(*known);
        }
        let implements = probe::implements(self, method, <[u8]>::to_vec)?;
        self.implements.insert(method.to_owned(), implements);
        Ok(implements)
    }

    fn open(&mut self, options: &OpenOptions) -> Result<Box<dyn Channel>, Unreachable> {
        let address = self.address()?;
        Ok(Box::new(Socket::connect(address, options.delivery)?))
    }
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn reads_urls() {
        let table = [
            ("url:http://127.0.0.1:8080", Some("127.0.0.1:8080")),
            ("url:http://example.com/", Some("example.com:80")),
            ("url:http://[::1]", Some("[::1]:80")),
            ("url:http://[::1]:81", Some("[::1]:81")),
            ("url:https://example.com", None),
            ("url:http://", None),
            ("url:http://a/b", None),
            ("url:http://a:99999", None),
            ("url:http://u@a", None),
        ];
        for (name, authority) in table {
            let url = Url::parse(name);
            assert_eq!(url.ok().as_ref().map(|url| url.authority.as_str()), authority, "{name}");
        }
    }
}
