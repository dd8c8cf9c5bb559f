//! UF2: an image as RP2040's boot ROM takes it, from a file that is copied onto its drive.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::image::{Image, Segment};
use crate::trouble::{Class, Trouble};

const MAGIC: [u32; 2] = [0x0a32_4655, 0x9e5d_5157];
const MAGIC_END: u32 = 0x0ab1_6f30;
const HAS_FAMILY: u32 = 0x2000;
/// RP2040, in Microsoft's list of families.
const FAMILY: u32 = 0xe48b_ff56;
/// What the boot ROM writes at once.
const PAGE: usize = 256;
const BLOCK: usize = 512;

/// The image as a UF2 file.
///
/// # Errors
///
/// An address is not one of 32 bits.
pub fn encode(image: &Image) -> Result<Vec<u8>, Trouble> {
    let pages = pages(&image.segments);
    let count = pages.len();
    let mut file = Vec::with_capacity(count * BLOCK);
    for (number, (address, page)) in pages.into_iter().enumerate() {
        let narrow = |value: u64| {
            u32::try_from(value).map_err(|_| {
                let what = format!("{value:#x} is no address of 32 bits");
                Trouble::new(Class::BadImage, what, "UF2 can say no more")
            })
        };
        let begin = file.len();
        let [first, second] = MAGIC;
        let (address, page_bytes) = (narrow(address)?, narrow(PAGE as u64)?);
        let (number, count) = (narrow(number as u64)?, narrow(count as u64)?);
        for word in [first, second, HAS_FAMILY, address, page_bytes, number, count, FAMILY] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        file.extend_from_slice(&page);
        file.resize(begin + BLOCK - 4, 0);
        file.extend_from_slice(&MAGIC_END.to_le_bytes());
    }
    Ok(file)
}

/// Whole pages of flash, by address: what two segments have in one page goes together, for the page
/// that is written last would take away what the first one had.
fn pages(segments: &[Segment]) -> Vec<(u64, [u8; PAGE])> {
    let mut pages: Vec<(u64, [u8; PAGE])> = Vec::new();
    for segment in segments {
        for (byte, address) in segment.bytes.iter().zip(segment.address..) {
            let begin = address - address % PAGE as u64;
            if pages.last().is_none_or(|(at, _)| *at != begin) {
                pages.push((begin, [0; PAGE]));
            }
            let offset = usize::try_from(address - begin).unwrap_or_default();
            if let Some(place) = pages.last_mut().and_then(|(_, page)| page.get_mut(offset)) {
                *place = *byte;
            }
        }
    }
    pages
}

/// Copies a UF2 file onto a drive, and sees it through to the medium. The board starts anew when it
/// has the last block, so the drive may be gone before the last call is answered.
///
/// # Errors
///
/// The drive cannot be written to.
pub fn copy(file: &[u8], drive: &Path) -> Result<PathBuf, Trouble> {
    let path = drive.join("samewire.uf2");
    let failed = |error: std::io::Error| {
        let what = format!("{} cannot be written: {error}", path.display());
        let remedy =
            "the flash is half written: hold BOOTSEL, plug the board in again, and flash anew";
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                let remedy = "mount the drive so that you may write to it";
                Trouble::new(Class::Permission, what, remedy)
            }
            std::io::ErrorKind::NotFound => Trouble::new(Class::Gone, what, remedy),
            _ => Trouble::new(Class::Flash, what, remedy),
        }
    };
    let mut out = File::create(&path).map_err(failed)?;
    out.write_all(file).map_err(failed)?;
    // An error from here on is the drive's farewell: whether all has come, the board itself tells
    // when it is greeted.
    let _ = out.sync_all();
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, copy, encode};
    use crate::image::{Image, Segment};
    use crate::trouble::Class;
    use std::path::{Path, PathBuf};

    fn image(segments: &[(u64, &[u8])]) -> Image {
        let segments = segments.iter();
        Image {
            path: PathBuf::from("fw.elf"),
            machine: 40,
            elf: Vec::new(),
            segments: segments
                .map(|&(address, bytes)| Segment { address, bytes: bytes.to_vec() })
                .collect(),
            build: None,
            rtt: None,
            stack: None,
        }
    }

    fn word(file: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(file[at..at + 4].try_into().unwrap())
    }

    #[test]
    fn blocks_are_whole_pages_in_order() {
        let file = encode(&image(&[(0x1000_0000, &[7; 300]), (0x1000_0180, &[9; 4])])).unwrap();
        assert_eq!(file.len(), 2 * BLOCK);
        for (number, block) in file.chunks(BLOCK).enumerate() {
            let words = [0, 4, 8, 12, 16, 20, 24, 28, 508].map(|at| word(block, at));
            let (address, number) = (0x1000_0000 + 256 * number as u32, number as u32);
            let expected = [
                0x0a32_4655,
                0x9e5d_5157,
                0x2000,
                address,
                256,
                number,
                2,
                0xe48b_ff56,
                0x0ab1_6f30,
            ];
            assert_eq!(words, expected);
        }
        // The page that the two share has both.
        assert_eq!(file[BLOCK + 32..BLOCK + 32 + 44], [7; 44]);
        assert_eq!(file[BLOCK + 32 + 44..BLOCK + 32 + 128], [0; 84]);
        assert_eq!(file[BLOCK + 32 + 128..BLOCK + 32 + 132], [9; 4]);
    }

    #[test]
    fn a_drive_that_is_gone_is_told_from_one_that_is_ours_to_read_only() {
        let gone = copy(b"x", Path::new("/nowhere/at/all")).unwrap_err();
        assert_eq!(gone.class, Class::Gone);
        assert!(gone.remedy.contains("flash anew"), "{gone}");
    }
}
