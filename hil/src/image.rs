//! An image to be flashed: read from ELF, and held against the chip and the flash it is meant for.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use object::read::elf::{ElfFile32, FileHeader as _, ProgramHeader as _};
use object::{Endianness, Object as _, ObjectSegment as _, ObjectSymbol as _, elf};
use sha2::{Digest as _, Sha256};

use crate::trouble::{Class, Trouble};
use crate::{Chip, boards::Setup};

/// What the link's HELLO calls a build.
pub type Build = [u8; 8];

/// The symbol of the build in an image of ours.
const BUILD: &str = "SAMEWIRE_BUILD";
/// Espressif's loaders want to know of an app, and where an image has this symbol they are told the
/// SHA-256 of the ELF file by whoever flashes it. The begin of that is the build.
const DESCRIPTION: &str = "esp_app_desc";
/// The control block of SEGGER's real-time transfer.
const RTT: &str = "_SEGGER_RTT";
/// Where cortex-m-rt has the stack begin and where it may end.
const STACK: [&str; 2] = ["_stack_start", "_stack_end"];

/// Far more than any image has with all that is said to debuggers; a device has no end.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The second stage of RP2040's loader: this long, with a checksum at its end.
const BOOT2_BYTES: usize = 256;

/// An image that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The file it was read from.
    pub path: PathBuf,
    pub(crate) machine: u16,
    /// All of the file.
    pub(crate) elf: Vec<u8>,
    /// What goes into flash, by address.
    pub(crate) segments: Vec<Segment>,
    /// What the board will say that it runs, if the image is one of ours.
    pub build: Option<Build>,
    pub(crate) rtt: Option<u64>,
    pub(crate) stack: Option<Stack>,
}

/// Bytes that go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) address: u64,
    pub(crate) bytes: Vec<u8>,
}

/// The memory that the stack may use: it grows from the end to the begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stack {
    /// Its lowest address.
    pub begin: u64,
    /// The address behind its highest.
    pub end: u64,
}

