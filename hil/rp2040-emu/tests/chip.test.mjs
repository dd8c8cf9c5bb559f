// The chip as firmware finds it: what rp2040js lacks or has otherwise, and the pace.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Tmp102 } from '../src/tmp102.mjs';
import { UartWire } from '../src/uart.mjs';
import { Faults } from '../src/faults.mjs';
import { Bench, FakePort } from './support/bench.mjs';
import { CODE, COUNT_CALLS, COUNT_WAKES, ECHO, image } from './support/programs.mjs';

const [NVIC_ISER, NVIC_ISPR, NVIC_ICPR, AIRCR] = [0xe000e100, 0xe000e200, 0xe000e280, 0xe000ed0c];
const SYSTICK = { CSR: 0xe000e010, RVR: 0xe000e014, CVR: 0xe000e018 };
const TIMER = { ALARM0: 0x40054010, INTE: 0x40054038 };
const WATCHDOG = { CTRL: 0x40058000, LOAD: 0x40058004, REASON: 0x40058008, SCRATCH0: 0x4005800c, TICK: 0x4005802c };
const SSI = { CTRLR0: 0x18000000, ENABLE: 0x18000008, RXFLR: 0x18000024, DATA: 0x18000060 };
const CHIP_RESET = 0x40064008;
const GPIO = { OUT: 0xd0000010, OE: 0xd0000020, LAMP_FUNCTION: 0x400140cc, SIO: 5 };
const LAMP_MASK = 1 << 25;
const SRAM = 0x20000000;
const IRQ = 1 << 7;

function waiter() {
  return new Bench(image(COUNT_WAKES, COUNT_CALLS));
}

test('flash without a program leaves the chip in its boot ROM', async () => {
  const bench = new Bench();
  await bench.until(() => bench.chip.core.waiting);
  assert.ok(bench.chip.core.PC < 0x4000);
  assert.ok(bench.said.includes('no program in flash'));
});

test('an interrupt that software made pending is taken once', async () => {
  const bench = waiter();
  await bench.until(() => bench.chip.core.waiting);
  bench.chip.writeUint32(NVIC_ISER, IRQ);
  bench.chip.writeUint32(NVIC_ISPR, IRQ);
  await bench.until(() => bench.registers[5] === 1 && bench.chip.core.waiting);
  assert.equal(bench.registers[4], 1);
});

test('what is pending can be cleared', async () => {
  const bench = waiter();
  await bench.until(() => bench.chip.core.waiting);
  bench.chip.writeUint32(NVIC_ISPR, IRQ);
  bench.chip.writeUint32(NVIC_ICPR, IRQ);
  bench.chip.writeUint32(NVIC_ISER, IRQ);
  await bench.pass(1);
  assert.equal(bench.registers[4], 0);
});

test('with PRIMASK set an interrupt ends a wait, and is not taken', async () => {
  const bench = waiter();
  await bench.until(() => bench.chip.core.waiting);
  bench.chip.core.PM = true;
  bench.chip.writeUint32(NVIC_ISER, IRQ);
  bench.chip.writeUint32(NVIC_ISPR, IRQ);
  await bench.until(() => bench.registers[5] >= 3);
  assert.equal(bench.registers[4], 0);
});

test('SysTick ends a wait', async () => {
  const bench = waiter();
  await bench.until(() => bench.chip.core.waiting);
  bench.chip.writeUint32(SYSTICK.RVR, 125_000 - 1);
  bench.chip.writeUint32(SYSTICK.CVR, 0);
  bench.chip.writeUint32(SYSTICK.CSR, 7);
  await bench.pass(10.5);
  assert.ok(bench.registers[4] >= 9 && bench.registers[4] <= 11, `${bench.registers[4]} ticks`);
});

test('a SysTick without anything to count does not stop time', async () => {
  const { chip } = waiter();
  chip.writeUint32(SYSTICK.RVR, 0);
  chip.writeUint32(SYSTICK.CVR, 0);
  chip.writeUint32(SYSTICK.CSR, 7);
  chip.clock.tick(1000);
  assert.equal(chip.clock.nanos, 1000);
});

test('time is never ahead of the wall clock, and an alarm comes when it is due', async () => {
  const bench = waiter();
  await bench.pass(1);
  bench.chip.writeUint32(NVIC_ISER, 1);
  bench.chip.writeUint32(TIMER.INTE, 1);
  bench.chip.writeUint32(TIMER.ALARM0, 1_000_000);
  await bench.pass(998);
  assert.ok(bench.chip.clock.nanos <= 999e6);
  assert.equal(bench.registers[4], 0);
  await bench.pass(1.001);
  // Its line stays high, since the handler does not clear it.
  assert.ok(bench.registers[4] >= 1);
});

