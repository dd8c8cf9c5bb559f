// The two wires of SWD with three debug ports on them, as in the RP2040 (datasheet, 2.3.4): one for
// each core, and one that restarts the chip into its boot ROM. A host selects one by a line reset and
// a write to TARGETSEL; the others are silent (ADIv5.2, B4.3).

const TARGET = 0x01002927;
const INSTANCE = { core0: 0, core1: 1, rescue: 15 };
const [DPIDR, DLCR] = [0x0bc12477, 0x40];
const DP = { IDR_ABORT: 0x0, CTRL: 0x4, SELECT_RESEND: 0x8, RDBUFF: 0xc };
const CTRL = { DEBUG_REQUEST: 1 << 28, REQUESTS: 0x50000000, KEPT: 0x54000000, CONNECTED: 0x40 };
const RESET_BITS = 50;
const TARGETSEL = { REQUEST: 0x99, REQUEST_BITS: 8, GAP_BITS: 5, BITS: 32 };

export class Wires {
  #selector = new Selector();
  #ports;
  #selected;

  // `cores` are the memories behind the two access ports.
  constructor(cores, rescue) {
    this.#ports = new Map([
      [INSTANCE.core0, new DebugPort(INSTANCE.core0, new MemoryPort(cores[0]))],
      [INSTANCE.core1, new DebugPort(INSTANCE.core1, new MemoryPort(cores[1]))],
      [INSTANCE.rescue, new DebugPort(INSTANCE.rescue, undefined, rescue)],
    ]);
  }

  // Bits driven by the host, the lowest first.
  sequence(bits, length) {
    for (let at = 0; at < length; at++) {
      const event = this.#selector.push((bits >>> at) & 1);
      if (event === undefined) continue;
      const isOurs = event.target !== undefined && (event.target & 0x0fffffff) === TARGET;
      this.#selected = isOurs ? this.#ports.get(event.target >>> 28) : undefined;
    }
  }

  // What is read, 0 for what is written, or undefined if nobody answers.
  transfer({ isAp, isRead, register, value }) {
    if (!this.#selected) return undefined;
    const port = this.#selected;
    const result = isAp ? port.access(register, isRead, value) : port.own(register, isRead, value);
    return result >>> 0;
  }
}

// Looks for line resets and TARGETSEL in the bits of the host.
class Selector {
  #ones = 0;
  #bits;

  // `{}` at a line reset, `{ target }` when one was named.
  push(bit) {
    this.#ones = bit ? this.#ones + 1 : 0;
    if (this.#ones >= RESET_BITS) {
      this.#bits = [];
      return this.#ones === RESET_BITS ? {} : undefined;
    }
    if (!this.#bits || (this.#bits.length === 0 && bit === 0)) return undefined;
    this.#bits.push(bit);
    const { REQUEST, REQUEST_BITS, GAP_BITS, BITS } = TARGETSEL;
    if (this.#bits.length < REQUEST_BITS + GAP_BITS + BITS) return undefined;
    const isSelect = number(this.#bits.slice(0, REQUEST_BITS)) === REQUEST;
    const target = number(this.#bits.slice(REQUEST_BITS + GAP_BITS));
    this.#bits = undefined;
    return isSelect ? { target } : undefined;
  }
}

function number(bits) {
  return bits.reduceRight((value, bit) => ((value << 1) | bit) >>> 0, 0);
}

class DebugPort {
  #instance;
  #memory;
  #rescue;
  #ctrl = 0;
  #select = 0;
  // What the access before this one read: an AP answers one access late.
  #buffer = 0;

  constructor(instance, memory, rescue) {
    this.#instance = instance;
    this.#memory = memory;
    this.#rescue = rescue;
  }

  own(register, isRead, value) {
    if (isRead) return this.#read(register);
    if (register === DP.SELECT_RESEND) this.#select = value;
    else if (register === DP.CTRL && (this.#select & 0xf) === 0) this.#setCtrl(value);
    return 0;
  }

  access(register, isRead, value) {
    const isThere = this.#memory && this.#select >>> 24 === 0;
    const result = isThere ? this.#memory.access((this.#select & 0xf0) | register, isRead, value) : 0;
    if (!isRead) return 0;
    const before = this.#buffer;
    this.#buffer = result;
    return before;
  }

  #read(register) {
    if (register === DP.IDR_ABORT) return DPIDR;
    if (register !== DP.CTRL) return this.#buffer;
    switch (this.#select & 0xf) {
      case 0:
        // Power comes as soon as it is asked for.
        return (this.#ctrl & CTRL.KEPT) | ((this.#ctrl & CTRL.REQUESTS) << 1) | CTRL.CONNECTED;
      case 1:
        return DLCR;
      case 2:
        return TARGET;
      case 3:
        return (this.#instance << 28) | 1;
      default:
        return 0;
    }
  }

  // The rescue port acts when its request for debug power is taken back, and only then: a host
  // clears registers that were never set.
  #setCtrl(value) {
    const falls = (this.#ctrl & ~value & CTRL.DEBUG_REQUEST) !== 0;
    this.#ctrl = value;
    if (falls) this.#rescue?.();
  }
}

const MEM = { CSW: 0x00, TAR: 0x04, DRW: 0x0c, BD: 0x10, CFG: 0xf4, BASE: 0xf8, IDR: 0xfc };
const CSW = { RESET: 0x23000042, WRITABLE: 0x7fffff3f, ENABLED: 0x40, SIZE: 7, INCREMENT: 0x30 };
const [ROM_TABLE, AP_IDENTITY] = [0xe00ff003, 0x04770031];

// An AHB-AP: a window on the memory of one core.
class MemoryPort {
  #memory;
  #csw = CSW.RESET;
  #address = 0;

  constructor(memory) {
    this.#memory = memory;
  }

  access(register, isRead, value) {
    switch (register) {
      case MEM.CSW:
        if (!isRead) this.#csw = (value & CSW.WRITABLE) | CSW.ENABLED;
        return this.#csw;
      case MEM.TAR:
        if (!isRead) this.#address = value;
        return this.#address;
      case MEM.DRW:
        return this.#stream(isRead, value);
      case MEM.BD:
      case MEM.BD + 4:
      case MEM.BD + 8:
      case MEM.BD + 12:
        return this.#at((this.#address & ~0xf) | (register & 0xc), isRead, value);
      case MEM.BASE:
        return ROM_TABLE;
      case MEM.IDR:
        return AP_IDENTITY;
      default:
        return 0;
    }
  }

  #stream(isRead, value) {
    const result = this.#at(this.#address, isRead, value);
    if (this.#csw & CSW.INCREMENT) this.#address = (this.#address + (1 << (this.#csw & CSW.SIZE))) >>> 0;
    return result;
  }

  // Bytes and halfwords travel in the lanes of their word.
  #at(address, isRead, value) {
    const size = 8 << (this.#csw & CSW.SIZE);
    if (isRead) return this.#memory.read(address >>> 0, size);
    const lane = size === 32 ? value : (value >>> (8 * (address & 3))) & (2 ** size - 1);
    this.#memory.write(address >>> 0, size, lane >>> 0);
    return 0;
  }
}
