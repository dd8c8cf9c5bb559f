//! Gzip (RFC 1952) that depends on nothing but the content: no time, no name, no system.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

pub(crate) fn compress(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(content).and_then(|()| encoder.finish());
    written.expect("a `Vec` takes all that it is given")
}

/// Whether `variant` decodes to `content`. No more is decoded than it takes to know.
pub(crate) fn is_gzip_of(variant: &[u8], content: &[u8]) -> bool {
    let mut decoded = Vec::new();
    let most = content.len() as u64 + 1;
    let read = MultiGzDecoder::new(variant).take(most).read_to_end(&mut decoded);
    read.is_ok() && decoded == content
}