test('a day of waiting costs no more than what it wakes', async () => {
  const bench = waiter();
  await bench.until(() => bench.chip.core.waiting);
  const before = bench.pace.instructions;
  await bench.pass(86_400_000);
  assert.equal(bench.chip.clock.nanos, 86_400e9);
  assert.equal(bench.pace.instructions, before);
});

test('the watchdog resets the chip, says so, and leaves memory and scratch alone', async () => {
  const bench = waiter();
  bench.chip.writeUint32(SRAM + 64, 0x12345678);
  bench.chip.writeUint32(WATCHDOG.SCRATCH0, 77);
  bench.chip.writeUint32(WATCHDOG.TICK, (1 << 9) | 12);
  // It counts down twice in a microsecond.
  bench.chip.writeUint32(WATCHDOG.LOAD, 2 * 500_000);
  bench.chip.writeUint32(WATCHDOG.CTRL, (1 << 30) >>> 0);
  const { chip } = bench;
  await bench.pass(400);
  assert.equal(bench.chip, chip);
  await bench.pass(101);
  assert.notEqual(bench.chip, chip);
  assert.equal(bench.chip.readUint32(WATCHDOG.REASON), 1);
  assert.equal(bench.chip.readUint32(WATCHDOG.SCRATCH0), 77);
  assert.equal(bench.chip.readUint32(SRAM + 64), 0x12345678);
});

test('a watchdog that is fed does not bite', async () => {
  const bench = waiter();
  const { chip } = bench;
  chip.writeUint32(WATCHDOG.LOAD, 2 * 500_000);
  chip.writeUint32(WATCHDOG.CTRL, (1 << 30) >>> 0);
  for (let fed = 0; fed < 5; fed++) {
    await bench.pass(400);
    chip.writeUint32(WATCHDOG.LOAD, 2 * 500_000);
  }
  assert.equal(bench.chip, chip);
});

test('firmware that triggers the watchdog is told that it did', async () => {
  const bench = waiter();
  bench.chip.writeUint32(WATCHDOG.CTRL, 0x80000000);
  await bench.until(() => bench.said.includes('reset: watchdog'));
  assert.equal(bench.chip.readUint32(WATCHDOG.REASON), 2);
});

test('firmware resets the chip by AIRCR, and begins at zero', async () => {
  const bench = waiter();
  await bench.pass(5);
  bench.chip.writeUint32(SRAM, 5);
  bench.chip.writeUint32(AIRCR, 0x05fa0004);
  await bench.until(() => bench.said.includes('reset: system'));
  assert.equal(bench.chip.readUint32(SRAM), 5);
  assert.equal(bench.chip.readUint32(CHIP_RESET), 0);
  assert.ok(bench.chip.clock.nanos < 1e6);
});

test('a fault goes to its handler, and a fault in there locks up', async () => {
  const bench = new Bench(image([0xde00]));
  await bench.until(() => bench.said.some((line) => line.startsWith('hard fault')));
  assert.ok(bench.said.includes(`hard fault at 0x${CODE.toString(16)}`));
  const locked = new Bench(image([0xde00], [0xde00]));
  await locked.until(() => locked.board.isLockedUp);
  locked.board.reset('pin');
  assert.equal(locked.board.isLockedUp, false);
});

test('sums and differences with a carry have the flags of the architecture', () => {
  const { chip } = new Bench();
  const { core } = chip;
  const [ADCS, SBCS] = [0x4148, 0x4188]; // of r0 and r1
  const edges = [0, 1, 2, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff];
  for (const [opcode, complement] of [[ADCS, 0], [SBCS, 0xffffffff]]) {
    chip.writeUint16(SRAM, opcode);
    for (const left of edges) for (const right of edges) for (const carry of [0, 1]) {
      const added = (right ^ complement) >>> 0;
      const [sum, signed] = [left + added + carry, (left | 0) + (added | 0) + carry];
      [core.registers[0], core.registers[1], core.C, core.PC] = [left, right, carry === 1, SRAM];
      core.executeInstruction();
      const { registers, N, Z, C, V } = core;
      const expected = [sum >>> 0, (sum | 0) < 0, sum >>> 0 === 0, sum > 0xffffffff, signed !== (signed | 0)];
      assert.deepEqual([registers[0], N, Z, C, V], expected, `${opcode.toString(16)} ${left} ${right} ${carry}`);
    }
  }
});

