// A network interface over USB (CDC-NCM 1.0): Ethernet frames travel in blocks of up to some kilobytes
// (NTB), each with a header and a table of where the frames are.

import { Bytes } from '../bytes.mjs';
import { READ, WRITE } from './control.mjs';
import { readString } from './host.mjs';

const REQUEST = { SET_INTERFACE: 0x0b, GET_NTB_PARAMETERS: 0x80 };
const PARAMETERS_BYTES = 28;
const HEADER = { MAGIC: 'NCMH', BYTES: 12 };
const TABLE = { MAGIC: /^NCM[01]$/, NAME: 'NCM0', BYTES: 16, ENTRIES: 8 };
// A frame waits for the device; beyond so many packets it is lost, as in any full queue.
const PACKETS_MAX = 400;
const FRAME_MAX = 1514;

export class Ncm {
  #port;
  #log;
  #device;
  #function;
  #blockMax = 0;
  #sequence = 0;
  #packets = 0;
  #block = new Bytes();
  #frames = new Bytes();
  #in = new Bytes();

  constructor(port, log) {
    this.#port = port;
    this.#log = log;
    port.onData = (data) => this.#receive(data);
    port.onClose = () => this.#frames.clear();
  }

  async start(device, found) {
    const { wire, control } = device;
    const parameters = await control.read(READ.CLASS, REQUEST.GET_NTB_PARAMETERS, 0, found.control, PARAMETERS_BYTES);
    this.#blockMax = parameters.readUInt32LE(16);
    const mac = found.macString ? await readString(control, found.macString) : '';
    await control.write(WRITE.STANDARD_INTERFACE, REQUEST.SET_INTERFACE, found.alternate, found.data);
    this.#device = device;
    this.#function = found;
    wire.poll(found.input, (packet) => this.#take(packet));
    // Link state and speed: taken, since devices wait until they are.
    if (found.notifications) wire.poll(found.notifications, () => {});
    this.#log(`ncm: the host's address is ${mac}`);
    device.wake();
  }

  stop() {
    this.#device = undefined;
    this.#packets = 0;
    this.#block.clear();
  }

  flush() {
    if (!this.#in.isEmpty) this.#port.send(this.#in.take());
  }

  // Of the client: frames, each behind its length.
  #receive(data) {
    this.#frames.append(data);
    while (this.#frames.length >= 2) {
      const length = (this.#frames.peek(0) << 8) | this.#frames.peek(1);
      if (this.#frames.length < 2 + length) return;
      this.#frames.take(2);
      this.#send(this.#frames.take(length));
    }
  }

  // One frame a block. A block that fills its last packet ends with an empty one.
  #send(frame) {
    const length = HEADER.BYTES + TABLE.BYTES + frame.length;
    const isTooMuch = frame.length > FRAME_MAX || length > this.#blockMax || this.#packets > PACKETS_MAX;
    if (!this.#device || isTooMuch) return;
    const { wire, wake } = this.#device;
    const block = Buffer.concat([header(this.#sequence++ & 0xffff, length), table(frame.length), frame]);
    const { output, packetBytes } = this.#function;
    for (let at = 0; at <= block.length; at += packetBytes) {
      this.#packets++;
      wire.send(output, block.subarray(at, at + packetBytes), () => this.#packets--);
    }
    wake();
  }

  // Of the device: a block ends with a packet that is not full, or where its header says.
  #take(packet) {
    this.#block.append(packet);
    const isWhole = packet.length < this.#function.packetBytes || this.#block.length >= said(this.#block);
    if (!isWhole) return;
    const block = this.#block.take();
    if (block.length === 0) return;
    try {
      for (const frame of frames(block)) this.#deliver(frame);
    } catch (error) {
      this.#log(`ncm: ${error.message}`);
    }
  }

  #deliver(frame) {
    if (!this.#port.isOpen) return;
    this.#in.push(frame.length >>> 8);
    this.#in.push(frame.length & 0xff);
    this.#in.append(frame);
  }
}

function header(sequence, length) {
  const bytes = Buffer.alloc(HEADER.BYTES);
  bytes.write(HEADER.MAGIC, 'latin1');
  [HEADER.BYTES, sequence, length, HEADER.BYTES].forEach((value, at) => bytes.writeUInt16LE(value, 4 + 2 * at));
  return bytes;
}

function table(length) {
  const bytes = Buffer.alloc(TABLE.BYTES);
  bytes.write(TABLE.NAME, 'latin1');
  bytes.writeUInt16LE(TABLE.BYTES, 4);
  bytes.writeUInt16LE(HEADER.BYTES + TABLE.BYTES, TABLE.ENTRIES);
  bytes.writeUInt16LE(length, TABLE.ENTRIES + 2);
  return bytes;
}

// The length of the block as its header has it; 0 says that it ends with a short packet.
function said(block) {
  if (block.length < HEADER.BYTES) return Infinity;
  return block.peek(8) | (block.peek(9) << 8) || Infinity;
}

// The frames of a block. Throws for what is no block.
export function* frames(block) {
  if (block.length < HEADER.BYTES || block.toString('latin1', 0, 4) !== HEADER.MAGIC) {
    throw new Error('a block without its header');
  }
  let tables = 0;
  for (let at = block.readUInt16LE(10); at !== 0; at = block.readUInt16LE(at + 6)) {
    const isThere = at + TABLE.ENTRIES <= block.length && TABLE.MAGIC.test(block.toString('latin1', at, at + 4));
    if (!isThere || ++tables > block.length / TABLE.BYTES) throw new Error('a block without its table');
    yield* entries(block, at, at + block.readUInt16LE(at + 4));
  }
}

function* entries(block, table, end) {
  for (let at = table + TABLE.ENTRIES; at + 4 <= Math.min(end, block.length); at += 4) {
    const [begin, length] = [block.readUInt16LE(at), block.readUInt16LE(at + 2)];
    if (begin === 0 || length === 0) return;
    if (begin + length > block.length) throw new Error('a frame behind the end of its block');
    yield block.subarray(begin, begin + length);
  }
}
