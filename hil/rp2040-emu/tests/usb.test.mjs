import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Acm } from '../src/usb/acm.mjs';
import { parse } from '../src/usb/descriptors.mjs';
import { UsbHost } from '../src/usb/host.mjs';
import { Ncm, frames } from '../src/usb/ncm.mjs';
import { Bench, FakePort } from './support/bench.mjs';
import { CONFIGURATION, Device } from './support/device.mjs';

// A host with both drivers, and the device on a chip whose core sleeps.
class Cable {
  constructor() {
    this.said = [];
    [this.serial, this.net] = [new FakePort(), new FakePort()];
    const log = (text) => this.said.push(text);
    const drivers = { acm: new Acm(this.serial, log), ncm: new Ncm(this.net, log) };
    this.bench = new Bench(undefined, [new UsbHost(drivers, log, () => {})]);
    this.plug();
  }

  plug() {
    this.device = new Device(this.bench.chip);
  }

  async until(holds, what = holds.toString()) {
    await this.bench.until(() => {
      this.bench.ms += 0.05;
      this.device.poll();
      return holds();
    }, what);
  }

  async ready() {
    await this.until(() => this.said.some((line) => line.startsWith('ncm:')), 'configured');
  }
}

test('both functions of a composite device are found, and what is beside them is passed over', () => {
  const { value, functions } = parse(CONFIGURATION);
  assert.equal(value, 1);
  assert.deepEqual(
    functions.map(({ kind, control, data, alternate, input, output, notifications }) => ({
      kind, control, data, alternate, input, output, notifications,
    })),
    [
      { kind: 'acm', control: 0, data: 1, alternate: 0, input: 2, output: 2, notifications: 1 },
      { kind: 'ncm', control: 2, data: 3, alternate: 1, input: 4, output: 4, notifications: 3 },
    ],
  );
  assert.throws(() => parse(Buffer.from([9, 2, 0, 0, 1, 1, 0, 0, 0, 0, 4])), /without an end/);
});

test('a composite device is enumerated, and asked who it is', async () => {
  const cable = new Cable();
  await cable.ready();
  assert.deepEqual(cable.said, ['usb: 2e8a:000a "toy" "42": acm, ncm', "ncm: the host's address is 020000000001"]);
  assert.deepEqual(cable.device.settings, [1]);
});

test('bytes go there and back over the serial port', async () => {
  const cable = new Cable();
  await cable.ready();
  cable.serial.open();
  const text = Buffer.from('0123456789'.repeat(100));
  cable.serial.onData(text);
  await cable.until(() => cable.serial.got.length === text.length, 'all came back');
  assert.deepEqual(cable.serial.got, text);
});

test('a device whose port nobody has open keeps what it has to say', async () => {
  const cable = new Cable();
  await cable.ready();
  cable.serial.open();
  cable.serial.close();
  cable.serial.onData(Buffer.from('kept'));
  await cable.until(() => cable.device.lineStates.length === 2, 'opened and closed');
  assert.deepEqual(cable.device.lineStates, [3, 0]);
  assert.equal(cable.serial.got.length, 0);
  cable.serial.open();
  await cable.until(() => cable.serial.got.length === 4, 'said after all');
  assert.equal(cable.serial.got.toString(), 'kept');
});

test('a client that does not read makes the device wait', async () => {
  const cable = new Cable();
  await cable.ready();
  cable.serial.open();
  cable.serial.hasRoom = false;
  cable.serial.onDrain();
  cable.serial.onData(Buffer.alloc(1000, 7));
  await cable.bench.pass(1);
  for (let turn = 0; turn < 50; turn++) await cable.until(() => true);
  assert.ok(cable.serial.got.length <= 64, `${cable.serial.got.length} bytes came`);
  cable.serial.hasRoom = true;
  cable.serial.onDrain();
  await cable.until(() => cable.serial.got.length === 1000, 'the rest');
});

test('frames go there and back, those that fill their last packet, too', async () => {
  const cable = new Cable();
  await cable.ready();
  cable.net.open();
  const sent = [];
  for (const length of [14, 60, 64 - 28, 128 - 28, 1514]) {
    const frame = Buffer.alloc(2 + length, length & 0xff);
    frame.writeUInt16BE(length);
    sent.push(frame);
    cable.net.onData(frame.subarray(0, 1));
    cable.net.onData(frame.subarray(1));
    await cable.until(() => cable.net.got.length === Buffer.concat(sent).length, `${length} bytes came back`);
  }
  assert.deepEqual(cable.net.got, Buffer.concat(sent));
});

test('a frame longer than Ethernet has them is lost', async () => {
  const cable = new Cable();
  await cable.ready();
  cable.net.open();
  cable.net.onData(Buffer.concat([Buffer.from([0x10, 0x00]), Buffer.alloc(0x1000)]));
  cable.net.onData(Buffer.from([0, 14, ...Buffer.alloc(14, 9)]));
  await cable.until(() => cable.net.got.length === 16, 'the next one');
});

test('a function that refuses to be asked is said, and the other works', async () => {
  const cable = new Cable();
  cable.device.isDumb = true;
  await cable.until(() => cable.said.length === 2, 'refused');
  assert.match(cable.said[1], /refused/);
  cable.serial.open();
  cable.serial.onData(Buffer.from('hello'));
  await cable.until(() => cable.serial.got.length === 5, 'the serial port');
});

test('after a reset of the chip the device is enumerated anew', async () => {
  const cable = new Cable();
  await cable.ready();
  cable.serial.open();
  cable.bench.board.reset('pin');
  cable.said.length = 0;
  cable.plug();
  await cable.ready();
  cable.serial.onData(Buffer.from('again'));
  await cable.until(() => cable.serial.got.length === 5, 'said again');
  assert.deepEqual(cable.device.lineStates, [3]);
});

test('blocks of several frames and tables are taken apart, and broken ones refused', () => {
  const block = Buffer.alloc(100);
  block.write('NCMH', 'latin1');
  [12, 0, 100, 12].forEach((value, at) => block.writeUInt16LE(value, 4 + 2 * at));
  table(block, 12, 40, [[80, 3], [83, 2]]);
  table(block, 40, 0, [[90, 10]]);
  block.fill('abcdefghijklmnopqrst', 80);
  assert.deepEqual([...frames(block)].map(String), ['abc', 'de', 'klmnopqrst']);

  for (const [change, words] of [
    [(bytes) => bytes.write('XXXX'), /without its header/],
    [(bytes) => bytes.write('XXXX', 12), /without its table/],
    [(bytes) => bytes.writeUInt16LE(99, 10), /without its table/],
    [(bytes) => bytes.writeUInt16LE(12, 46), /without its table/],
    [(bytes) => bytes.writeUInt16LE(30, 22), /behind the end/],
  ]) {
    const broken = Buffer.from(block);
    change(broken);
    assert.throws(() => [...frames(broken)], words);
  }
  assert.throws(() => [...frames(Buffer.alloc(3))], /without its header/);
});

function table(block, at, next, entries) {
  block.write('NCM0', at, 'latin1');
  block.writeUInt16LE(8 + 4 * (entries.length + 1), at + 4);
  block.writeUInt16LE(next, at + 6);
  entries.forEach(([begin, length], index) => {
    block.writeUInt16LE(begin, at + 8 + 4 * index);
    block.writeUInt16LE(length, at + 10 + 4 * index);
  });
}
