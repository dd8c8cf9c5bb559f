// Faults that are asked for, so that a rig can be tested for what it does about them.

const UART = /^drop-uart=1\/([1-9]\d*)$/;
const HANG = /^hang-after=(\d+(?:\.\d+)?)$/;
const VANISH = /^(probe|uart|usb|net)-vanishes-after=(\d+)$/;

export class Faults {
  #oneIn = 0;
  #hangAfter;
  #left = new Map();
  #board;
  #random = 1;

  // Throws for a spelling that is not known.
  constructor(specifications = []) {
    for (const text of specifications) this.#take(text);
  }

  // The firmware hangs so long after a start, once: a reset cures it.
  attach(chip) {
    if (this.#hangAfter === undefined) return;
    chip.clock.createAlarm(() => this.#hang()).schedule(this.#hangAfter * 1e9);
  }

  set board(board) {
    this.#board = board;
  }

  // What comes through of bytes on the UART's wire, in either direction.
  uart(data) {
    return this.#oneIn === 0 ? data : data.filter(() => !this.#isLost());
  }

  // What a port still takes of these bytes before it vanishes.
  pass(name, data) {
    const left = this.#left.get(name) ?? Infinity;
    this.#left.set(name, Math.max(0, left - data.length));
    return data.length <= left ? data : data.subarray(0, left);
  }

  isGone(name) {
    return this.#left.get(name) === 0;
  }

  // While there is no firmware yet, there is nothing that could hang.
  #hang() {
    if (!this.#board.hasProgram) return;
    this.#hangAfter = undefined;
    this.#board.hang();
  }

  #take(text) {
    const [uart, hang, vanish] = [UART, HANG, VANISH].map((form) => form.exec(text));
    if (uart) this.#oneIn = Number(uart[1]);
    else if (hang) this.#hangAfter = Number(hang[1]);
    else if (vanish) this.#left.set(vanish[1], Number(vanish[2]));
    else throw new Error(`no such fault: ${text}`);
  }

  // The same bytes in each run, and no pattern that a protocol could be in step with: a linear
  // congruential generator's high bits.
  #isLost() {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * this.#oneIn) === 0;
  }
}
