//! Drives of boards that wait for an image: RP2040's boot ROM is one while BOOTSEL is held.

use std::path::{Path, PathBuf};

use crate::Chip;

/// The file by which such a drive is told from others.
const INFO: &str = "INFO_UF2.TXT";
/// That file is a few lines long.
const INFO_BYTES_MAX: u64 = 4096;

/// A mounted drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drive {
    /// Where it is mounted.
    pub path: PathBuf,
    /// What it says that it is: `RPI-RP2`.
    pub board_id: String,
    /// `Raspberry Pi RP2`.
    pub model: String,
}

impl Drive {
    /// The chip behind it, if it is one of ours.
    pub fn chip(&self) -> Option<Chip> {
        (self.board_id == "RPI-RP2").then_some(Chip::Rp2040)
    }

    /// The drive at this path, if it is one.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        let info = path.join(INFO);
        let length = std::fs::metadata(&info).ok()?.len();
        if length > INFO_BYTES_MAX {
            return None;
        }
        let text = std::fs::read_to_string(info).ok()?;
        let value = |key: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once(':'));
            lines.find(|(name, _)| *name == key).map(|(_, value)| value.trim().to_owned())
        };
        let (board_id, model) = (value("Board-ID")?, value("Model").unwrap_or_default());
        Some(Self { path: path.to_owned(), board_id, model })
    }
}

/// All that are mounted.
pub(super) fn find() -> Vec<Drive> {
    mounts().iter().filter_map(|path| Drive::at(path)).collect()
}

/// Where removable drives may be.
fn mounts() -> Vec<PathBuf> {
    if cfg!(windows) {
        return ('D'..='Z').map(|letter| PathBuf::from(format!("{letter}:\\"))).collect();
    }
    if let Ok(volumes) = std::fs::read_dir("/Volumes") {
        return volumes.flatten().map(|entry| entry.path()).collect();
    }
    std::fs::read_to_string("/proc/mounts").map(|mounts| fat_mounts(&mounts)).unwrap_or_default()
}

/// The mounted drives with the file system of boot ROMs. Others are left alone: a look at a network
/// drive may take for ever.
fn fat_mounts(mounts: &str) -> Vec<PathBuf> {
    let paths = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (path, kind) = (words.next()?, words.next()?);
        (kind == "vfat" || kind == "msdos").then(|| PathBuf::from(unescape(path)))
    });
    paths.collect()
}

/// A space in a path is `\040` in that list.
fn unescape(path: &str) -> String {
    path.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
}

/// A drive that nobody has mounted, where such a thing is seen.
pub(crate) fn unmounted() -> Option<PathBuf> {
    let path = PathBuf::from("/dev/disk/by-label/RPI-RP2");
    path.exists().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::{Drive, INFO, fat_mounts};
    use crate::Chip;
    use crate::scratch::Scratch;
    use std::path::PathBuf;

    #[test]
    fn a_drive_says_what_it_is() {
        let folder = Scratch::new();
        assert_eq!(Drive::at(folder.path()), None);
        let info = "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n";
        std::fs::write(folder.path().join(INFO), info).unwrap();
        let drive = Drive::at(folder.path()).unwrap();
        assert_eq!((drive.model.as_str(), drive.chip()), ("Raspberry Pi RP2", Some(Chip::Rp2040)));
        std::fs::write(folder.path().join(INFO), "Board-ID: RP2350\n").unwrap();
        assert_eq!(Drive::at(folder.path()).unwrap().chip(), None);
    }

    #[test]
    fn only_drives_that_could_be_a_boot_roms_are_looked_at() {
        let mounts = "/dev/sda1 / ext4 rw 0 0\nserver:/x /mnt nfs rw 0 0\n\
                      /dev/sdb1 /media/me/RPI-RP2 vfat rw 0 0\n/dev/sdc1 /media/a\\040b vfat rw 0 0\n";
        let expected = ["/media/me/RPI-RP2", "/media/a b"].map(PathBuf::from);
        assert_eq!(fat_mounts(mounts), expected);
    }
}
