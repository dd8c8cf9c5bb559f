// A serial port over USB (CDC-ACM). As with a real host, the device is asked for bytes only while
// somebody has the port open, and sees by DTR that somebody has.

import { Bytes } from '../bytes.mjs';
import { WRITE } from './control.mjs';

const REQUEST = { SET_LINE_CODING: 0x20, SET_CONTROL_LINE_STATE: 0x22 };
const DTR_AND_RTS = 3;
const BAUD = 115_200;
// Packets on their way at a time: the next is there when one is taken.
const PACKETS_MAX = 2;
// Beyond this the client has to wait.
const WAITING_MAX = 1 << 16;

export class Acm {
  #port;
  #log;
  #device;
  #function;
  #in = new Bytes();
  #out = new Bytes();
  #packets = 0;

  constructor(port, log) {
    this.#port = port;
    this.#log = log;
    port.onOpen = () => this.#open();
    port.onClose = () => this.#close();
    port.onData = (data) => this.#send(data);
    port.onDrain = () => this.#poll();
  }

  async start(device, found) {
    this.#device = device;
    this.#function = found;
    if (this.#port.isOpen) this.#open();
  }

  stop() {
    this.#device = undefined;
    this.#packets = 0;
    this.#out.clear();
  }

  flush() {
    if (!this.#in.isEmpty) this.#port.send(this.#in.take());
  }

  #open() {
    if (!this.#device) return;
    const coding = Buffer.from([0, 0, 0, 0, 0, 0, 8]);
    coding.writeUInt32LE(BAUD);
    this.#say(REQUEST.SET_LINE_CODING, 0, coding);
    this.#say(REQUEST.SET_CONTROL_LINE_STATE, DTR_AND_RTS);
    this.#poll();
    this.#pump();
  }

  #close() {
    this.#in.clear();
    this.#out.clear();
    if (!this.#device) return;
    this.#device.wire.unpoll(this.#function.input);
    this.#say(REQUEST.SET_CONTROL_LINE_STATE, 0);
  }

  #say(request, value, data) {
    const { control } = this.#device;
    const said = control.write(WRITE.CLASS, request, value, this.#function.control, data);
    said.catch((error) => this.#log(`acm: ${error.message}`));
  }

  // What a client does not read waits in the device.
  #poll() {
    if (!this.#device || !this.#port.hasRoom) return;
    const { wire, wake } = this.#device;
    wire.poll(this.#function.input, (packet) => {
      this.#in.append(packet);
      if (!this.#port.hasRoom) wire.unpoll(this.#function.input);
    });
    wake();
  }

  #send(data) {
    this.#out.append(data);
    if (this.#out.length > WAITING_MAX) this.#port.pause();
    this.#pump();
  }

  #pump() {
    if (!this.#device) return;
    const { wire, wake } = this.#device;
    while (this.#packets < PACKETS_MAX && !this.#out.isEmpty) {
      this.#packets++;
      wire.send(this.#function.output, this.#out.take(this.#function.packetBytes), () => {
        this.#packets--;
        this.#pump();
      });
    }
    if (this.#out.isEmpty) this.#port.resume();
    wake();
  }
}
