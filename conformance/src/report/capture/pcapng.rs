//! The file format, as far as it is needed: one section, one interface, names, packets with comments
//! (draft-ietf-opsawg-pcapng).

use std::io::{self, Write};

use samewire_sim::clock::EXAMPLE_DATE;

use super::packet::Packet;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const NAMES: u32 = 4;
const PACKET: u32 = 6;

/// Options: a comment, the program, the name of an interface.
const COMMENT: u16 = 1;
const PROGRAM: u16 = 4;
const INTERFACE_NAME: u16 = 2;

/// The longest text of an option.
const OPTION_BYTES_MAX: usize = 60_000;

/// A file that is written.
pub(super) struct Capture<W>(W);

/// A packet, when it came by in milliseconds, and what is to be said of it.
pub(super) struct Block {
    pub(super) at: u64,
    pub(super) packet: Packet,
    pub(super) comment: Option<String>,
}

impl<W: Write> Capture<W> {
    /// Begins a file with this remark.
    pub(super) fn new(out: W, remark: &str) -> io::Result<Self> {
        let mut capture = Self(out);
        // The byte order, version 1.0, and a length that is not known yet.
        let mut section = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
        section.extend([1, 0, 0, 0]);
        section.extend([0xff; 8]);
        option(&mut section, COMMENT, remark);
        option(&mut section, PROGRAM, concat!("samewire ", env!("CARGO_PKG_VERSION"), " sim"));
        section.extend([0; 4]);
        capture.block(SECTION, &section)?;
        // Ethernet, and packets of any length; times are microseconds, as without an option.
        let mut interface = vec![1, 0, 0, 0, 0, 0, 0, 0];
        option(&mut interface, INTERFACE_NAME, "the server's door");
        interface.extend([0; 4]);
        capture.block(INTERFACE, &interface)?;
        Ok(capture)
    }

    /// Says who has which address.
    pub(super) fn names(
        &mut self,
        names: impl Iterator<Item = ([u8; 4], String)>,
    ) -> io::Result<()> {
        let mut body = Vec::new();
        for (address, name) in names {
            body.extend([1, 0]);
            let length = u16::try_from(4 + name.len() + 1).unwrap_or(u16::MAX);
            body.extend(length.to_le_bytes());
            body.extend(address);
            body.extend(name.bytes());
            body.push(0);
            pad(&mut body);
        }
        body.extend([0; 4]);
        self.block(NAMES, &body)
    }

    pub(super) fn packet(&mut self, block: &Block) -> io::Result<()> {
        let bytes = block.packet.bytes();
        let micros =
            EXAMPLE_DATE.saturating_mul(1000).saturating_add(block.at).saturating_mul(1000);
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let [high, low] = [micros >> 32, micros & 0xffff_ffff];
        let mut body = Vec::with_capacity(20 + bytes.len());
        for number in [0, high, low, length.into(), length.into()] {
            body.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
        }
        body.extend(bytes);
        pad(&mut body);
        if let Some(comment) = &block.comment {
            option(&mut body, COMMENT, comment);
            body.extend([0; 4]);
        }
        self.block(PACKET, &body)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }

    /// The length stands on both sides, so that a reader can go either way.
    fn block(&mut self, kind: u32, body: &[u8]) -> io::Result<()> {
        let length = u32::try_from(12 + body.len()).unwrap_or(u32::MAX).to_le_bytes();
        self.0.write_all(&kind.to_le_bytes())?;
        self.0.write_all(&length)?;
        self.0.write_all(body)?;
        self.0.write_all(&length)
    }
}

fn option(body: &mut Vec<u8>, kind: u16, text: &str) {
    let text = text.as_bytes().get(..OPTION_BYTES_MAX).unwrap_or(text.as_bytes());
    body.extend(kind.to_le_bytes());
    body.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes());
    body.extend(text);
    pad(body);
}

/// Everything begins at a multiple of four bytes.
fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}
