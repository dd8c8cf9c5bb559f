// The debug probe as a host sees it: the applet `probe-rs` of a Glasgow Interface Explorer, which
// probe-rs 0.32 speaks to over TCP (its source: probe/glasgow). Packets are framed by COBS; the first
// byte of each names one of two streams of commands, in which packets have no meaning.

import { Bytes } from '../bytes.mjs';
import { decode, encode } from './cobs.mjs';

const ROOT = { stream: 0, IDENTIFY: 0x00, CLOCK: 0x10, DIVISOR: 0x11, SET_DIVISOR: 0x12, ASSERT: 0x20, CLEAR: 0x21 };
const SWD = { stream: 1, SEQUENCE: 0x20, LENGTH: 0x1f, AP: 1, READ: 2, ADDRESS: 0x0c };
const ANSWER = { DATA: 0x01, DONE: 0x11, NOBODY: 0x20 };
const IDENTITY = Buffer.from('probe-rs,v01');
const CLOCK_HZ = 48_000_000;

export class Glasgow {
  #wire;
  #reset;
  #packet = new Bytes();
  #commands = [new Bytes(), new Bytes()];
  #answers = [new Bytes(), new Bytes()];
  #divisor = 0;

  // `wire` is what hangs on the two wires, `reset(isHeld)` the reset pin.
  constructor(wire, reset) {
    this.#wire = wire;
    this.#reset = reset;
  }

  // Answers what is complete of the commands so far. Throws for what is no packet.
  receive(data) {
    for (const byte of data) {
      if (byte !== 0) this.#packet.push(byte);
      else this.#dispatch(decode(this.#packet.take()));
    }
    this.#root(this.#commands[ROOT.stream], this.#answers[ROOT.stream]);
    this.#swd(this.#commands[SWD.stream], this.#answers[SWD.stream]);
    const packets = this.#answers.map((answer, stream) =>
      answer.isEmpty ? Buffer.alloc(0) : encode([stream, ...answer.take()]),
    );
    return Buffer.concat(packets);
  }

  #dispatch(packet) {
    const commands = this.#commands[packet[0]];
    if (!commands) throw new Error(`no stream ${packet[0]}`);
    commands.append(packet.subarray(1));
  }

  #root(commands, answer) {
    while (!commands.isEmpty) {
      const command = commands.peek(0);
      if (command === ROOT.SET_DIVISOR && commands.length < 3) return;
      commands.shift();
      if (command === ROOT.IDENTIFY) answer.append(IDENTITY);
      else if (command === ROOT.CLOCK) appendNumber(answer, CLOCK_HZ, 4);
      else if (command === ROOT.DIVISOR) appendNumber(answer, this.#divisor, 2);
      else if (command === ROOT.SET_DIVISOR) this.#divisor = commands.take(2).readUInt16LE();
      else if (command === ROOT.ASSERT) this.#reset(true);
      else if (command === ROOT.CLEAR) this.#reset(false);
      else throw new Error(`no command 0x${command.toString(16)}`);
    }
  }

  #swd(commands, answer) {
    while (!commands.isEmpty) {
      const command = commands.peek(0);
      const isSequence = (command & SWD.SEQUENCE) !== 0;
      const isRead = !isSequence && (command & SWD.READ) !== 0;
      if (!isRead && commands.length < 5) return;
      commands.shift();
      const value = isRead ? 0 : commands.take(4).readUInt32LE();
      if (isSequence) this.#wire.sequence(value, command & SWD.LENGTH || 32);
      else this.#transfer(command, value, answer);
    }
  }

  #transfer(command, value, answer) {
    const isRead = (command & SWD.READ) !== 0;
    const access = { isAp: (command & SWD.AP) !== 0, isRead, register: command & SWD.ADDRESS, value };
    const result = this.#wire.transfer(access);
    if (result === undefined) answer.push(ANSWER.NOBODY);
    else if (!isRead) answer.push(ANSWER.DONE);
    else {
      answer.push(ANSWER.DATA);
      appendNumber(answer, result, 4);
    }
  }
}

function appendNumber(bytes, number, length) {
  for (let at = 0; at < length; at++) bytes.push((number >>> (8 * at)) & 0xff);
}
