import assert from 'node:assert/strict';
import { test } from 'node:test';

import { crc32 } from '../src/crc.mjs';
import { isBootable, load } from '../src/image.mjs';
import { ECHO, image } from './support/programs.mjs';

const FLASH_BYTES = 4096;

function elf(address, data, machine = 40) {
  const bytes = Buffer.alloc(52 + 32 + data.length);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(52, 28);
  bytes.writeUInt16LE(32, 42);
  bytes.writeUInt16LE(1, 44);
  // Loaded, from offset 84, for another virtual address than the physical one.
  [1, 84, 0x20000000, address, data.length, data.length].forEach((word, at) => bytes.writeUInt32LE(word, 52 + 4 * at));
  bytes.set(data, 84);
  return bytes;
}

test('an ELF goes where its physical addresses say', () => {
  const flash = new Uint8Array(FLASH_BYTES);
  assert.equal(load(elf(0x10000100, Buffer.from('hello')), flash), 5);
  assert.equal(Buffer.from(flash.subarray(0x100, 0x105)).toString(), 'hello');
});

test('an image for something else is refused', () => {
  const flash = new Uint8Array(FLASH_BYTES);
  assert.throws(() => load(elf(0x10000000, Buffer.from('x'), 243), flash), /not for a 32-bit ARM/);
  assert.throws(() => load(elf(0x08000000, Buffer.from('x')), flash), /not in flash/);
  assert.throws(() => load(elf(0x10000000, Buffer.alloc(FLASH_BYTES + 1)), flash), /not in flash/);
  assert.throws(() => load(Buffer.from('GIF89a'), flash), /neither/);
  assert.throws(() => load(Buffer.alloc(0), flash), /neither/);
});

test('a block of a UF2 that is none is named', () => {
  const broken = image(ECHO);
  broken.fill(0, 512, 520);
  assert.throws(() => load(broken, new Uint8Array(FLASH_BYTES)), /block 1 /);
});

test('flash is bootable when the second stage has its checksum', () => {
  const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  assert.equal(isBootable(flash), false);
  load(image(ECHO), flash);
  assert.equal(isBootable(flash), true);
  flash[7] ^= 1;
  assert.equal(isBootable(flash), false);
});

test('the check value of CRC-32/MPEG-2', () => {
  assert.equal(crc32(Buffer.from('123456789')), 0x0376e6e7);
});
