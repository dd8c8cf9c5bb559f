// The whole, as a rig starts it: a process with ports.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { encode } from '../src/probe/cobs.mjs';
import { ECHO, image } from './support/programs.mjs';

const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rp2040-emu-'));
const ECHO_FILE = join(folder, 'echo.uf2');
writeFileSync(ECHO_FILE, image(ECHO));
after(() => rmSync(folder, { recursive: true }));

// The process, and the addresses that it says.
async function start(t, ...options) {
  const child = spawn(process.execPath, [MAIN, ...options], { stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let [said, logged] = ['', ''];
  child.stderr.on('data', (text) => (logged += text));
  const line = new Promise((resolve) => {
    child.stdout.on('data', (text) => {
      said += text;
      if (said.includes('\n')) resolve();
    });
    child.on('close', resolve);
  });
  await line;
  return { child, said: () => said, logged: () => logged, ports: said ? JSON.parse(said) : undefined };
}

async function open(address) {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host);
  socket.setNoDelay(true);
  await once(socket, 'connect');
  return socket;
}

async function read(socket, length) {
  const got = [];
  while (Buffer.concat(got).length < length) got.push(...(await once(socket, 'data')));
  return Buffer.concat(got);
}

// The firmware may not listen yet: the byte is said until it is said again.
async function greet(socket) {
  const again = setInterval(() => socket.write('!'), 20);
  await once(socket, 'data');
  clearInterval(again);
  socket.write('?');
  while (!(await read(socket, 1)).includes('?'.charCodeAt(0)));
}

test('it says where it is in one line, and ends with its standard input', async (t) => {
  const { child, ports, said } = await start(t);
  assert.deepEqual(Object.keys(ports), ['probe', 'uart', 'usb', 'net']);
  for (const address of Object.values(ports)) assert.match(address, /^127\.0\.0\.1:\d+$/);
  child.stdin.end();
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.equal(said().split('\n').length, 2);
});

test('it ends when it is told to', async (t) => {
  const { child } = await start(t);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'close'), [0, null]);
});

test('what it does not understand is said, and it ends', async (t) => {
  for (const [options, words] of [
    [['--fault', 'fire'], /no such fault: fire/],
    [['--image', join(folder, 'none')], /none/],
    [['--speed', '9'], /speed/],
    [['--uart', 'x'], /--uart x: not between/],
    [['--degrees', 'hot'], /degrees/],
  ]) {
    const { child, said, logged } = await start(t, ...options);
    const [code] = child.exitCode === null ? await once(child, 'close') : [child.exitCode];
    assert.equal(code, 2, options.join(' '));
    assert.match(logged(), words);
    assert.equal(said(), '');
  }
});

test('firmware is heard over the UART, and a newcomer takes the place of who was there', async (t) => {
  const { ports } = await start(t, '--image', ECHO_FILE);
  const first = await open(ports.uart);
  await greet(first);
  first.write('hello');
  assert.equal((await read(first, 5)).toString(), 'hello');
  const second = await open(ports.uart);
  await once(first, 'close');
  second.write('world');
  assert.equal((await read(second, 5)).toString(), 'world');
});

test('the probe answers at its port', async (t) => {
  const { ports } = await start(t);
  const probe = await open(ports.probe);
  probe.write(encode([0, 0]));
  assert.deepEqual(await read(probe, 15), encode([0, ...Buffer.from('probe-rs,v01')]));
});

test('a port vanishes after so many bytes, and does not come back', async (t) => {
  const { ports } = await start(t, '--image', ECHO_FILE, '--fault', 'uart-vanishes-after=1000');
  const socket = await open(ports.uart);
  socket.on('data', () => {});
  socket.write(Buffer.alloc(1000));
  await once(socket, 'close');
  await assert.rejects(open(ports.uart), { code: 'ECONNREFUSED' });
  const other = await open(ports.usb);
  other.destroy();
});
