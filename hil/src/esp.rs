//! What goes into the flash of one of Espressif's chips: a loader, a table of partitions, and the image,
//! as espflash makes them of an ELF file. The same bytes whether a board is flashed with them or a file
//! is written.

use std::error::Error as _;

use espflash::Error;
use espflash::flasher::{FlashData, FlashSettings};
use espflash::image_format::idf::IdfBootloaderFormat;
use espflash::target::{Chip, XtalFrequency};

use crate::image::Image;
use crate::trouble::{Class, Trouble};

/// What flash holds where nobody has written.
const ERASED: u8 = 0xff;

/// What helps where flashing broke off.
pub(crate) const HALF: &str =
    "the flash is half written: flash anew; if it stays so, take another cable";

/// All of the flash, from its first byte to the last that is written.
///
/// # Errors
///
/// It is no image for this chip, or larger than the partition of an app.
pub fn encode(image: &Image) -> Result<Vec<u8>, Trouble> {
    let mut flash = Vec::new();
    for part in parts(&image.elf)?.flash_segments() {
        let begin = usize::try_from(part.addr).unwrap_or(usize::MAX);
        let end = begin.saturating_add(part.data().len());
        flash.resize(flash.len().max(end), ERASED);
        if let Some(place) = flash.get_mut(begin..end) {
            place.copy_from_slice(part.data());
        }
    }
    Ok(flash)
}

/// The parts of it, of an ELF file.
pub(crate) fn parts(elf: &[u8]) -> Result<IdfBootloaderFormat<'_>, Trouble> {
    let data =
        FlashData::new(FlashSettings::default(), 0, None, Chip::Esp32c3, XtalFrequency::default());
    IdfBootloaderFormat::new(elf, &data, None, None, None, None).map_err(bad)
}

fn bad(error: Error) -> Trouble {
    let told = trouble(error);
    if told.class == Class::TooLarge {
        return told;
    }
    Trouble { class: Class::BadImage, remedy: "build it with esp-hal, for its chip".into(), ..told }
}

/// What espflash says, in our classes.
pub(crate) fn trouble(error: Error) -> Trouble {
    // Each says what it was about, and the last what it was.
    let mut what = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        what = format!("{what}: {error}");
        cause = error.source();
    }
    match error {
        Error::ChipMismatch(..) | Error::ChipDetectError(_) => {
            Trouble::new(Class::WrongChip, what, "name the chip that it has, or take another board")
        }
        Error::ElfTooBig(..) => {
            Trouble::new(Class::TooLarge, what, "leave something out of the image")
        }
        Error::Connection(_) | Error::FlashConnect | Error::RomError(_) => {
            let remedy =
                "hold BOOT, press RESET, let BOOT go, and flash anew; or it is another port";
            Trouble::new(Class::Attach, what, remedy)
        }
        _ => Trouble::new(Class::Flash, what, HALF),
    }
}