impl Image {
    /// Reads an ELF file.
    ///
    /// # Errors
    ///
    /// It cannot be read, is no ELF file of a board, or has nothing for a flash.
    pub fn read(path: &Path) -> Result<Self, Trouble> {
        let mut bytes = Vec::new();
        let file = File::open(path).map(|file| file.take(FILE_BYTES_MAX));
        file.and_then(|mut file| file.read_to_end(&mut bytes)).map_err(|error| {
            let what = format!("{} cannot be read: {error}", path.display());
            Trouble::new(Class::BadImage, what, "build it first, or name another file")
        })?;
        Self::parse(path, &bytes)
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Trouble> {
        let bad = |what: &dyn std::fmt::Display| {
            let what = format!("{} is no image: {what}", path.display());
            let remedy = "an image is the ELF file that cargo has built for the board";
            Trouble::new(Class::BadImage, what, remedy)
        };
        let file = ElfFile32::<Endianness>::parse(bytes).map_err(|error| bad(&error))?;
        let endian = file.endian();
        let mut segments = Vec::new();
        for segment in file.segments() {
            let header = segment.elf_program_header();
            let data = segment.data().map_err(|error| bad(&error))?;
            if header.p_type(endian) == elf::PT_LOAD && !data.is_empty() {
                let address = u64::from(header.p_paddr(endian));
                segments.push(Segment { address, bytes: data.to_vec() });
            }
        }
        if segments.is_empty() {
            return Err(bad(&"nothing in it is loaded"));
        }
        segments.sort_by_key(|segment| segment.address);
        let address = |name: &str| {
            let symbol = file.symbols().find(|symbol| symbol.name() == Ok(name));
            symbol.map(|symbol| symbol.address())
        };
        let [end, begin] = STACK.map(address);
        let stack = begin.zip(end).filter(|(begin, end)| begin < end);
        let machine = file.elf_header().e_machine(endian).0;
        let mut image = Self {
            path: path.to_owned(),
            machine,
            elf: bytes.to_vec(),
            segments,
            build: None,
            rtt: address(RTT),
            stack: stack.map(|(begin, end)| Stack { begin, end }),
        };
        image.build = match address(DESCRIPTION) {
            Some(_) => Sha256::digest(bytes).first_chunk().copied(),
            None => address(BUILD).and_then(|at| image.at(at)?.first_chunk().copied()),
        };
        Ok(image)
    }

    /// The bytes from this address to the end of its segment.
    fn at(&self, address: u64) -> Option<&[u8]> {
        self.segments.iter().find_map(|segment| {
            let offset = usize::try_from(address.checked_sub(segment.address)?).ok()?;
            segment.bytes.get(offset..).filter(|rest| !rest.is_empty())
        })
    }

    /// How many bytes are flashed.
    pub fn flash_bytes(&self) -> usize {
        self.segments.iter().map(|segment| segment.bytes.len()).sum()
    }

    /// Holds it against a board: the processor, the addresses, the size, and what the chip's own
    /// loader wants to see.
    ///
    /// # Errors
    ///
    /// It is for another chip, or too large.
    pub fn judge(&self, setup: &Setup) -> Result<(), Trouble> {
        let chip = setup.chip;
        let remedy = format!("build it for {}: --target {}", chip.name(), chip.triple());
        let wrong = |what: String| Err(Trouble::new(Class::WrongChip, what, remedy.as_str()));
        let path = self.path.display();
        if self.machine != chip.machine() {
            let theirs = machine_name(self.machine);
            return wrong(format!("{path} is for {theirs}, and the board is {}", chip.name()));
        }
        let room = u64::from(setup.flash_kib) * 1024;
        let mut end = 0;
        for Segment { address, bytes } in &self.segments {
            match chip.flash_offset(*address) {
                Some(offset) => end = end.max(offset + bytes.len() as u64),
                // A loader in RAM may have pieces there; the flash's own loader copies them.
                None if chip == Chip::Esp32c3 && chip.is_ram(*address) => {}
                None => {
                    let name = chip.name();
                    return wrong(format!(
                        "{path} has bytes at {address:#x}, not in {name}'s flash"
                    ));
                }
            }
        }
        if end > room {
            let what = format!("{path} needs {end} bytes of flash, and the board has {room}");
            let remedy = "leave something out, or say in boards.toml how much flash it really has \
                          (flash-kib)";
            return Err(Trouble::new(Class::TooLarge, what, remedy));
        }
        if chip == Chip::Rp2040 && !self.has_boot2() {
            return wrong(format!(
                "{path} does not begin with RP2040's second-stage loader: the chip would not start it"
            ));
        }
        Ok(())
    }

    /// Whether flash begins with a loader whose checksum is right, as the boot ROM demands.
    fn has_boot2(&self) -> bool {
        let boot2 = self.at(0x1000_0000).and_then(<[u8]>::first_chunk::<BOOT2_BYTES>);
        boot2
            .and_then(|boot2| boot2.split_last_chunk::<4>())
            .is_some_and(|(code, sum)| crc32_mpeg2(code) == u32::from_le_bytes(*sum))
    }
}

fn machine_name(machine: u16) -> String {
    match elf::Machine(machine) {
        elf::EM_ARM => "ARM".to_owned(),
        elf::EM_RISCV => "RISC-V".to_owned(),
        elf::EM_XTENSA => "Xtensa".to_owned(),
        elf::EM_X86_64 | elf::EM_386 | elf::EM_AARCH64 => "a computer".to_owned(),
        _ => format!("processor {machine}"),
    }
}

/// The checksum of RP2040's data sheet, section 2.8.1.3.1.
fn crc32_mpeg2(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte) << 24, |sum, _| {
            sum << 1 ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{Image, crc32_mpeg2};
    use crate::Chip;
    use crate::boards::Setup;
    use crate::made::{Piece, boot2, elf, logs};
    use crate::trouble::Class;
    use std::path::Path;

    fn parse(bytes: &[u8]) -> Image {
        Image::parse(Path::new("fw.elf"), bytes).unwrap()
    }

    #[test]
    fn the_checksum_is_that_of_the_data_sheet() {
        // The check value of CRC-32/MPEG-2.
        assert_eq!(crc32_mpeg2(b"123456789"), 0x0376_e6e7);
    }

    #[test]
    fn what_fits_is_taken() {
        let image = parse(&elf(40, &[(0x1000_0100, &[1, 2, 3]), (0x1000_0000, &boot2())], &[]));
        assert_eq!(image.flash_bytes(), 259);
        assert_eq!(image.judge(&Setup::of(Chip::Rp2040)), Ok(()));
        let image = parse(&elf(243, &[(0x4200_0020, &[1]), (0x3fc8_0000, &[2])], &[]));
        assert_eq!(image.judge(&Setup::of(Chip::Esp32c3)), Ok(()));
    }

    #[test]
    fn what_the_rig_wants_to_know_stands_in_symbols() {
        let image = parse(&logs("hello", *b"c0ffee01"));
        assert_eq!(image.build, Some(*b"c0ffee01"));
        assert_eq!(image.rtt, Some(0x2000_0100));
        let stack = image.stack.unwrap();
        assert_eq!((stack.begin, stack.end), (0x2003_e000, 0x2004_2000));
        assert_eq!(image.judge(&Setup::of(Chip::Rp2040)), Ok(()));
        let described = elf(243, &[(0x3c00_0020, &[0; 256])], &[("esp_app_desc", 0x3c00_0020)]);
        let build = parse(&described).build.unwrap();
        assert_ne!(Some(build), parse(&[described, vec![0]].concat()).build);
        let image = parse(&elf(40, &[(0, &[1])], &[]));
        assert_eq!((image.build, image.rtt, image.stack), (None, None, None));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_class() {
        let boot2 = boot2();
        let large = vec![0; 2 * 1024 * 1024];
        let table: [(u16, &[Piece<'_>], Class, &str); 6] = [
            (
                243,
                &[(0x4200_0000, &[1])],
                Class::WrongChip,
                "is for RISC-V, and the board is rp2040",
            ),
            (62, &[(0x1000_0000, &[1])], Class::WrongChip, "is for a computer"),
            (40, &[(0, &[1])], Class::WrongChip, "has bytes at 0x0, not in rp2040's flash"),
            (40, &[(0x1000_0100, &[1])], Class::WrongChip, "does not begin with RP2040's"),
            (40, &[(0x1000_0000, &[0; 256])], Class::WrongChip, "does not begin with RP2040's"),
            (
                40,
                &[(0x1000_0000, &boot2), (0x1000_0100, &large)],
                Class::TooLarge,
                "needs 2097408 bytes of flash, and the board has 2097152",
            ),
        ];
        for (machine, pieces, class, what) in table {
            let trouble =
                parse(&elf(machine, pieces, &[])).judge(&Setup::of(Chip::Rp2040)).unwrap_err();
            assert_eq!(trouble.class, class, "{trouble}");
            assert!(trouble.what.contains(what) && !trouble.remedy.is_empty(), "{trouble}");
        }
    }

    #[test]
    fn what_is_no_image_is_said_to_be_none() {
        let empty = elf(40, &[], &[]);
        for bytes in [&b""[..], b"\x7fELF", b"UF2\n", &empty] {
            let trouble = Image::parse(Path::new("x"), bytes).unwrap_err();
            assert_eq!(trouble.class, Class::BadImage, "{bytes:?}");
        }
        #[cfg(unix)]
        assert_eq!(Image::read(Path::new("/dev/null")).unwrap_err().class, Class::BadImage);
        let missing = Image::read(Path::new("/nowhere/fw.elf")).unwrap_err();
        assert_eq!(missing.class, Class::BadImage);
        assert!(missing.what.starts_with("/nowhere/fw.elf cannot be read"), "{missing}");
    }
}
