// An RP2040 without a board: see README.md.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { Board } from './src/board.mjs';
import { Faults } from './src/faults.mjs';
import { Pace } from './src/pace.mjs';
import { Port } from './src/port.mjs';
import { attachProbe } from './src/probe/port.mjs';
import { Tmp102 } from './src/tmp102.mjs';
import { UartWire } from './src/uart.mjs';
import { Acm } from './src/usb/acm.mjs';
import { UsbHost } from './src/usb/host.mjs';
import { Ncm } from './src/usb/ncm.mjs';

const HELP = `\
node main.mjs [--probe PORT] [--uart PORT] [--usb PORT] [--net PORT] [--image FILE]
              [--degrees C] [--fault FAULT]...

An RP2040 on loopback. The ports that are free and taken for what is not told are said
as one line of JSON. It ends when its standard input does.
`;
const PORTS = ['probe', 'uart', 'usb', 'net'];
const TEXT = { type: 'string' };

function log(text) {
  process.stderr.write(`${text}\n`);
}

async function main() {
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(PORTS.map((name) => [name, TEXT])),
      image: TEXT,
      degrees: { ...TEXT, default: '21.5' },
      fault: { ...TEXT, multiple: true, default: [] },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return process.stdout.write(HELP);

  const degrees = number('degrees', values.degrees, -128, 127);
  const numbers = Object.fromEntries(PORTS.map((name) => [name, number(name, values[name] ?? '0', 0, 65535)]));
  const faults = new Faults(values.fault);
  const ports = Object.fromEntries(PORTS.map((name) => [name, new Port(name, faults, log)]));
  const wake = () => pace.wake();
  const uart = new UartWire(0, ports.uart, faults, wake);
  const usb = new UsbHost({ acm: new Acm(ports.usb, log), ncm: new Ncm(ports.net, log) }, log, wake);
  const thermometer = new Tmp102(degrees);
  const bus = { attach: (chip) => thermometer.attach(chip.i2c[0]) };
  const board = new Board([uart, usb, bus, faults], log);
  faults.board = board;
  attachProbe(ports.probe, board, log, wake);
  const pace = new Pace(board);
  if (values.image) board.load(readFileSync(values.image));

  const addresses = {};
  for (const name of PORTS) addresses[name] = await ports[name].listen(numbers[name]);
  process.stdout.write(`${JSON.stringify(addresses)}\n`);
}

function number(what, text, least, most) {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new Error(`--${what} ${text}: not between ${least} and ${most}`);
}

// Nothing of it is left behind by a parent that was killed: then its end of our standard input closes.
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
process.stdin.resume();
process.on('SIGTERM', () => process.exit(0));

main().catch((error) => {
  log(error.message);
  process.exit(2);
});
