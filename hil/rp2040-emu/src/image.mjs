// Images into flash: ELF by its segments' physical addresses, UF2 by its blocks.

import { crc32 } from './crc.mjs';

const FLASH_BASE = 0x10000000;
const ELF = 0x464c457f;
const ARM = 40;
const LOADED = 1;
const UF2 = [0x0a324655, 0x9e5d5157];
const UF2_BLOCK = 512;
const BOOT2_BYTES = 256;

export function load(image, flash) {
  const magic = image.length >= 4 ? image.readUInt32LE(0) : 0;
  const parts = magic === ELF ? segments(image) : magic === UF2[0] ? blocks(image) : undefined;
  if (!parts) throw new Error('neither an ELF nor a UF2');
  let bytes = 0;
  for (const { address, data } of parts) {
    const at = address - FLASH_BASE;
    if (at < 0 || at + data.length > flash.length) {
      throw new Error(`${data.length} bytes at 0x${address.toString(16)} are not in flash`);
    }
    flash.set(data, at);
    bytes += data.length;
  }
  return bytes;
}

// The real boot ROM starts what begins with a second stage whose checksum is right (datasheet,
// 2.8.1.3.1), and offers its USB drive else. The stage itself is passed over here: what it does is
// to set up the flash chip, of which there is none, and to jump to the vectors behind it.
export function isBootable(flash) {
  const said = new DataView(flash.buffer).getUint32(BOOT2_BYTES - 4, true);
  return crc32(flash.subarray(0, BOOT2_BYTES - 4)) === said;
}

function segments(elf) {
  if (elf.length < 52 || elf[4] !== 1 || elf.readUInt16LE(18) !== ARM) {
    throw new Error('an ELF, but not for a 32-bit ARM');
  }
  const [at, size, count] = [elf.readUInt32LE(28), elf.readUInt16LE(42), elf.readUInt16LE(44)];
  const parts = [];
  for (let header = at; header < at + size * count; header += size) {
    const length = elf.readUInt32LE(header + 16);
    if (elf.readUInt32LE(header) !== LOADED || length === 0) continue;
    const offset = elf.readUInt32LE(header + 4);
    parts.push({ address: elf.readUInt32LE(header + 12), data: elf.subarray(offset, offset + length) });
  }
  return parts;
}

function blocks(uf2) {
  const parts = [];
  for (let at = 0; at + UF2_BLOCK <= uf2.length; at += UF2_BLOCK) {
    if (uf2.readUInt32LE(at) !== UF2[0] || uf2.readUInt32LE(at + 4) !== UF2[1]) {
      throw new Error(`block ${at / UF2_BLOCK} is no UF2 block`);
    }
    const length = uf2.readUInt32LE(at + 16);
    parts.push({ address: uf2.readUInt32LE(at + 12), data: uf2.subarray(at + 32, at + 32 + length) });
  }
  return parts;
}
