//! Writes all of the flash of an ESP32-C3 to a file, as the rig would write it to the board: for
//! `esptool write-flash 0 FILE`, and for whoever hands images on.

use std::path::Path;
use std::process::ExitCode;

use samewire_hil::{Chip, Image, Trouble, boards::Setup, esp};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [elf, file] = arguments.as_slice() else {
        eprintln!("esp-flash ELF FILE");
        return 2.into();
    };
    let flash = match encode(elf.as_ref()) {
        Ok(flash) => flash,
        Err(trouble) => {
            eprintln!("{trouble}");
            return 3.into();
        }
    };
    match std::fs::write(file, flash) {
        Ok(()) => 0.into(),
        Err(error) => {
            eprintln!("{}: {error}", Path::new(file).display());
            3.into()
        }
    }
}

fn encode(elf: &Path) -> Result<Vec<u8>, Trouble> {
    let image = Image::read(elf)?;
    image.judge(&Setup::of(Chip::Esp32c3))?;
    esp::encode(&image)
}
