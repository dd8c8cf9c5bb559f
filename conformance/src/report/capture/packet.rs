//! A packet as Ethernet carries it: TCP (RFC 9293 §3.1) in IPv4 (RFC 791 §3.1), with checksums.
//!
//! All of them have the same fifty-four bytes before their content, so that no library is needed to
//! write them; the tests read them with one.

/// Flags of TCP.
pub(super) const FIN: u8 = 0x01;
pub(super) const SYN: u8 = 0x02;
pub(super) const RST: u8 = 0x04;
pub(super) const PSH: u8 = 0x08;
pub(super) const ACK: u8 = 0x10;

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) address: [u8; 4],
    pub(super) port: u16,
}

impl End {
    /// An address for documentation (RFC 5737), at the port of HTTP.
    pub(super) const SERVER: Self = Self { address: [192, 0, 2, 1], port: 80 };

    /// The client of the connection with this number.
    pub(super) fn client(number: u32) -> Self {
        let [_, a, b, c] = number.wrapping_add(1).to_be_bytes();
        // As a system would choose them (RFC 6335 §6).
        let port = 49_152 | u16::try_from(number & 0x3fff).unwrap_or_default();
        Self { address: [10, a, b, c], port }
    }

    /// An address of the kind that nobody owns.
    fn hardware(self) -> [u8; 6] {
        let [a, b, c, d] = self.address;
        [2, 0, a, b, c, d]
    }
}

/// What is in the envelopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packet {
    pub(super) from: End,
    pub(super) to: End,
    pub(super) sequence: usize,
    pub(super) acknowledged: usize,
    pub(super) flags: u8,
    pub(super) window: usize,
    pub(super) content: Vec<u8>,
}

impl Packet {
    /// Its bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut tcp = Vec::with_capacity(20 + self.content.len());
        tcp.extend(self.from.port.to_be_bytes());
        tcp.extend(self.to.port.to_be_bytes());
        tcp.extend(wrapped(self.sequence));
        tcp.extend(wrapped(self.acknowledged));
        // The header is five words long.
        tcp.extend([0x50, self.flags]);
        tcp.extend(u16::try_from(self.window).unwrap_or(u16::MAX).to_be_bytes());
        tcp.extend([0; 4]);
        tcp.extend(&self.content);
        let length = u16::try_from(tcp.len()).unwrap_or(u16::MAX);
        let pseudo = [0, 6].into_iter().chain(length.to_be_bytes());
        let addresses = self.from.address.into_iter().chain(self.to.address);
        let sum = checksum(addresses.chain(pseudo).chain(tcp.iter().copied()));
        put(&mut tcp, 16, sum);

        let mut ip = vec![0x45, 0];
        ip.extend((length + 20).to_be_bytes());
        // No identity, not to be cut, sixty-four hops, TCP.
        ip.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        ip.extend(self.from.address);
        ip.extend(self.to.address);
        let sum = checksum(ip.iter().copied());
        put(&mut ip, 10, sum);

        let mut bytes = Vec::with_capacity(34 + tcp.len());
        bytes.extend(self.to.hardware());
        bytes.extend(self.from.hardware());
        bytes.extend([8, 0]);
        bytes.extend(ip);
        bytes.extend(tcp);
        bytes
    }
}

/// Sequence numbers begin anew behind the last.
fn wrapped(number: usize) -> [u8; 4] {
    u32::try_from(number as u64 & 0xffff_ffff).unwrap_or_default().to_be_bytes()
}

fn put(bytes: &mut [u8], at: usize, sum: u16) {
    if let Some(place) = bytes.get_mut(at..at + 2) {
        place.copy_from_slice(&sum.to_be_bytes());
    }
}

/// The checksum of the Internet (RFC 1071).
fn checksum(bytes: impl IntoIterator<Item = u8>) -> u16 {
    let high = |index: usize| index.is_multiple_of(2);
    let words = bytes.into_iter().enumerate();
    let mut sum: u32 =
        words.map(|(index, byte)| u32::from(byte) << if high(index) { 8 } else { 0 }).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or_default()
}
