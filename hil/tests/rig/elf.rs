//! Images made by hand, so that no test waits for a compiler of boards.

/// What a loader of RP2040 begins with: this many bytes, the last four of them their checksum.
const BOOT2_BYTES: usize = 256;
const FLASH: u32 = 0x1000_0000;
const RAM: u32 = 0x2000_0000;
const RAM_END: u32 = 0x2004_2000;

/// Bytes that are loaded to an address.
pub(crate) type Piece<'b> = (u32, &'b [u8]);

/// An ELF file of 32 bits for this processor, with these pieces and symbols.
pub(crate) fn elf(machine: u16, pieces: &[Piece<'_>], symbols: &[(&str, u32)]) -> Vec<u8> {
    let (header, segment, section) = (52, 32, 40);
    let mut body = Vec::new();
    let body_begin = header + segment * pieces.len() as u32;
    let mut segments = Vec::new();
    for (address, bytes) in pieces {
        let (offset, length) = (body_begin + body.len() as u32, bytes.len() as u32);
        segments.extend(words(&[1, offset, *address, *address, length, length, 5, 4]));
        body.extend_from_slice(bytes);
    }
    body.resize(body.len().next_multiple_of(4), 0);
    let (mut table, mut names) = (vec![0; 16], vec![0]);
    for (name, address) in symbols {
        table.extend(words(&[names.len() as u32, *address, 0]));
        // A global object, of no section but the absolute one.
        table.extend([0x11, 0, 0xf1, 0xff]);
        names.extend_from_slice(name.as_bytes());
        names.push(0);
    }
    let table_at = body_begin + body.len() as u32;
    let names_at = table_at + table.len() as u32;
    let (table_bytes, names_bytes) = (table.len() as u32, names.len() as u32);
    body.extend(table);
    body.extend(names);
    body.resize(body.len().next_multiple_of(4), 0);
    let sections_at = body_begin + body.len() as u32;

    let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    file.extend(halves(&[2, machine]));
    file.extend(words(&[1, FLASH, header, sections_at, 0]));
    file.extend(halves(&[header as u16, segment as u16, pieces.len() as u16, section, 3, 2]));
    file.extend(segments);
    file.extend(body);
    file.extend([0; 40]);
    file.extend(words(&[0, 2, 0, 0, table_at, table_bytes, 2, 1, 4, 16])); // symbols
    file.extend(words(&[0, 3, 0, 0, names_at, names_bytes, 0, 0, 1, 0])); // their names
    file
}

/// A second stage as a linker puts it: any code, and the checksum of it.
pub(crate) fn boot2() -> Vec<u8> {
    let mut bytes = vec![0xa5; BOOT2_BYTES - 4];
    let sum = bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte) << 24, |sum, _| {
            sum << 1 ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    });
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// An image that logs this by RTT, pushes 16 bytes onto its stack, and sleeps.
pub(crate) fn logs(text: &str, build: [u8; 8]) -> Vec<u8> {
    let (block, buffer) = (RAM + 0x100, RAM + 0x200);
    let mut control = b"SEGGER RTT\0\0\0\0\0\0".to_vec();
    // One channel up, none down; its name, its buffer, as much of it written as there is text.
    control.extend(words(&[1, 0, 0, buffer, 1024, text.len() as u32, 0, 0]));
    control.resize(0x100, 0);
    control.extend_from_slice(text.as_bytes());
    control.resize(control.len().next_multiple_of(4), 0);

    let vectors = 48 * 4;
    let code_at = FLASH + BOOT2_BYTES as u32 + vectors;
    let code_words = 9;
    let control_at = code_at + 4 * code_words;
    let build_at = control_at + control.len() as u32;
    let mut program = words(&[RAM_END, code_at | 1]);
    program.resize(vectors as usize, 0);
    program.extend(halves(&[
        0xb40f, // push {r0-r3}
        0x4805, // ldr r0, [pc, #20]: from
        0x4905, // ldr r1, [pc, #20]: to
        0x4a06, // ldr r2, [pc, #24]: how many words
        0xc808, // ldmia r0!, {r3}
        0xc108, // stmia r1!, {r3}
        0x3a01, // subs r2, #1
        0xd1fb, // bne to ldmia
        0xbf30, // wfi
        0xe7fd, // b to wfi
        0xbf00, // nop
        0xbf00, // nop
    ]));
    program.extend(words(&[control_at, block, control.len() as u32 / 4]));
    program.extend(control);
    program.extend(build);
    let symbols = [
        ("_SEGGER_RTT", block),
        ("_stack_start", RAM_END),
        ("_stack_end", RAM_END - 0x4000),
        ("SAMEWIRE_BUILD", build_at),
    ];
    let pieces: [Piece<'_>; 2] = [(FLASH, &boot2()), (FLASH + BOOT2_BYTES as u32, &program)];
    elf(40, &pieces, &symbols)
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn halves(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
