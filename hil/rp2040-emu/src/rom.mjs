// The boot ROM, by what it does. The real one's bytes are not ours to ship, and rp2040js has none:
// here stand its tables, so that firmware and flash algorithms find the functions (RP2040
// datasheet, 2.8.3), and each function is `BKPT #n; BX LR`, carried out in JavaScript when the core
// gets there.

const FUNCTIONS_AT = 0x200;
const TABLE_AT = 0x100;
// What a chip does whose flash holds no program: the real ROM offers a USB drive then, this one waits.
const IDLE_AT = 0x1f0;
const STACK_TOP = 0x20041f00;

const FLASH_BASE = 0x10000000;
const SRAM_BASE = 0x20000000;
const DPRAM_BASE = 0x50100000;
// Below this, a write to the USB memory arms an endpoint, and must go through the bus.
const DPRAM_BUFFERS = 0x100;

// Where the vectors stand when there is no program to start, and the loop to which they lead.
export const ROM_VECTORS = 0;
export const IDLE = IDLE_AT;

export class BootRom {
  #functions = [];
  #addresses = new Map();
  #words = new Uint32Array(4096);
  #view = new DataView(this.#words.buffer);

  constructor(log) {
    this.log = log;
    for (const [code, run] of Object.entries(FUNCTIONS)) {
      this.#addresses.set(code, this.#stub(run));
    }
    const lookup = this.#stub((chip, registers) => this.#lookup(registers));
    this.#vectors();
    this.#tables(lookup);
  }

  load(chip) {
    chip.bootrom.set(this.#words);
  }

  // Carries out the function whose stub has the breakpoint `number` at `address`, if that is one.
  call(chip, number, address) {
    const run = this.#functions[number];
    if (!run || address !== FUNCTIONS_AT + 4 * number) return false;
    run(chip, chip.core.registers, this.log);
    return true;
  }

  #stub(run) {
    const number = this.#functions.push(run) - 1;
    const address = FUNCTIONS_AT + 4 * number;
    this.#view.setUint16(address, 0xbe00 | number, true);
    this.#view.setUint16(address + 2, 0x4770, true);
    return address | 1;
  }

  #vectors() {
    this.#view.setUint32(0, STACK_TOP, true);
    this.#view.setUint32(4, IDLE_AT | 1, true);
    this.#view.setUint16(IDLE_AT, 0xbf30, true); // WFI
    this.#view.setUint16(IDLE_AT + 2, 0xe7fd, true); // and back to it
    // "Mu", 1, and the version that is sold: firmware asks it before it calls for newer functions.
    [0x4d, 0x75, 1, 2].forEach((byte, at) => this.#view.setUint8(0x10 + at, byte));
  }

  // Some flash algorithms walk the table themselves instead of calling the lookup.
  #tables(lookup) {
    let at = TABLE_AT;
    for (const [code, address] of this.#addresses) {
      this.#view.setUint16(at, code.charCodeAt(0) | (code.charCodeAt(1) << 8), true);
      this.#view.setUint16(at + 2, address, true);
      at += 4;
    }
    this.#view.setUint16(0x14, TABLE_AT, true);
    this.#view.setUint16(0x16, at, true); // the table of data, which is empty
    this.#view.setUint16(0x18, lookup, true);
  }

  #lookup(registers) {
    const code = String.fromCharCode(registers[1] & 0xff, (registers[1] >>> 8) & 0xff);
    const address = this.#addresses.get(code);
    if (address === undefined) this.log(`boot ROM: no function ${JSON.stringify(code)}`);
    registers[0] = address ?? 0;
  }
}

// By the codes under which they are looked up. Arguments and results are in r0 to r3.
const FUNCTIONS = {
  P3: (chip, r) => (r[0] = bits(r[0]).replaceAll('0', '').length),
  R3: (chip, r) => (r[0] = parseInt([...bits(r[0])].reverse().join(''), 2)),
  L3: (chip, r) => (r[0] = Math.clz32(r[0])),
  T3: (chip, r) => (r[0] = r[0] === 0 ? 32 : 31 - Math.clz32(r[0] & -r[0])),
  MS: fill,
  S4: fill,
  MC: copy,
  C4: copy,
  IF: () => {},
  EX: () => {},
  RE: erase,
  RP: program,
  FC: () => {},
  CX: () => {},
  UB: (chip, r, log) => {
    log('boot ROM: asked for the USB drive, which is not offered here; waiting for a reset');
    chip.core.registers[14] = IDLE_AT;
  },
};

function bits(word) {
  return word.toString(2).padStart(32, '0');
}

function fill(chip, r) {
  const [to, byte, length] = [r[0], r[1], r[2]];
  const room = memory(chip, to, length);
  if (room) room.fill(byte);
  else for (let at = 0; at < length; at++) chip.writeUint8(to + at, byte & 0xff);
  spend(chip, length);
}

function copy(chip, r) {
  const [to, from, length] = [r[0], r[1], r[2]];
  const target = memory(chip, to, length);
  const source = memory(chip, from, length) ?? flash(chip, from, length);
  if (target && source) target.set(source);
  else for (let at = 0; at < length; at++) chip.writeUint8(to + at, chip.readUint8(from + at));
  spend(chip, length);
}

function erase(chip, [offset, length]) {
  chip.flash.fill(0xff, offset, offset + length);
}

// Flash only ever loses ones; what was not erased before shows when it is verified.
function program(chip, [offset, from, length]) {
  for (let at = 0; at < length; at++) chip.flash[offset + at] &= chip.readUint8(from + at);
}

// Memory that may be written as a whole; what else there is has side effects, or is not there.
function memory(chip, address, length) {
  return (
    part(chip.sram, address - SRAM_BASE, length) ??
    (address >= DPRAM_BASE + DPRAM_BUFFERS ? part(chip.usbDPRAM, address - DPRAM_BASE, length) : undefined)
  );
}

function flash(chip, address, length) {
  return part(chip.flash, address - FLASH_BASE, length);
}

function part(bytes, at, length) {
  return at >= 0 && at + length <= bytes.length ? bytes.subarray(at, at + length) : undefined;
}

// The ROM's loops take about a cycle for two bytes.
function spend(chip, length) {
  chip.clock.tick(((length >>> 1) * 1e9) / chip.clkSys);
}
