// A board on the bench: its chip runs by a clock that the test turns.

import { afterEach } from 'node:test';

import { Board } from '../../src/board.mjs';
import { Pace } from '../../src/pace.mjs';

const benches = [];
// Firmware that never sleeps would keep the process alive.
afterEach(() => benches.splice(0).forEach((bench) => bench.pace.stop()));

export class Bench {
  said = [];
  ms = 0;

  constructor(program, devices = []) {
    this.board = new Board(devices, (text) => this.said.push(text));
    if (program) this.board.load(program);
    this.pace = new Pace(this.board, () => this.ms);
    benches.push(this);
  }

  get chip() {
    return this.board.chip;
  }

  get registers() {
    return this.board.chip.core.registers;
  }

  // Lets the chip run until that holds; the wall clock stands.
  async until(holds, what = holds.toString()) {
    for (let turns = 0; turns < 2000; turns++) {
      if (holds()) return;
      this.pace.wake();
      await new Promise(setImmediate);
    }
    throw new Error(`never: ${what}`);
  }

  // Lets that much wall time pass, and the chip do what is due.
  async pass(ms) {
    this.ms += ms;
    for (let turns = 0; turns < 20; turns++) {
      this.pace.wake();
      await new Promise(setImmediate);
    }
  }
}

// What a port is to a device, without a socket.
export class FakePort {
  isOpen = false;
  hasRoom = true;
  sent = [];
  onOpen = () => {};
  onData = () => {};
  onClose = () => {};
  onDrain = () => {};

  open() {
    this.isOpen = true;
    this.onOpen();
  }

  close() {
    this.isOpen = false;
    this.onClose();
  }

  send(data) {
    this.sent.push(Buffer.from(data));
  }

  get got() {
    return Buffer.concat(this.sent);
  }

  pause() {}
  resume() {}
}
