//! HELLO: who speaks, which version, and what there is room for.
//!
//! The letter and the version are what all versions share; of another version nothing more is read.

use crate::frame::kind;

/// The protocol that is spoken here.
pub(crate) const VERSION: u8 = 1;
pub(crate) const HELLO_BYTES: usize = 24;

/// Names what a side runs: a commit, or a hash of the image.
pub type Build = [u8; 8];

/// Which end of the link a side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Opens connections and passes time.
    Host,
    /// Takes connections, and says when nothing moves any more.
    Board,
}

mod flag {
    pub(super) const HOST: u8 = 1;
    pub(super) const RECORDED: u8 = 2;
    pub(super) const HAS_HEARD: u8 = 4;
    pub(super) const WANTS_ANSWER: u8 = 8;
}

/// What a side tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) role: Role,
    /// The sender is a recording: it hears nothing, so it needs no acknowledgement and no credit.
    pub(crate) is_recorded: bool,
    /// The sender is not up yet.
    pub(crate) wants_answer: bool,
    /// A number that the sender has not used lately.
    pub(crate) session: u32,
    /// The session of the other side, if the sender has heard of it.
    pub(crate) heard: Option<u32>,
    /// The longest frame that the sender takes, CRC and all, before stuffing.
    pub(crate) frame_bytes_max: u16,
    /// What may be sent on each channel before the first CREDIT.
    pub(crate) credit: u16,
    pub(crate) channels: u8,
    pub(crate) build: Build,
}

/// What was made of the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Greeting {
    Hello(Hello),
    /// Another version of the protocol.
    Version(u8),
    /// No HELLO, though its CRC is right.
    Malformed,
}

impl Hello {
    pub(crate) fn encode(&self) -> [u8; HELLO_BYTES] {
        let mut flags = 0;
        for (is_set, flag) in [
            (self.role == Role::Host, flag::HOST),
            (self.is_recorded, flag::RECORDED),
            (self.heard.is_some(), flag::HAS_HEARD),
            (self.wants_answer, flag::WANTS_ANSWER),
        ] {
            if is_set {
                flags |= flag;
            }
        }
        let [s0, s1, s2, s3] = self.session.to_le_bytes();
        let [h0, h1, h2, h3] = self.heard.unwrap_or_default().to_le_bytes();
        let [f0, f1] = self.frame_bytes_max.to_le_bytes();
        let [c0, c1] = self.credit.to_le_bytes();
        let [b0, b1, b2, b3, b4, b5, b6, b7] = self.build;
        [
            kind::HELLO,
            VERSION,
            flags,
            s0,
            s1,
            s2,
            s3,
            h0,
            h1,
            h2,
            h3,
            f0,
            f1,
            c0,
            c1,
            self.channels,
            b0,
            b1,
            b2,
            b3,
            b4,
            b5,
            b6,
            b7,
        ]
    }

    pub(crate) fn decode(bytes: &[u8]) -> Greeting {
        match bytes {
            [kind::HELLO, VERSION, ..] => {}
            [kind::HELLO, version, ..] => return Greeting::Version(*version),
            _ => return Greeting::Malformed,
        }
        let Ok(bytes) = <[u8; HELLO_BYTES]>::try_from(bytes) else { return Greeting::Malformed };
        let [_, _, flags, s0, s1, s2, s3, h0, h1, h2, h3, f0, f1, c0, c1, channels, build @ ..] =
            bytes;
        let has = |flag| flags & flag != 0;
        Greeting::Hello(Self {
            role: if has(flag::HOST) { Role::Host } else { Role::Board },
            is_recorded: has(flag::RECORDED),
            wants_answer: has(flag::WANTS_ANSWER),
            session: u32::from_le_bytes([s0, s1, s2, s3]),
            heard: has(flag::HAS_HEARD).then_some(u32::from_le_bytes([h0, h1, h2, h3])),
            frame_bytes_max: u16::from_le_bytes([f0, f1]),
            credit: u16::from_le_bytes([c0, c1]),
            channels,
            build,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Greeting, Hello, Role};

    const HELLO: Hello = Hello {
        role: Role::Host,
        is_recorded: false,
        wants_answer: true,
        session: 0x0102_0304,
        heard: Some(0x0506_0708),
        frame_bytes_max: 128,
        credit: 0x1000,
        channels: 2,
        build: *b"c0ffee01",
    };

    #[test]
    fn looks_as_the_table_of_the_readme_says() {
        let bytes = b"H\x01\x0d\x04\x03\x02\x01\x08\x07\x06\x05\x80\0\0\x10\x02c0ffee01";
        assert_eq!(&HELLO.encode(), bytes);
        assert_eq!(Hello::decode(bytes), Greeting::Hello(HELLO));
    }

    #[test]
    fn every_flag_is_read_as_it_was_written() {
        for bits in 0..16 {
            let has = |bit: u32| bits & bit != 0;
            let hello = Hello {
                role: if has(1) { Role::Host } else { Role::Board },
                is_recorded: has(2),
                wants_answer: has(4),
                heard: has(8).then_some(0),
                ..HELLO
            };
            assert_eq!(Hello::decode(&hello.encode()), Greeting::Hello(hello));
        }
    }

    #[test]
    fn of_another_version_only_the_version_is_read() {
        assert_eq!(Hello::decode(b"H\x02"), Greeting::Version(2));
        assert_eq!(Hello::decode(b"H\x09and much more than we know of it"), Greeting::Version(9));
        for bytes in [&b""[..], b"H", b"H\x01", b"H\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"]
        {
            assert_eq!(Hello::decode(bytes), Greeting::Malformed, "{bytes:?}");
        }
    }
}
