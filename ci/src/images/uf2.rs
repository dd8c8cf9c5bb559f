//! UF2, which a board's boot ROM takes as a file on a drive: blocks of 512 bytes, each with 256 bytes
//! of flash and where they go (<https://github.com/microsoft/uf2>).

use std::collections::BTreeMap;

use object::Endianness;
use object::elf;
use object::read::elf::{ElfFile32, ProgramHeader as _};

/// Bytes of flash in a block: a page of it, which the boot ROM writes at once.
const PAGE: usize = 256;
/// Bytes of a block before the page, with room behind it for more than anybody sends.
const HEAD: usize = 32;
const BLOCK: usize = 512;

const MAGIC_BEGIN: [u32; 2] = [0x0a32_4655, 0x9e5d_5157];
const MAGIC_END: u32 = 0x0ab1_6f30;
/// The last number of the head names the chip.
const HAS_FAMILY: u32 = 0x2000;
const RP2040: u32 = 0xe48b_ff56;

/// Where an RP2040 has its flash.
const FLASH: std::ops::Range<u32> = 0x1000_0000..0x1100_0000;

/// The flash of an ELF file as UF2, page by page. What no part of the file says is zero.
pub(super) fn of_elf(file: &[u8]) -> Result<Vec<u8>, String> {
    let pages = pages(file)?;
    let count = u32::try_from(pages.len()).map_err(|error| error.to_string())?;
    let blocks = pages.iter().zip(0..).map(|((address, page), number)| {
        let mut block = Vec::with_capacity(BLOCK);
        let head = [MAGIC_BEGIN[0], MAGIC_BEGIN[1], HAS_FAMILY, *address, PAGE as u32];
        for word in head.into_iter().chain([number, count, RP2040]) {
            block.extend(word.to_le_bytes());
        }
        debug_assert_eq!(block.len(), HEAD);
        block.extend(page);
        block.resize(BLOCK - 4, 0);
        block.extend(MAGIC_END.to_le_bytes());
        block
    });
    Ok(blocks.flatten().collect())
}

/// Pages of flash by their addresses.
fn pages(file: &[u8]) -> Result<BTreeMap<u32, [u8; PAGE]>, String> {
    let file: ElfFile32<'_> = ElfFile32::parse(file).map_err(|error| error.to_string())?;
    let mut pages = BTreeMap::new();
    for header in file.elf_program_headers() {
        let endian = Endianness::Little;
        let bytes = header.data(endian, file.data()).map_err(|()| "a segment is cut off")?;
        if header.p_type(endian) != elf::PT_LOAD || bytes.is_empty() {
            continue;
        }
        for (address, byte) in (header.p_paddr(endian)..).zip(bytes) {
            if !FLASH.contains(&address) {
                return Err(format!("{address:#010x} is not in flash"));
            }
            let offset = address % PAGE as u32;
            let page = pages.entry(address - offset).or_insert([0; PAGE]);
            page[offset as usize] = *byte;
        }
    }
    if pages.is_empty() { Err("nothing goes into flash".to_owned()) } else { Ok(pages) }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, of_elf};

    /// An ELF file of segments: where they go, and what.
    fn elf(segments: &[(u32, &[u8])]) -> Vec<u8> {
        const HEAD: u32 = 52;
        const ROW: u32 = 32;
        let count = u32::try_from(segments.len()).unwrap();
        let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        file.extend([2, 0, 40, 0]);
        for word in [1, 0, HEAD, 0, 0] {
            file.extend(u32::to_le_bytes(word));
        }
        for half in [HEAD, ROW, count, 40, 0, 0] {
            file.extend(u16::try_from(half).unwrap().to_le_bytes());
        }
        let mut at = HEAD + ROW * count;
        for (address, bytes) in segments {
            let length = u32::try_from(bytes.len()).unwrap();
            for word in [1, at, 0x2000_0000, *address, length, length, 4, 4] {
                file.extend(word.to_le_bytes());
            }
            at += length;
        }
        segments.iter().for_each(|(_, bytes)| file.extend(*bytes));
        file
    }

    fn word(block: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(block[at..at + 4].try_into().unwrap())
    }

    #[test]
    fn a_block_says_where_its_page_goes() {
        let file = elf(&[(0x1000_0000, &[1; 256]), (0x1000_0104, &[2, 3]), (0x1000_0106, &[4])]);
        let uf2 = of_elf(&file).unwrap();
        let blocks: Vec<&[u8]> = uf2.chunks(BLOCK).collect();
        assert_eq!(blocks.len(), 2);
        for (number, block) in blocks.iter().enumerate() {
            assert_eq!(block[..8], *b"UF2\nWQ]\x9e");
            assert_eq!(word(block, 8), 0x2000);
            assert_eq!(word(block, 16), 256);
            assert_eq!(word(block, 20), u32::try_from(number).unwrap());
            assert_eq!(word(block, 24), 2);
            assert_eq!(word(block, 28), 0xe48b_ff56);
            assert_eq!(word(block, 508), 0x0ab1_6f30);
        }
        assert_eq!((word(blocks[0], 12), word(blocks[1], 12)), (0x1000_0000, 0x1000_0100));
        assert_eq!(blocks[0][32..288], [1; 256]);
        assert_eq!(blocks[1][32..44], [0, 0, 0, 0, 2, 3, 4, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn what_cannot_be_flashed_is_refused() {
        let refused = |file: &[u8]| of_elf(file).unwrap_err();
        assert_eq!(refused(&elf(&[(0x2000_0000, &[1])])), "0x20000000 is not in flash");
        assert_eq!(refused(&elf(&[])), "nothing goes into flash");
        assert!(of_elf(b"#!/bin/sh\n").is_err());
        let cut = elf(&[(0x1000_0000, &[1; 256])]);
        assert_eq!(refused(&cut[..cut.len() - 1]), "a segment is cut off");
    }
}