test('the boot ROM copies, fills, counts, and is found by its table', () => {
  const { chip, board } = new Bench();
  const { core } = chip;
  const call = (code, ...values) => {
    let at = chip.readUint16(0x14);
    while (chip.readUint16(at) !== (code.charCodeAt(0) | (code.charCodeAt(1) << 8))) at += 4;
    values.forEach((value, register) => (core.registers[register] = value));
    core.PC = chip.readUint16(at + 2) & ~1;
    core.LR = CODE | 1;
    while (core.PC !== CODE) core.executeInstruction();
    return core.registers[0];
  };
  assert.equal(call('P3', 0xf0f00001), 9);
  assert.equal(call('R3', 0x80000001), 0x80000001);
  assert.equal(call('R3', 1), 0x80000000);
  assert.equal(call('L3', 1), 31);
  assert.equal(call('T3', 0x80), 7);
  assert.equal(call('T3', 0), 32);
  call('MS', SRAM, 0xab, 5);
  assert.equal(chip.readUint32(SRAM), 0xabababab);
  assert.equal(call('MC', SRAM + 101, SRAM, 5), SRAM + 101);
  assert.equal(chip.readUint32(SRAM + 102), 0xabababab);
  call('RE', 0x1000, 0x1000);
  call('RP', 0x1000, SRAM, 4);
  assert.equal(chip.readUint32(0x10001000), 0xabababab);
  call('MS', SRAM, 0x0f, 4);
  call('RP', 0x1000, SRAM, 4);
  assert.equal(chip.readUint32(0x10001000), 0x0b0b0b0b);
  assert.equal(board.chip, chip);
});

test('the flash chip says who it is, to drivers that send first and to those that do both', () => {
  const { chip } = new Bench();
  const ask = (command, skip, length) => {
    chip.writeUint32(SSI.ENABLE, 0);
    chip.writeUint32(SSI.CTRLR0, 3 << 8);
    chip.writeUint32(SSI.ENABLE, 1);
    chip.writeUint8(SSI.DATA, command);
    const got = Array.from({ length: skip + length }, () => chip.readUint8(SSI.DATA));
    return got.slice(skip);
  };
  assert.equal(Buffer.from(ask(0x4b, 4, 8)).toString(), 'SAMEWIRE');
  assert.deepEqual(ask(0x9f, 0, 3), [0xef, 0x40, 0x15]);
  chip.writeUint32(SSI.ENABLE, 0);
  chip.writeUint32(SSI.CTRLR0, 0);
  chip.writeUint32(SSI.ENABLE, 1);
  for (const [command, status] of [[0x35, 2], [0x05, 0]]) {
    chip.writeUint32(SSI.DATA, command);
    chip.writeUint32(SSI.DATA, 0);
    assert.equal(chip.readUint32(SSI.RXFLR), 2);
    chip.readUint32(SSI.DATA);
    assert.equal(chip.readUint32(SSI.DATA), status);
  }
});

test('the UART says again what it hears, more than its FIFO holds', async () => {
  const port = new FakePort();
  const bench = new Bench(image(ECHO), [new UartWire(0, port, new Faults(), () => {})]);
  await bench.until(() => bench.chip.core.waiting);
  const text = Buffer.from('0123456789'.repeat(200));
  port.onData(text);
  await bench.until(() => port.got.length === text.length);
  assert.deepEqual(port.got, text);
});

test('bytes are lost on the wire before the firmware listens', async () => {
  const port = new FakePort();
  const bench = new Bench(image(ECHO), [new UartWire(0, port, new Faults(), () => {})]);
  port.onData(Buffer.from('early'));
  await bench.until(() => bench.chip.core.waiting);
  port.onData(Buffer.from('late'));
  await bench.until(() => port.got.length === 4);
  assert.equal(port.got.toString(), 'late');
});

test('of a wire that drops bytes the same ones are missing each time', () => {
  const lossy = () => new Faults(['drop-uart=1/10']).uart(Buffer.alloc(1000, 1)).length;
  assert.ok(lossy() > 850 && lossy() < 950, `${lossy()} of 1000`);
  assert.equal(lossy(), lossy());
});

test('a hang stops everything once, until a reset', async () => {
  const port = new FakePort();
  const faults = new Faults(['hang-after=2']);
  const bench = new Bench(undefined, [new UartWire(0, port, faults, () => {}), faults]);
  faults.board = bench.board;
  bench.board.load(image(ECHO));
  await bench.pass(1900);
  port.onData(Buffer.from('a'));
  await bench.until(() => port.got.length === 1);
  await bench.pass(200);
  port.onData(Buffer.from('b'));
  await bench.pass(10);
  assert.equal(port.got.toString(), 'a');
  bench.board.reset('pin');
  await bench.until(() => bench.chip.core.waiting);
  await bench.pass(3000);
  port.onData(Buffer.from('c'));
  await bench.until(() => port.got.length === 2);
  assert.equal(port.got.toString(), 'ac');
});

