// Faults that are asked for, so that a rig can be tested for what it does about them.

import { LAMP } from './board.mjs';

const UART = /^drop-uart=1\/([1-9]\d*)$/;
const HANG = /^hang-after=(\d+(?:\.\d+)?)$/;
const CRASH = /^crash-after=(\d+(?:\.\d+)?)$/;
const AT_LAMP = /^(hang|crash)-at-lamp$/;
const VANISH = /^(probe|uart|usb|net)-vanishes-after=(\d+)$/;

export class Faults {
  #oneIn = 0;
  #hangAfter;
  #crashAfter;
  #atLamp;
  #left = new Map();
  #board;
  #random = 1;

  // Throws for a spelling that is not known.
  constructor(specifications = []) {
    for (const text of specifications) this.#take(text);
  }

  // The firmware hangs or crashes so long after a start, or hangs at its lamp, once: a reset cures it. A
  // lamp that crashes it does so each time.
  attach(chip) {
    if (this.#hangAfter !== undefined) chip.clock.createAlarm(() => this.#hang()).schedule(this.#hangAfter * 1e9);
    if (this.#crashAfter !== undefined) chip.clock.createAlarm(() => this.#crash()).schedule(this.#crashAfter * 1e9);
    if (this.#atLamp) chip.gpio[LAMP].addListener(() => chip.gpio[LAMP].outputValue && this.#lit());
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

  // While there is no firmware yet, there is nothing that could hang or crash.
  #hang() {
    if (!this.#board.hasProgram) return;
    this.#hangAfter = undefined;
    this.#board.hang();
  }

  #crash() {
    if (!this.#board.hasProgram) return;
    this.#crashAfter = undefined;
    this.#board.crash();
  }

  #lit() {
    if (this.#atLamp === 'crash') this.#board.crash();
    if (this.#atLamp !== 'hang') return;
    this.#atLamp = undefined;
    this.#board.hang();
  }

  #take(text) {
    const forms = [UART, HANG, CRASH, AT_LAMP, VANISH];
    const [uart, hang, crash, atLamp, vanish] = forms.map((form) => form.exec(text));
    if (uart) this.#oneIn = Number(uart[1]);
    else if (hang) this.#hangAfter = Number(hang[1]);
    else if (crash) this.#crashAfter = Number(crash[1]);
    else if (atLamp) this.#atLamp = atLamp[1];
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
