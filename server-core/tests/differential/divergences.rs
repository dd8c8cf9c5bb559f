//! What a peer refuses or reads otherwise though we accept it, each with the reason why it stays
//! so. An entry that no peer needs any more fails.

/// A difference that is known.
pub(crate) struct Divergence {
    pub(crate) name: &'static str,
    /// Why we are right, or may differ.
    pub(crate) reason: &'static str,
    /// Input on which the peer differs.
    pub(crate) example: &'static [u8],
    /// The same input without the cause of the difference: there both must agree again.
    pub(crate) mend: fn(&[u8]) -> Vec<u8>,
}

/// Of httparse, and of hyper, which reads heads with it.
pub(crate) const HEADS: Divergence = Divergence {
    name: "a higher minor version",
    reason: "RFC 9110 §6.2 has a recipient treat it as the highest minor version that it knows; \
             httparse knows two versions and refuses the others",
    example: b"GET / HTTP/1.2\r\nHost: a\r\n\r\n",
    mend: |bytes| {
        let mut mended = bytes.to_vec();
        for at in 0..mended.len() {
            if let [
                b' ',
                b'H',
                b'T',
                b'T',
                b'P',
                b'/',
                b'1',
                b'.',
                minor @ b'2'..=b'9',
                b'\r',
                ..,
            ] = &mut mended[at..]
            {
                *minor = b'1';
            }
        }
        mended
    },
};

/// Of hyper alone.
pub(crate) const CONNECTION: Divergence = Divergence {
    name: "obs-text among connection options",
    reason: "an option that is not ours is passed over, whatever it looks like, and the others \
             count (RFC 9110 §7.6.1); hyper passes over the whole line, and does not hear \
             keep-alive in HTTP/1.0",
    example: b"GET / HTTP/1.0\r\nConnection: \x80, keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
    mend: |bytes| {
        let mut mended = bytes.to_vec();
        for line in mended.split_mut(|byte| *byte == b'\n') {
            if line.len() > 11 && line[..11].eq_ignore_ascii_case(b"connection:") {
                line.iter_mut().filter(|byte| !byte.is_ascii()).for_each(|byte| *byte = b'x');
            }
        }
        mended
    },
};

/// Of hyper, which reads targets with the crate http.
pub(crate) const AUTHORITY: Divergence = Divergence {
    name: "a percent-encoded host",
    reason: "`reg-name` of RFC 3986 §3.2.2 has percent-encoded bytes; the crate http refuses them",
    example: b"GET http://%41/ HTTP/1.1\r\nHost: a\r\n\r\n",
    mend: |bytes| {
        let mut mended = bytes.to_vec();
        let starts: Vec<usize> =
            (3..bytes.len()).filter(|at| bytes[..*at].ends_with(b"://")).collect();
        for start in starts {
            let rest = &mut mended[start..];
            let end = rest.iter().position(|byte| b"/? ".contains(byte)).unwrap_or(rest.len());
            rest[..end].iter_mut().filter(|byte| **byte == b'%').for_each(|byte| *byte = b'x');
        }
        mended
    },
};

/// Of tungstenite.
pub(crate) const CLOSE: Divergence = Divergence {
    name: "the close code 1014",
    reason: "the registry of RFC 6455 §11.7 has it (bad gateway); tungstenite does not know it \
             and fails the connection",
    example: b"\x88\x82\x37\xfa\x21\x3d\x34\x0c",
    mend: without_1014,
};

/// Frames with 1000 in place of 1014.
fn without_1014(frames: &[u8]) -> Vec<u8> {
    let mut mended = frames.to_vec();
    let mut at = 0;
    while let Some([first, second, after @ ..]) = mended.get_mut(at..) {
        let (length, header_bytes) = match (*second & 0x7f, &*after) {
            (126, [a, b, ..]) => (u64::from(u16::from_be_bytes([*a, *b])), 8),
            (127, [a, b, c, d, e, f, g, h, ..]) => {
                (u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]), 14)
            }
            (short, _) => (short.into(), 6),
        };
        if let (0x88, [a, b, _, _, high, low, ..]) = (*first, after)
            && [*high ^ *a, *low ^ *b] == 1014_u16.to_be_bytes()
        {
            let [normal_high, normal_low] = 1000_u16.to_be_bytes();
            (*high, *low) = (normal_high ^ *a, normal_low ^ *b);
        }
        let Ok(length) = usize::try_from(length) else { break };
        at = at.saturating_add(header_bytes).saturating_add(length);
    }
    mended
}

/// Compares both on `bytes`; where they differ, once more without what is known to differ.
pub(crate) fn agree(
    bytes: &[u8],
    known: &[&Divergence],
    compare: fn(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    let Err(difference) = compare(bytes) else { return Ok(()) };
    let mended = known.iter().fold(bytes.to_vec(), |bytes, known| (known.mend)(&bytes));
    let difference = if mended == bytes { Err(difference) } else { compare(&mended) };
    difference.map_err(|difference| format!("{difference}: {}", bytes.escape_ascii()))
}

/// Each known difference still is one, and its mending mends it.
pub(crate) fn check(known: &[&Divergence], compare: fn(&[u8]) -> Result<(), String>) {
    for Divergence { name, reason, example, mend } in known {
        assert!(!reason.is_empty(), "{name}: no reason");
        assert!(compare(example).is_err(), "{name}: no difference any more, remove the entry");
        assert_eq!(compare(&mend(example)), Ok(()), "{name}: not mended");
    }
}
