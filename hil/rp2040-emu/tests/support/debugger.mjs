// A debugger, as far as a test needs one: the bytes that probe-rs would send for the same.

import { decode, encode } from '../../src/probe/cobs.mjs';

export const TARGET = { core0: 0x01002927, core1: 0x11002927, rescue: 0xf1002927 };
const [CTRL, SELECT, RDBUFF] = [4, 8, 12];
const [CSW, TAR, DRW] = [0, 4, 12];
const [DHCSR, DCRSR, DCRDR] = [0xe000edf0, 0xe000edf4, 0xe000edf8];
const KEY = 0xa05f0000;
export const STATUS = { HALTED: 1 << 17, SLEEPS: 1 << 18, WAS_RESET: 1 << 25 };

export class Debugger {
  // `exchange` gives bytes to the probe and returns what it answers.
  constructor(exchange) {
    this.exchange = exchange;
  }

  say(stream, bytes) {
    const answer = this.exchange(encode([stream, ...bytes]));
    return answer.length === 0 ? answer : decode(answer.subarray(0, -1)).subarray(1);
  }

  sequence(length, bits) {
    const word = Buffer.alloc(4);
    word.writeUInt32LE(bits >>> 0);
    return this.say(1, [0x20 | (length & 31), ...word]);
  }

  // A line reset, and then the port with that address is the one that answers.
  select(target) {
    for (const [length, bits] of [[32, 0xffffffff], [19, 0x7ffff], [3, 0]]) this.sequence(length, bits);
    this.sequence(32, 0x1f99 | (target << 13));
    this.sequence(16, target >>> 19);
  }

  // What a read answers, or the code of what is no data.
  access(isAp, register, value) {
    const command = (isAp ? 1 : 0) | (value === undefined ? 2 : 0) | register;
    const word = Buffer.alloc(4);
    word.writeUInt32LE((value ?? 0) >>> 0);
    const answer = this.say(1, value === undefined ? [command] : [command, ...word]);
    return answer[0] === 0x01 ? answer.readUInt32LE(1) : `0x${answer[0].toString(16)}`;
  }

  dp(register, value) {
    return this.access(false, register, value);
  }

  power() {
    this.dp(SELECT, 0);
    this.dp(CTRL, 0x50000000);
    return this.dp(CTRL);
  }

  read(address, size = 2) {
    this.access(true, CSW, size);
    this.access(true, TAR, address);
    this.access(true, DRW);
    return this.dp(RDBUFF);
  }

  write(address, value, size = 2) {
    this.access(true, CSW, size);
    this.access(true, TAR, address);
    return this.access(true, DRW, value);
  }

  control(bits) {
    this.write(DHCSR, KEY | bits);
    return this.read(DHCSR);
  }

  get status() {
    return this.read(DHCSR);
  }

  register(number, value) {
    if (value !== undefined) this.write(DCRDR, value);
    this.write(DCRSR, value === undefined ? number : (1 << 16) | number);
    return this.read(DCRDR);
  }
}
