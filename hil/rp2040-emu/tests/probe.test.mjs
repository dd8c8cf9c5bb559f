import assert from 'node:assert/strict';
import { test } from 'node:test';

import { attachProbe } from '../src/probe/port.mjs';
import { Bench, FakePort } from './support/bench.mjs';
import { Debugger, STATUS, TARGET } from './support/debugger.mjs';
import { CODE, COUNT_CALLS, COUNT_WAKES, image } from './support/programs.mjs';

const SRAM = 0x20000000;
const [AIRCR, DEMCR, DFSR] = [0xe000ed0c, 0xe000edfc, 0xe000ed30];
const [BPU_CTRL, BPU_COMP] = [0xe0002000, 0xe0002008];
const [NVIC_ISER, NVIC_ISPR] = [0xe000e100, 0xe000e200];
const RESET = 0x05fa0004;
const [DEBUG, HALT, STEP, MASK] = [1, 2, 4, 8];
const PC = 15;
const HANDLER = CODE + 2 * COUNT_WAKES.length;

// A board with a program that sleeps, and a debugger at its probe.
function connect(program = image(COUNT_WAKES, COUNT_CALLS)) {
  const port = new FakePort();
  port.disconnect = () => port.close();
  const bench = new Bench(program);
  const said = [];
  attachProbe(port, bench.board, (text) => said.push(text), () => {});
  port.open();
  const debug = new Debugger((bytes) => {
    port.sent.length = 0;
    port.onData(bytes);
    return port.got;
  });
  return { bench, debug, port, said };
}

function attach(program) {
  const all = connect(program);
  all.debug.select(TARGET.core0);
  all.debug.power();
  return all;
}

test('the probe says what it is, however its commands are cut', () => {
  const { debug } = connect();
  assert.equal(debug.say(0, [0]).toString(), 'probe-rs,v01');
  assert.equal(debug.say(0, [0x10]).readUInt32LE(), 48_000_000);
  assert.equal(debug.say(0, [0x12, 7]).length, 0);
  assert.equal(debug.say(0, [1, 0x11]).readUInt16LE(), 0x107);
});

test('what is no packet ends the connection, and the next client finds a probe', () => {
  const { debug, port, said } = connect();
  for (const bytes of [[9, 1, 0], [2, 5, 0], [2, 0x80, 0]]) {
    port.onData(Buffer.from(bytes));
    assert.equal(port.isOpen, false);
    port.open();
  }
  assert.equal(said.length, 3);
  assert.equal(debug.say(0, [0]).toString(), 'probe-rs,v01');
});

test('nobody answers before it is selected, nor for an address that is not there', () => {
  const { debug } = connect();
  assert.equal(debug.dp(0), '0x20');
  debug.select(0x01002928);
  assert.equal(debug.dp(0), '0x20');
  for (const [name, target] of Object.entries(TARGET)) {
    debug.select(target);
    assert.equal(debug.dp(0), 0x0bc12477, name);
    debug.dp(8, 3);
    assert.equal(debug.dp(4) >>> 28, target >>> 28, name);
    debug.dp(8, 2);
    assert.equal(debug.dp(4), 0x01002927, name);
  }
});

test('memory is read and written by words, halves and bytes, and as a stream', () => {
  const { debug } = attach();
  debug.write(SRAM, 0x44332211);
  assert.equal(debug.read(SRAM), 0x44332211);
  debug.write(SRAM + 1, 0x0000aa00, 0);
  debug.write(SRAM + 2, 0xbbcc0000, 1);
  assert.equal(debug.read(SRAM), 0xbbccaa11);
  debug.access(true, 0, 2 | 0x10);
  debug.access(true, 4, SRAM + 8);
  for (const value of [1, 2, 3]) debug.access(true, 12, value);
  assert.deepEqual([8, 12, 16].map((at) => debug.read(SRAM + at)), [1, 2, 3]);
});

test('flash is read only on the bus', () => {
  const { debug, bench } = attach();
  const before = bench.chip.readUint32(CODE);
  debug.write(CODE, 0);
  assert.equal(debug.read(CODE), before);
});

test('a core is halted, its registers moved, stepped, and let go', async () => {
  const { debug, bench } = attach();
  await bench.until(() => bench.chip.core.waiting);
  assert.ok(debug.status & STATUS.SLEEPS);
  const halted = debug.control(DEBUG | HALT);
  assert.ok(halted & STATUS.HALTED && !(halted & STATUS.SLEEPS));
  assert.equal(debug.register(7, 0xdeadbeef), 0xdeadbeef);
  assert.equal(debug.register(PC, CODE + 2), CODE + 2);
  debug.register(5, 41);
  assert.ok(debug.control(DEBUG | STEP | MASK) & STATUS.HALTED);
  assert.equal(debug.register(PC), CODE + 4);
  assert.equal(debug.register(5), 42);
  assert.ok(!(debug.control(DEBUG) & STATUS.HALTED));
});

