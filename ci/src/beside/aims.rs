//! How much less than a peer we mean to take: the ratios of `ci/budgets.toml`.

use serde::Deserialize;

use super::SERVERS;
use super::requests::REQUESTS;
use crate::failure::Failure;
use crate::size::budget::Budgets;

/// Of the instructions of one request, at most one part in so many of a peer's.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ratio {
    what: String,
    peer: String,
    parts: u64,
}

/// Ratios whose request and peer are known.
pub(super) struct Aims(Vec<Aim>);

/// By place among the requests and the servers.
pub(super) struct Aim {
    request: usize,
    peer: usize,
    pub(super) parts: u64,
}

impl Aim {
    /// Given the instructions of both.
    pub(super) fn is_reached(&self, ours: u64, theirs: u64) -> bool {
        ours.saturating_mul(self.parts) <= theirs
    }
}

impl Aims {
    /// Of the text of `ci/budgets.toml`.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let failed = |message| Failure::new(format!("{}: {message}", super::AIMS));
        let aim = |Ratio { what, peer, parts }| {
            let request = REQUESTS.iter().position(|request| request.what == what);
            let server = SERVERS.iter().position(|server| server.name == peer);
            match (request, server) {
                (Some(request), Some(peer)) => Ok(Aim { request, peer, parts }),
                _ => Err(failed(format!("there is no {what}, or no {peer}"))),
            }
        };
        let ratios = Budgets::parse(text).map_err(failed)?.ratio;
        Ok(Self(ratios.into_iter().map(aim).collect::<Result<_, _>>()?))
    }

    /// For this request beside this peer, if there is one.
    pub(super) fn find(&self, request: usize, peer: usize) -> Option<&Aim> {
        self.0.iter().find(|aim| (aim.request, aim.peer) == (request, peer))
    }

    /// Fails with what is over, given the instructions of each server's requests.
    pub(super) fn judge(&self, instructions: &[&[u64]]) -> Result<(), Failure> {
        let over = self.0.iter().filter_map(|aim| {
            let ours = *instructions.first()?.get(aim.request)?;
            let theirs = *instructions.get(aim.peer)?.get(aim.request)?;
            let (what, peer) = (REQUESTS[aim.request].what, SERVERS[aim.peer].name);
            (!aim.is_reached(ours, theirs)).then(|| {
                format!("{what}: {ours} is more than 1/{} of {peer}'s {theirs}", aim.parts)
            })
        });
        let over: Vec<String> = over.collect();
        if over.is_empty() { Ok(()) } else { Err(Failure::new(over.join("; "))) }
    }
}

#[cfg(test)]
mod tests {
    use super::Aims;

    const TEXT: &str = "image = []\n[[ratio]]\nwhat = \"`GET /hello`, 45 bytes\"\n\
        peer = \"picoserve\"\nparts = 8\n";

    #[test]
    fn one_part_in_so_many_holds_and_one_instruction_more_does_not() {
        let aims = Aims::parse(TEXT).unwrap();
        let parts = |request, peer| aims.find(request, peer).map(|aim| aim.parts);
        assert_eq!((parts(0, 1), parts(0, 2), parts(1, 1)), (Some(8), None, None));
        assert!(aims.judge(&[&[100, 900], &[800, 1], &[1, 1]]).is_ok());
        assert_eq!(
            aims.judge(&[&[101, 900], &[800, 1], &[1, 1]]).unwrap_err().to_string(),
            "`GET /hello`, 45 bytes: 101 is more than 1/8 of picoserve's 800"
        );
    }

    #[test]
    fn what_nobody_measures_is_refused() {
        for (right, wrong) in [("GET", "PUT"), ("picoserve", "picosurf"), ("parts", "part")] {
            assert!(Aims::parse(&TEXT.replace(right, wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn stored_aims_are_of_what_is_measured() {
        let aims = Aims::parse(include_str!("../../budgets.toml")).unwrap();
        assert!(aims.find(0, 1).is_some() && aims.find(1, 1).is_some());
    }
}
