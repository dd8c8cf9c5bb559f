//! The network that an image joins, as whoever builds it says: no image that is handed on has one.

/// How long a network's name may be (IEEE 802.11-2020 §9.4.2.2).
const SSID_BYTES_MAX: usize = 32;
/// A passphrase (IEEE 802.11-2020 §J.4.1).
const PASSPHRASE_BYTES_MIN: usize = 8;
const PASSPHRASE_BYTES_MAX: usize = 63;
/// Instead of a passphrase, the key itself in hexadecimal digits.
const KEY_DIGITS: usize = 64;

/// A network, and what it asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credentials {
    /// Its name.
    pub ssid: &'static str,
    /// Its passphrase, or its key; empty if it is open.
    pub password: &'static str,
}

/// Why there can be no such network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A name is too long.
    Ssid,
    /// A password is none.
    Password,
    /// A password is for no network.
    Alone,
}

impl Credentials {
    /// What was said; nothing if nothing was, or no more than an empty text. It is worked out where
    /// the image is compiled, so that what cannot be is no image:
    ///
    /// ```
    /// # use samewire_attached::Credentials;
    /// const NETWORK: Option<Credentials> = match Credentials::read(option_env!("SSID"), None) {
    ///     Ok(network) => network,
    ///     Err(fault) => panic!("{}", fault.words()),
    /// };
    /// # assert!(NETWORK.is_none());
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Fault`] if there can be no such network.
    pub const fn read(
        ssid: Option<&'static str>,
        password: Option<&'static str>,
    ) -> Result<Option<Self>, Fault> {
        let (ssid, password) = (or_empty(ssid), or_empty(password));
        if ssid.is_empty() {
            return if password.is_empty() { Ok(None) } else { Err(Fault::Alone) };
        }
        if ssid.len() > SSID_BYTES_MAX {
            return Err(Fault::Ssid);
        }
        if !password.is_empty() && !is_password(password.as_bytes()) {
            return Err(Fault::Password);
        }
        Ok(Some(Self { ssid, password }))
    }
}

impl Fault {
    /// What is wrong, without what must not be told.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ssid => "SAMEWIRE_WIFI_SSID is longer than 32 bytes",
            Self::Password => {
                "SAMEWIRE_WIFI_PASSWORD is neither 8 to 63 printable characters nor 64 \
                 hexadecimal digits"
            }
            Self::Alone => "SAMEWIRE_WIFI_PASSWORD is there, and SAMEWIRE_WIFI_SSID is not",
        }
    }
}

const fn or_empty(text: Option<&'static str>) -> &'static str {
    match text {
        Some(text) => text,
        None => "",
    }
}

const fn is_password(bytes: &[u8]) -> bool {
    let is_key = bytes.len() == KEY_DIGITS;
    if !is_key && !matches!(bytes.len(), PASSPHRASE_BYTES_MIN..=PASSPHRASE_BYTES_MAX) {
        return false;
    }
    let mut rest = bytes;
    while let [byte, behind @ ..] = rest {
        let fits = if is_key { byte.is_ascii_hexdigit() } else { matches!(byte, b' '..=b'~') };
        if !fits {
            return false;
        }
        rest = behind;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Credentials, Fault};

    const HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

    #[test]
    fn what_is_said_is_a_network_or_no_image() {
        let long = "123456789012345678901234567890123";
        let longest = "12345678901234567890123456789012";
        let passphrase = "12345678901234567890123456789012345678901234567890123456789012 ";
        type Said = (Option<&'static str>, Option<&'static str>);
        type Network = Result<Option<(&'static str, &'static str)>, Fault>;
        let table: [(Said, Network); 15] = [
            ((None, None), Ok(None)),
            ((Some(""), Some("")), Ok(None)),
            ((Some("home"), None), Ok(Some(("home", "")))),
            ((Some("home"), Some("")), Ok(Some(("home", "")))),
            ((Some("home"), Some("12345678")), Ok(Some(("home", "12345678")))),
            ((Some("home"), Some(passphrase)), Ok(Some(("home", passphrase)))),
            ((Some("home"), Some(HEX)), Ok(Some(("home", HEX)))),
            ((Some(longest), None), Ok(Some((longest, "")))),
            ((Some(long), None), Err(Fault::Ssid)),
            ((None, Some("12345678")), Err(Fault::Alone)),
            ((Some(""), Some("12345678")), Err(Fault::Alone)),
            ((Some("home"), Some("1234567")), Err(Fault::Password)),
            ((Some("home"), Some("pässword")), Err(Fault::Password)),
            ((Some("home"), Some("1234567\n")), Err(Fault::Password)),
            ((Some("home"), HEX.get(1..)), Ok(HEX.get(1..).map(|key| ("home", key)))),
        ];
        for ((ssid, password), expected) in table {
            let read = Credentials::read(ssid, password)
                .map(|network| network.map(|network| (network.ssid, network.password)));
            assert_eq!(read, expected, "{ssid:?} {password:?}");
        }
    }

    #[test]
    fn sixty_four_characters_are_a_key_and_nothing_else() {
        let mut text = [b'a'; 64];
        assert!(super::is_password(&text));
        text[63] = b'g';
        assert!(!super::is_password(&text));
        assert!(super::is_password(&text[1..]));
        assert!(!super::is_password(&[b'a'; 65]));
    }
}