test('time stands still for a halted chip, and does not jump when it is let go', async () => {
  const { debug, bench } = attach();
  await bench.pass(10);
  debug.control(DEBUG | HALT);
  const nanos = bench.chip.clock.nanos;
  await bench.pass(5000);
  assert.equal(bench.chip.clock.nanos, nanos);
  debug.control(DEBUG);
  await bench.pass(1);
  assert.ok(bench.chip.clock.nanos - nanos <= 1e6 + 1);
});

test('breakpoints stop the core, on the first instruction of a handler, too', async () => {
  const { debug, bench } = attach();
  await bench.until(() => bench.chip.core.waiting);
  assert.equal((debug.read(BPU_CTRL) >>> 4) & 0xf, 4);
  debug.control(DEBUG);
  const half = HANDLER & 2 ? 1 << 31 : 1 << 30;
  debug.write(BPU_COMP, ((HANDLER & 0x1ffffffc) | half | 1) >>> 0);
  debug.write(NVIC_ISER, 1 << 7);
  debug.write(NVIC_ISPR, 1 << 7);
  await bench.until(() => bench.board.isHalted);
  assert.equal(debug.register(PC), HANDLER);
  assert.equal(debug.register(4), 0);
  assert.equal(debug.read(DFSR), 2);
  debug.control(DEBUG | STEP);
  assert.equal(debug.register(4), 1);
});

test('a breakpoint that firmware has in itself is the debugger\'s, and a fault without one', async () => {
  const { debug, bench } = attach(image([0xbf30, 0xbe00]));
  debug.control(DEBUG);
  debug.write(NVIC_ISER, 1 << 7);
  bench.chip.core.PM = true;
  debug.write(NVIC_ISPR, 1 << 7);
  await bench.until(() => bench.board.isHalted);
  assert.equal(debug.register(PC), CODE + 2);
  const alone = new Bench(image([0xbe00]));
  await alone.until(() => alone.said.some((line) => line.startsWith('hard fault')));
});

test('a reset is caught before the first instruction, and memory outlives it', async () => {
  const { debug, bench } = attach();
  await bench.until(() => bench.chip.core.waiting);
  debug.write(SRAM + 4, 99);
  debug.control(DEBUG);
  debug.write(DEMCR, 1);
  debug.write(AIRCR, RESET);
  const status = debug.status;
  assert.ok(status & STATUS.HALTED && status & STATUS.WAS_RESET);
  assert.ok(!(debug.status & STATUS.WAS_RESET));
  assert.equal(debug.register(PC), CODE);
  assert.equal(debug.read(DFSR) & 8, 8);
  assert.equal(debug.read(SRAM + 4), 99);
});

test('the rescue port restarts the chip into its boot ROM when its power falls, not before', async () => {
  const { debug, bench } = attach();
  debug.select(TARGET.rescue);
  debug.dp(4, 0);
  assert.equal(bench.said.includes('reset: rescue'), false);
  debug.power();
  debug.dp(4, 0);
  assert.ok(bench.said.includes('reset: rescue'));
  assert.ok(bench.chip.core.PC < 0x4000);
  debug.select(TARGET.core0);
  debug.write(AIRCR, RESET);
  assert.equal(bench.chip.core.PC, CODE);
});

test('the reset pin holds the chip until it is let go', async () => {
  const { debug, bench } = attach();
  await bench.until(() => bench.chip.core.waiting);
  debug.say(0, [0x20]);
  await bench.pass(10);
  assert.ok(bench.chip.core.PC < 0x4000);
  debug.say(0, [0x21]);
  assert.equal(bench.chip.core.PC, CODE);
});

test('core 1 is there, parked, and can be halted and stepped without disturbing core 0', async () => {
  const { debug, bench } = attach();
  await bench.until(() => bench.chip.core.waiting);
  debug.select(TARGET.core1);
  debug.power();
  assert.equal(debug.read(0xd0000000), 1);
  assert.ok(debug.control(DEBUG | HALT) & STATUS.HALTED);
  assert.ok(debug.control(DEBUG | STEP | MASK) & STATUS.HALTED);
  assert.equal(debug.register(3, 77), 77);
  assert.equal(bench.board.isHalted, false);
  assert.notEqual(bench.registers[3], 77);
});
