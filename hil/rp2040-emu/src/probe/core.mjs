// What a debugger sees of a core: memory as the core does, and the registers by which it is halted,
// stepped, read and stopped at breakpoints (ARMv6-M, C1).

const DCB = { DHCSR: 0xe000edf0, DCRSR: 0xe000edf4, DCRDR: 0xe000edf8, DEMCR: 0xe000edfc, DFSR: 0xe000ed30 };
const SCB = { CPUID: 0xe000ed00, AIRCR: 0xe000ed0c };
const BPU = { CTRL: 0xe0002000, COMP: 0xe0002008 };
const CPUID_VALUE = 0x410cc601;
const AIRCR = { KEY: 0x05fa, KEY_READ: 0xfa050000, SYSRESETREQ: 1 << 2 };
const DHCSR = { KEY: 0xa05f, DEBUG: 1, HALT: 2, STEP: 4, MASK: 8, KEPT: 0xf };
const STATUS = { REGISTER_READY: 1 << 16, HALT: 1 << 17, SLEEP: 1 << 18, LOCKUP: 1 << 19, RESET: 1 << 25 };
const REASON = { HALT: 1, BREAKPOINT: 2, VECTOR_CATCH: 8 };
const CATCH_RESET = 1;
const COMPARATORS = 4;
const SIO_CPUID = 0xd0000000;

// Core 0, which runs.
export class RunningCore {
  #board;
  #control = 0;
  #reasons = 0;
  #transfer = 0;
  #catch = 0;
  #hadReset = false;
  #comparators = new Uint32Array(COMPARATORS);

  constructor(board) {
    this.#board = board;
    board.onBreakpoint = (at) => this.#breakpoint(at);
    board.listen((cause) => cause !== 'resume' && this.#afterReset(cause));
  }

  read(address, size) {
    const word = (address & ~3) >>> 0;
    return isPrivate(word) ? this.#readPrivate(word) : this.#board.chip.readUint32(word);
  }

  write(address, size, value) {
    const { chip } = this.#board;
    if (isPrivate(address)) this.#writePrivate(address, value);
    else if (isFlash(address)) return;
    else if (size === 32) chip.writeUint32(address, value);
    else if (size === 16) chip.writeUint16(address, value);
    else chip.writeUint8(address, value);
  }

  #readPrivate(address) {
    switch (address) {
      case DCB.DHCSR:
        return this.#status();
      case DCB.DCRDR:
        return this.#transfer;
      case DCB.DEMCR:
        return this.#catch;
      case DCB.DFSR:
        return this.#reasons;
      case SCB.CPUID:
        return CPUID_VALUE;
      case SCB.AIRCR:
        return AIRCR.KEY_READ;
      case BPU.CTRL:
        return (COMPARATORS << 4) | (this.#board.breakpoints.size > 0 ? 1 : 0);
    }
    const comparator = (address - BPU.COMP) / 4;
    if (comparator >= 0 && comparator < COMPARATORS) return this.#comparators[comparator];
    return isSystem(address) ? this.#board.chip.readUint32(address) : 0;
  }

  #writePrivate(address, value) {
    const comparator = (address - BPU.COMP) / 4;
    if (address === DCB.DHCSR) this.#setControl(value);
    else if (address === DCB.DCRSR) this.#moveRegister(value);
    else if (address === DCB.DCRDR) this.#transfer = value;
    else if (address === DCB.DEMCR) this.#catch = value;
    else if (address === DCB.DFSR) this.#reasons &= ~value;
    else if (address === SCB.AIRCR) this.#resetRequest(value);
    else if (comparator >= 0 && comparator < COMPARATORS) this.#setComparator(comparator, value);
    else if (isSystem(address)) this.#board.chip.writeUint32(address, value);
  }

  #status() {
    const { isHalted, isLockedUp, chip } = this.#board;
    const reset = this.#hadReset ? STATUS.RESET : 0;
    this.#hadReset = false;
    const state = isHalted ? STATUS.HALT : isLockedUp ? STATUS.LOCKUP : chip.core.waiting ? STATUS.SLEEP : 0;
    const halt = isHalted ? DHCSR.HALT : 0;
    return STATUS.REGISTER_READY | state | reset | (this.#control & ~DHCSR.HALT) | halt;
  }

