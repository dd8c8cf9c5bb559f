// The board: one RP2040 with its flash, and what is wired to it. A reset makes a new chip, since
// rp2040js cannot reset its peripherals; what a reset does not touch is carried over.

import { RP2040 } from 'rp2040js';
import { attachFlash } from './flash.mjs';
import { isBootable, load } from './image.mjs';
import { provide } from './missing.mjs';
import { guard, hasInterrupt, mend } from './quirks.mjs';
import { BootRom, IDLE, ROM_VECTORS } from './rom.mjs';

// As on a Raspberry Pi Pico.
const FLASH_BYTES = 2 * 1024 * 1024;
export const LAMP = 25;
// Boot2 is at the begin of flash, and behind it the vectors of the program.
const PROGRAM_VECTORS = 0x10000100;
const HARD_FAULT = 3;
const NMI = 2;

export class Board {
  chip;
  // The debugger holds the core. Time stands still for the chip, as its timers do by default.
  isHalted = false;
  // A core that faults while it handles a fault does nothing until a reset.
  isLockedUp = false;
  #isHung = false;
  // Of the debugger.
  breakpoints = new Set();
  // Told when the core comes to a breakpoint. True, if a debugger takes it.
  onBreakpoint = () => false;

  #flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  #devices;
  #listeners = [];
  #log;
  #rom;
  #requested;
  #isCrashing = false;

  // Devices are attached anew to each chip, by `attach(chip)`.
  constructor(devices, log) {
    this.#devices = devices;
    this.#log = log;
    this.#rom = new BootRom(log);
    this.reset('power');
  }

  // Told of each reset by its cause, and of the end of a halt by `resume`.
  listen(listener) {
    this.#listeners.push(listener);
  }

  load(image) {
    const bytes = load(image, this.#flash);
    this.#log(`flash holds ${bytes} bytes`);
    this.reset('power');
  }

  // Why: `power`, `system` (AIRCR), `watchdog`, `rescue` (by the rescue debug port) or `pin`.
  reset(cause) {
    const before = this.chip;
    const chip = new RP2040();
    chip.flash = this.#flash;
    chip.flashView = new DataView(this.#flash.buffer);
    chip.flash16 = new Uint16Array(this.#flash.buffer);
    this.#rom.load(chip);
    attachFlash(chip);
    provide(chip, cause);
    mend(chip, { log: this.#log, onResetRequest: () => this.requestReset('system') });
    if (before && cause !== 'power') keep(before, chip, cause);
    chip.onBreak = (number) => this.#onBreak(number);
    guard(chip.peripherals[WATCHDOG_AT], () => this.requestReset('watchdog'));
    chip.gpio[LAMP].addListener(() => this.#log(`gpio${LAMP} ${chip.gpio[LAMP].outputValue ? 1 : 0}`));
    this.chip = chip;
    this.isHalted = false;
    this.isLockedUp = false;
    this.#isHung = false;
    this.#requested = undefined;
    this.#isCrashing = false;
    for (const device of this.#devices) device.attach(chip);
    this.#boot(cause);
    this.#log(`reset: ${cause}`);
    for (const listener of this.#listeners) listener(cause);
  }

  // For who runs on the chip: the reset comes when the instruction is over.
  requestReset(cause) {
    this.#requested = cause;
    this.chip.core.waiting = true;
  }

  // Whether the core does nothing now. Ends a wait that is over, and carries out a reset or a crash.
  isWaiting() {
    if (this.#requested) this.reset(this.#requested);
    if (this.#isCrashing) this.#crash();
    // Interrupts that pend for ever would keep the core busy, and time would fall behind the watchdog's.
    if (this.#isHung) return true;
    const { core } = this.chip;
    if (core.waiting && hasInterrupt(core)) {
      // Taken by the next instruction, if nothing masks it.
      core.waiting = false;
      core.interruptsUpdated = true;
    }
    return core.waiting || this.isHalted;
  }

  // A device brings or takes what has come from outside.
  feed() {
    for (const device of this.#devices) device.feed?.();
  }

  // What devices have gathered goes out.
  flush() {
    for (const device of this.#devices) device.flush?.();
  }

  halt() {
    this.isHalted = true;
    // A debugger may have the core do something else.
    this.#isHung = false;
    this.chip.core.waiting = false;
  }

  resume() {
    this.isHalted = false;
    for (const listener of this.#listeners) listener('resume');
  }

  // The core does nothing any more, and hears nothing, until a reset.
  hang() {
    this.#isHung = true;
    this.chip.core.waiting = true;
    this.chip.core.PM = true;
    this.chip.core.PC = IDLE;
  }

  // The next instruction faults, as if memory had lost a bit.
  crash() {
    this.#isCrashing = true;
    this.chip.core.waiting = true;
  }

  // Whether it was started from flash.
  get hasProgram() {
    return this.chip.core.VTOR !== ROM_VECTORS;
  }

  #boot(cause) {
    const { core } = this.chip;
    // The rescue port leaves the core in the boot ROM, for a debugger to fetch.
    const isProgram = cause !== 'rescue' && isBootable(this.#flash);
    if (cause !== 'rescue' && !isProgram) this.#log('no program in flash');
    core.VTOR = isProgram ? PROGRAM_VECTORS : ROM_VECTORS;
    core.reset();
  }

  // A BKPT: one of the boot ROM's functions, or the debugger's, or a fault.
  #onBreak(number) {
    const { core } = this.chip;
    const at = (core.PC - 2) >>> 0;
    if (this.#rom.call(this.chip, number, at)) return;
    if (this.onBreakpoint(at)) return;
    this.#fault(at);
  }

  #crash() {
    const { core } = this.chip;
    this.#isCrashing = false;
    core.waiting = false;
    this.#enterFault((core.PC & ~1) >>> 0);
  }

  #fault(at) {
    const { core } = this.chip;
    // rp2040js goes on behind the second half of an instruction of 32 bits.
    if (this.#enterFault(at)) core.PC = (core.PC & ~1) - (core.breakRewind - 2);
  }

  // Whether the handler of faults is there to run.
  #enterFault(at) {
    const { core } = this.chip;
    if (core.IPSR === HARD_FAULT || core.IPSR === NMI) {
      this.#log(`locked up at 0x${at.toString(16)}: a fault while it handled one`);
      this.isLockedUp = true;
      this.hang();
      return false;
    }
    this.#log(`hard fault at 0x${at.toString(16)}`);
    core.PC = at;
    core.exceptionEntry(HARD_FAULT);
    return true;
  }
}

const WATCHDOG_AT = 0x40058;

// Memory keeps its content over every reset but that of the power, and so do the watchdog's scratch
// registers; which of its causes it was, the watchdog tells.
function keep(before, chip, cause) {
  chip.sram.set(before.sram);
  const [old, watchdog] = [before, chip].map((each) => each.peripherals[WATCHDOG_AT]);
  watchdog.scratchData.set(old.scratchData);
  if (cause === 'watchdog') watchdog.reason = old.reason;
}
