//! What can go wrong between a board and us: never a verdict on anything, always with a remedy.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a board is of no use, and what helps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What kind of trouble it is.
    pub class: Class,
    /// What happened, in one line.
    pub what: String,
    /// What to do about it; several lines, where a file is to be written.
    pub remedy: String,
}

/// The kinds of trouble. Those of the first four may pass by themselves, and are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The flash could not be erased, written or verified.
    Flash,
    /// The probe is there, and does not get at the chip.
    Attach,
    /// Bytes go to the board's server and come back, and make no sense; or none come.
    Link,
    /// It took longer than it ever should.
    TimeOut,
    /// Nothing is attached that could be meant.
    NoBoard,
    /// It is attached, and we may not touch it.
    Permission,
    /// Several could be meant.
    Ambiguous,
    /// Somebody else works with it.
    Busy,
    /// It was there, and is there no more.
    Gone,
    /// The image or the row is for another chip.
    WrongChip,
    /// The image does not fit.
    TooLarge,
    /// The file is no image.
    BadImage,
    /// The board runs something else than was expected.
    OtherVersion,
    /// A program or a file that the rig needs is not there, or does not work.
    Tool,
}

impl Class {
    /// Whether it may pass by itself.
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::Flash | Self::Attach | Self::Link | Self::TimeOut)
    }

    /// As in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flash => "flash",
            Self::Attach => "attach",
            Self::Link => "link",
            Self::TimeOut => "time-out",
            Self::NoBoard => "no board",
            Self::Permission => "permission",
            Self::Ambiguous => "ambiguous",
            Self::Busy => "busy",
            Self::Gone => "gone",
            Self::WrongChip => "wrong chip",
            Self::TooLarge => "too large",
            Self::BadImage => "bad image",
            Self::OtherVersion => "other version",
            Self::Tool => "tool",
        }
    }
}

impl Trouble {
    /// Trouble of this class.
    pub fn new(class: Class, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { class, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.class.name(), self.what)?;
        for line in self.remedy.lines() {
            write!(out, "\n  {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Trouble {}

/// How people get at their USB devices on Linux without being root.
pub(crate) fn udev(vendor: u16, product: u16) -> String {
    format!(
        "let everybody at the machine use it, and plug it in again:\n\
         echo 'SUBSYSTEM==\"usb\", ATTR{{idVendor}}==\"{vendor:04x}\", \
         ATTR{{idProduct}}==\"{product:04x}\", TAG+=\"uaccess\"' \
         | sudo tee /etc/udev/rules.d/70-samewire.rules\n\
         sudo udevadm control --reload"
    )
}

/// How people get at their serial ports on Linux.
pub(crate) fn dialout(path: &str) -> String {
    format!(
        "ports belong to a group: `sudo usermod -aG dialout $USER`, then log in anew; or, until it \
         is unplugged, `sudo chmod a+rw {path}`"
    )
}

#[cfg(test)]
mod tests {
    use super::{Class, Trouble, udev};

    #[test]
    fn is_shown_with_its_remedy() {
        let trouble = Trouble::new(Class::Permission, "no", udev(0x2e8a, 0xc));
        let shown = trouble.to_string();
        assert!(shown.starts_with("permission: no\n  let everybody"), "{shown}");
        let rule = "ATTR{idVendor}==\"2e8a\", ATTR{idProduct}==\"000c\", TAG+=\"uaccess\"";
        assert!(shown.contains(rule), "{shown}");
    }

    #[test]
    fn survives_the_pipe_to_a_child() {
        let trouble = Trouble::new(Class::TimeOut, "5 s", "");
        let json = serde_json::to_string(&trouble).unwrap();
        assert_eq!(json, r#"{"class":"time-out","what":"5 s","remedy":""}"#);
        assert_eq!(serde_json::from_str::<Trouble>(&json).unwrap(), trouble);
    }
}