  #setControl(value) {
    if (value >>> 16 !== DHCSR.KEY) return;
    this.#control = value & DHCSR.KEPT;
    const isHalt = (value & DHCSR.DEBUG) !== 0 && (value & DHCSR.HALT) !== 0;
    if (!this.#board.isHalted) {
      if (isHalt) this.#halt(REASON.HALT);
    } else if (!isHalt) {
      if (value & DHCSR.DEBUG && value & DHCSR.STEP) this.#step();
      else this.#board.resume();
    }
  }

  #halt(reason) {
    this.#board.halt();
    this.#reasons |= reason;
  }

  // One instruction, without interrupts if they are masked, and whatever breakpoint stands at it.
  #step() {
    const { core, clock, clkSys } = this.#board.chip;
    const updated = core.interruptsUpdated;
    if (this.#control & DHCSR.MASK) core.interruptsUpdated = false;
    clock.tick((core.executeInstruction() * 1e9) / clkSys);
    core.interruptsUpdated ||= updated;
    core.waiting = false;
    this.#reasons |= REASON.HALT;
  }

  #breakpoint(at) {
    if (!(this.#control & DHCSR.DEBUG)) return false;
    this.#board.chip.core.PC = at;
    this.#halt(REASON.BREAKPOINT);
    return true;
  }

  #resetRequest(value) {
    if (value >>> 16 === AIRCR.KEY && value & AIRCR.SYSRESETREQ) this.#board.reset('system');
  }

  // The debugger's registers outlive a reset, but for the one that takes the power away.
  #afterReset(cause) {
    this.#hadReset = true;
    if (['power', 'pin', 'rescue'].includes(cause)) {
      this.#control = this.#reasons = this.#catch = 0;
      this.#comparators.fill(0);
      this.#board.breakpoints.clear();
    } else if (this.#control & DHCSR.DEBUG && this.#catch & CATCH_RESET) {
      this.#halt(REASON.VECTOR_CATCH);
    }
  }

  // A comparator names a word, and which half of it to stop at.
  #setComparator(number, value) {
    this.#comparators[number] = value;
    const { breakpoints } = this.#board;
    breakpoints.clear();
    for (const comparator of this.#comparators) {
      const word = comparator & 0x1ffffffc;
      if (!(comparator & 1)) continue;
      if (comparator & (1 << 30)) breakpoints.add(word);
      if (comparator & (1 << 31)) breakpoints.add(word + 2);
    }
  }

  #moveRegister(selector) {
    const { core } = this.#board.chip;
    const number = selector & 0x1f;
    if (selector & (1 << 16)) writeRegister(core, number, this.#transfer);
    else this.#transfer = readRegister(core, number) >>> 0;
  }
}

// Core 1, which rp2040js does not have: it waits in the boot ROM for a program to be given to it, as
// it does on a board whose firmware uses one core. It can be halted, stepped and looked at.
export class ParkedCore {
  #memory;
  #control = 0;
  #catch = 0;
  #transfer = 0;
  #isHalted = false;
  #registers = new Uint32Array(32);

  constructor(memory) {
    this.#memory = memory;
  }

  read(address, size) {
    const word = (address & ~3) >>> 0;
    switch (word) {
      case DCB.DHCSR:
        return STATUS.REGISTER_READY | (this.#isHalted ? STATUS.HALT : STATUS.SLEEP) | this.#control;
      case DCB.DCRDR:
        return this.#transfer;
      case DCB.DEMCR:
        return this.#catch;
      case DCB.DFSR:
        return this.#isHalted ? REASON.HALT : 0;
      case SCB.CPUID:
        return CPUID_VALUE;
      case BPU.CTRL:
        return COMPARATORS << 4;
      case SIO_CPUID:
        return 1;
    }
    return isPrivate(word) ? 0 : this.#memory.read(address, size);
  }

  write(address, size, value) {
    if (address === DCB.DHCSR) this.#setControl(value);
    else if (address === DCB.DCRSR) this.#moveRegister(value);
    else if (address === DCB.DCRDR) this.#transfer = value;
    else if (address === DCB.DEMCR) this.#catch = value;
    else if (!isPrivate(address)) this.#memory.write(address, size, value);
  }

  // A step ends in a halt again.
  #setControl(value) {
    if (value >>> 16 !== DHCSR.KEY) return;
    this.#control = value & DHCSR.KEPT;
    this.#isHalted = (value & DHCSR.DEBUG) !== 0 && (value & (DHCSR.HALT | DHCSR.STEP)) !== 0;
  }

  #moveRegister(selector) {
    const number = selector & 0x1f;
    if (selector & (1 << 16)) this.#registers[number] = this.#transfer;
    else this.#transfer = this.#registers[number];
  }
}

const REGISTER = { SP: 13, PC: 15, XPSR: 16, MSP: 17, PSP: 18, SPECIAL: 20 };
const CONTROL_SYSM = 20;

function readRegister(core, number) {
  switch (number) {
    case REGISTER.PC:
      return core.PC & ~1;
    case REGISTER.XPSR:
      return core.xPSR;
    case REGISTER.MSP:
      return core.SPmain;
    case REGISTER.PSP:
      return core.SPprocess;
    case REGISTER.SPECIAL:
      return (core.PM ? 1 : 0) | (core.readSpecialRegister(CONTROL_SYSM) << 24);
    default:
      return number < 16 ? core.registers[number] : 0;
  }
}

function writeRegister(core, number, value) {
  if (number === REGISTER.PC) core.PC = value & ~1;
  else if (number === REGISTER.SP) core.SP = value;
  else if (number < 16) core.registers[number] = value;
  else if (number === REGISTER.XPSR) core.xPSR = value;
  else if (number === REGISTER.MSP) core.SPmain = value;
  else if (number === REGISTER.PSP) core.SPprocess = value;
  else if (number === REGISTER.SPECIAL) {
    core.PM = (value & 1) !== 0;
    core.interruptsUpdated = true;
    core.writeSpecialRegister(CONTROL_SYSM, value >>> 24);
  }
}

// The private peripheral bus, which each core has for itself.
function isPrivate(address) {
  return address >>> 20 === 0xe00;
}

// Its part that rp2040js knows, without the debugger's.
function isSystem(address) {
  return address >= 0xe000e000 && address < SCB.AIRCR;
}

// Read only on the bus: it is written by the flash algorithm, which runs on the core.
function isFlash(address) {
  return address >>> 26 === 4;
}
