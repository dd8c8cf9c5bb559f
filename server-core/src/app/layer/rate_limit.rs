//! How many requests a client may send: 429 with `Retry-After` beyond that (RFC 6585 §4).

use core::fmt;
use core::net::{IpAddr, Ipv6Addr};
use core::str;

use super::bucket::{Buckets, Rate};
use super::{Arrival, Layer, Verdict};
use crate::app::{Problem, ProblemKind, Request};
use crate::http::fields::elements;
use crate::http::status::Status;

/// Lets each client send so many requests in a while, in bursts of so many; the others are
/// answered 429, and told when to come back.
///
/// A client is an address: an IPv4 address, or the network of 64 bits that an IPv6 address is of,
/// since all of such a network is one client's. What a request says of its origin counts for
/// nothing, unless it comes from [a proxy that is trusted](Self::behind). Clients of a driver that
/// knows no addresses are all one.
///
/// `N` clients are remembered, 24 bytes each; the one that was quiet for the longest time is
/// forgotten for a new one.
pub struct RateLimit<const N: usize, F = Peer> {
    rate: Rate,
    client: F,
    buckets: Buckets<N>,
}

impl<const N: usize> RateLimit<N> {
    /// So many requests in each second, all of them at once if need be.
    pub const fn per_second(requests: u16) -> Self {
        Self::new(requests, 1_000)
    }

    /// So many requests in each minute, all of them at once if need be.
    pub const fn per_minute(requests: u16) -> Self {
        Self::new(requests, 60_000)
    }

    /// So many requests in each so many milliseconds, all of them at once if need be. Zero of
    /// either is one.
    pub const fn new(requests: u16, period_ms: u32) -> Self {
        let count = if requests == 0 { 1 } else { requests as u32 };
        let period_ms = if period_ms == 0 { 1 } else { period_ms };
        let rate = Rate { count, period_ms, burst: count };
        Self { rate, client: Peer, buckets: Buckets::new() }
    }

    /// The same behind reverse proxies at these addresses, which tell whom they speak for by
    /// `X-Forwarded-For`. Of any other peer that field is not believed.
    pub const fn behind(self, proxies: &'static [IpAddr]) -> RateLimit<N, Forwarded> {
        RateLimit { rate: self.rate, client: Forwarded(proxies), buckets: self.buckets }
    }
}

impl<const N: usize, F: Copy> RateLimit<N, F> {
    /// The same with so many requests at once after a rest. Zero is one.
    pub const fn burst(self, requests: u16) -> Self {
        let burst = if requests == 0 { 1 } else { requests as u32 };
        let Self { rate, client, buckets } = self;
        Self { rate: Rate { burst, ..rate }, client, buckets }
    }
}

impl<const N: usize, F> fmt::Debug for RateLimit<N, F> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("RateLimit").field("rate", &self.rate).finish_non_exhaustive()
    }
}

/// Too many requests may have many reasons, and none that another client should hear of from a
/// cache.
// rfc6585-4-429-explain
// rfc6585-4-429-retry-after
// rfc6585-4-429-uncacheable
// rfc9110-10.2.3-retry-after-form
static TOO_MANY: ProblemKind = ProblemKind::new(Status::TOO_MANY_REQUESTS)
    .detail("too many requests in a while")
    .fields(&[("Cache-Control", "no-store")]);

impl<A: ?Sized, const N: usize, F: Client> Layer<A> for RateLimit<N, F> {
    type State = ();

    fn on_request(&self, _: &A, (): &mut (), arrival: &mut Arrival<'_, '_>) -> Verdict {
        let client = self.client.of(arrival.peer(), arrival.request());
        self.buckets.take(client.map_or(0, key), arrival.now(), self.rate).map_err(|millis| {
            // Whole seconds are all that the field can say; half of one would be too early.
            let seconds = u16::try_from(millis.div_ceil(1_000)).unwrap_or(u16::MAX);
            Problem::of(&TOO_MANY).retry_after(seconds).into()
        })
    }
}

/// Whose request it is.
pub trait Client: Copy {
    #[doc(hidden)]
    fn of(&self, peer: Option<IpAddr>, request: &Request<'_>) -> Option<IpAddr>;
}

/// The peer of the connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Peer;

impl Client for Peer {
    #[inline(always)]
    fn of(&self, peer: Option<IpAddr>, _: &Request<'_>) -> Option<IpAddr> {
        peer
    }
}

/// Whom proxies at these addresses speak for: the last address of `X-Forwarded-For` that is not
/// one of theirs.
#[derive(Clone, Copy, Debug)]
pub struct Forwarded(&'static [IpAddr]);

impl Client for Forwarded {
    fn of(&self, peer: Option<IpAddr>, request: &Request<'_>) -> Option<IpAddr> {
        let peer = peer?.to_canonical();
        if !self.has(peer) {
            return Some(peer);
        }
        // Each proxy adds its peer at the end, so only what stands behind the last stranger is
        // true. Nonsense ends the row, too: then the proxy itself has to do.
        let mut client = Some(peer);
        for line in request.fields().named("x-forwarded-for") {
            for element in elements(line) {
                let address = address(element);
                if !address.is_some_and(|address| self.has(address)) {
                    client = address;
                }
            }
        }
        client.or(Some(peer))
    }
}

impl Forwarded {
    fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|proxy| proxy.to_canonical() == address)
    }
}

/// An address as proxies write it.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(text).ok()?;
    let unbracketed = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address: IpAddr = unbracketed.unwrap_or(text).parse().ok()?;
    Some(address.to_canonical())
}

/// One number for one client. No IPv6 network of global addresses begins with 32 zeros, so IPv4
/// addresses have these to themselves.
fn key(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => network(address),
    }
}

fn network(address: Ipv6Addr) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = address.octets();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
