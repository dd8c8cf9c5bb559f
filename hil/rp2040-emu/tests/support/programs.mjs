// Programs for the chip, small enough to be written as halfwords, and the image that holds one.

import { crc32 } from '../../src/crc.mjs';

const FLASH = 0x10000000;
const STACK = 0x20042000;
const [BOOT2_BYTES, VECTORS] = [256, 48];
export const CODE = FLASH + BOOT2_BYTES + 4 * VECTORS;

// Says each byte of UART0 again, as often as an interrupt ends its wait.
export const ECHO = [
  0xb672, //       cpsid i
  0x4808, //       ldr r0, =UART0
  0x2170, //       movs r1, #0x70    8 bits, FIFOs
  0x62c1, //       str r1, [r0, #0x2c]
  0x4907, //       ldr r1, =0x301    enable, receive, transmit
  0x6301, //       str r1, [r0, #0x30]
  0x2110, //       movs r1, #0x10    interrupt when something came
  0x6381, //       str r1, [r0, #0x38]
  0x4906, //       ldr r1, =NVIC_ISER
  0x4a07, //       ldr r2, =1 << 20
  0x600a, //       str r2, [r1]
  0xbf30, // wait: wfi
  0x6981, // next: ldr r1, [r0, #0x18]
  0x06c9, //       lsls r1, r1, #27  FIFO empty?
  0xd4fb, //       bmi wait
  0x6801, //       ldr r1, [r0]
  0x6001, //       str r1, [r0]
  0xe7f9, //       b next
  ...[0x4000, 0x4003, 0x0301, 0x0000, 0xe100, 0xe000, 0x0000, 0x0010],
];

// Counts in r5 how often a wait ended.
export const COUNT_WAKES = [
  0xbf30, // wait: wfi
  0x1c6d, //       adds r5, r5, #1
  0xe7fc, //       b wait
];

// An interrupt handler that counts in r4, and touches nothing else.
export const COUNT_CALLS = [
  0x1c64, // adds r4, r4, #1
  0x4770, // bx lr
];

// A UF2 image with that code at the reset vector, and a handler behind all others.
export function image(code, handler = [0xe7fe]) {
  const size = Math.ceil((BOOT2_BYTES + 4 * VECTORS + 2 * (code.length + handler.length)) / 256) * 256;
  const flash = Buffer.alloc(size);
  flash.writeUInt32LE(crc32(flash.subarray(0, BOOT2_BYTES - 4)), BOOT2_BYTES - 4);
  const handlerAt = CODE + 2 * code.length;
  for (let vector = 0; vector < VECTORS; vector++) {
    const value = vector === 0 ? STACK : vector === 1 ? CODE | 1 : handlerAt | 1;
    flash.writeUInt32LE(value >>> 0, BOOT2_BYTES + 4 * vector);
  }
  [...code, ...handler].forEach((half, at) => flash.writeUInt16LE(half, CODE - FLASH + 2 * at));
  return uf2(flash);
}

export function uf2(flash) {
  const blocks = [];
  for (let at = 0; at < flash.length; at += 256) {
    const block = Buffer.alloc(512);
    const head = [0x0a324655, 0x9e5d5157, 0, FLASH + at, 256, at / 256, flash.length / 256, 0];
    head.forEach((word, index) => block.writeUInt32LE(word, 4 * index));
    block.set(flash.subarray(at, at + 256), 32);
    block.writeUInt32LE(0x0ab16f30, 508);
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}