test('the watchdog bites a chip that hangs in time, whatever pends there', async () => {
  const bench = waiter();
  await bench.until(() => bench.chip.core.waiting);
  bench.chip.writeUint32(WATCHDOG.LOAD, 2_000_000);
  bench.chip.writeUint32(WATCHDOG.CTRL, 1 << 30);
  bench.chip.writeUint32(NVIC_ISER, IRQ);
  bench.board.hang();
  bench.chip.writeUint32(NVIC_ISPR, IRQ);
  await bench.pass(900);
  assert.ok(!bench.said.includes('reset: watchdog'));
  await bench.pass(200);
  assert.ok(bench.said.includes('reset: watchdog'), bench.said.join());
});

test('a crash takes the core to the handler of faults once, from where it was', async () => {
  const faults = new Faults(['crash-after=2']);
  const bench = new Bench(undefined, [faults]);
  faults.board = bench.board;
  bench.board.load(image(COUNT_WAKES, COUNT_CALLS));
  await bench.pass(1900);
  assert.equal(bench.registers[4], 0);
  await bench.pass(200);
  assert.equal(bench.registers[4], 1);
  assert.ok(bench.said.includes(`hard fault at 0x${(CODE + 2).toString(16)}`), bench.said.join());
  await bench.pass(3000);
  assert.equal(bench.registers[4], 1);
});

test('a lamp that crashes the core does so each time that it is lit', async () => {
  const faults = new Faults(['crash-at-lamp']);
  const bench = new Bench(undefined, [faults]);
  faults.board = bench.board;
  bench.board.load(image(COUNT_WAKES, COUNT_CALLS));
  for (let times = 1; times <= 2; times++) {
    await bench.until(() => bench.chip.core.waiting);
    for (const register of [GPIO.OUT, GPIO.OE]) bench.chip.writeUint32(register, LAMP_MASK);
    bench.chip.writeUint32(GPIO.LAMP_FUNCTION, GPIO.SIO);
    await bench.until(() => bench.registers[4] === times);
    bench.chip.writeUint32(GPIO.OUT, 0);
    await bench.pass(1);
    assert.equal(bench.registers[4], times);
  }
});

test('a lamp that hangs the core does so once', async () => {
  const faults = new Faults(['hang-at-lamp']);
  const bench = new Bench(undefined, [faults]);
  faults.board = bench.board;
  bench.board.load(image(COUNT_WAKES, COUNT_CALLS));
  const light = async () => {
    await bench.until(() => bench.chip.core.waiting);
    for (const register of [GPIO.OUT, GPIO.OE]) bench.chip.writeUint32(register, LAMP_MASK);
    bench.chip.writeUint32(GPIO.LAMP_FUNCTION, GPIO.SIO);
    const before = bench.registers[5];
    bench.chip.writeUint32(NVIC_ISER, IRQ);
    bench.chip.writeUint32(NVIC_ISPR, IRQ);
    await bench.pass(1);
    return bench.registers[5] > before;
  };
  assert.equal(await light(), false);
  bench.board.reset('pin');
  assert.equal(await light(), true);
});

test('a fault that is not known is refused', () => {
  for (const text of ['', 'hang', 'drop-uart=1/0', 'drop-uart=2/3', 'disk-vanishes-after=1', 'hang-after=-1', 'crash-at-noon']) {
    assert.throws(() => new Faults([text]), /no such fault/, text);
  }
});

test('the thermometer shows its degrees below zero, too', () => {
  for (const [degrees, bytes] of [[21.5, [0x15, 0x80]], [-25, [0xe7, 0x00]], [-0.0625, [0xff, 0xf0]]]) {
    assert.deepEqual(read(new Tmp102(degrees), 0), bytes, `${degrees}`);
  }
  assert.deepEqual(read(new Tmp102(0), 1), [0x60, 0xa0]);
});

// Writes the pointer and reads two bytes, as a bus would.
function read(thermometer, pointer) {
  const got = [];
  const bus = {
    completeConnect: (isThere) => assert.ok(isThere),
    completeWrite: (isTaken) => assert.ok(isTaken),
    completeRead: (byte) => got.push(byte),
  };
  thermometer.attach(bus);
  bus.onConnect(0x48, 0);
  bus.onWriteByte(pointer);
  bus.onConnect(0x48, 1);
  bus.onReadByte();
  bus.onReadByte();
  return got;
}
