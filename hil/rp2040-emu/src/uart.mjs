// The UART's wire: bytes from outside into the chip's FIFO, bytes of the chip to outside.

import { Bytes } from './bytes.mjs';

// A PL011's.
const FIFO_BYTES = 32;
// Beyond this the client has to wait.
const WAITING_MAX = 1 << 16;

export class UartWire {
  // Bytes from outside that the FIFO has no room for. A real wire would be slower than the chip
  // reads; here it is the chip that is slow, so that they wait.
  #in = new Bytes();
  #out = new Bytes();
  #number;
  #uart;
  #port;
  #faults;

  // `faults.uart` may lose bytes of both ways.
  constructor(number, port, faults, wake) {
    this.#number = number;
    this.#port = port;
    this.#faults = faults;
    port.onData = (data) => {
      this.#receive(data);
      wake();
    };
  }

  attach(chip) {
    this.#uart = chip.uart[this.#number];
    this.#uart.onByte = (byte) => this.#out.push(byte);
    this.#in.clear();
  }

  #receive(data) {
    this.#in.append(this.#faults.uart(data));
    if (this.#in.length > WAITING_MAX) this.#port.pause();
  }

  feed() {
    if (this.#in.isEmpty) return;
    // Nobody listens on the chip's side: the bytes are lost, as on a wire.
    if (!this.#uart.enabled || !this.#uart.rxEnabled) this.#in.clear();
    const { rxFIFO } = this.#uart;
    while (!this.#in.isEmpty && rxFIFO.itemCount < FIFO_BYTES) this.#uart.feedByte(this.#in.shift());
    if (this.#in.isEmpty) this.#port.resume();
  }

  flush() {
    if (!this.#out.isEmpty) this.#port.send(this.#faults.uart(this.#out.take()));
  }
}
