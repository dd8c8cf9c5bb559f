// A USB device that plays the firmware's part at the chip's registers: a serial port and a network
// interface in one configuration, both of which say again what they hear. It does what embassy-rp's
// driver does: one buffer for each endpoint, and it waits for AVAILABLE to go.

const [USB, DPRAM] = [0x50110000, 0x50100000];
const REGISTER = { MAIN: 0x40, SIE_STATUS: 0x50, BUFF_STATUS: 0x58 };
const BUS_RESET = 1 << 19;
const SETUP = 1 << 17;
const [FULL, AVAILABLE, STALL] = [1 << 15, 1 << 10, 1 << 11];
const LENGTH = 0x3ff;

// Endpoint 1 in: notifications of the serial port; 2: its data; 3 in: notifications; 4: frames.
export const CONFIGURATION = Buffer.from([
  ...[9, 2, 0, 0, 4, 1, 0, 0x80, 50],
  ...[8, 11, 0, 2, 2, 2, 0, 0], //                  an association, to be passed over
  ...[9, 4, 0, 0, 1, 2, 2, 0, 0, 5, 0x24, 6, 0, 1], // control, union of 0 and 1
  ...[7, 5, 0x81, 3, 8, 0, 255],
  ...[9, 4, 1, 0, 2, 10, 0, 0, 0, 7, 5, 0x82, 2, 64, 0, 0, 7, 5, 0x02, 2, 64, 0, 0],
  ...[9, 4, 2, 0, 1, 2, 13, 0, 0, 5, 0x24, 6, 2, 3, 13, 0x24, 15, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[7, 5, 0x83, 3, 8, 0, 255],
  ...[9, 4, 3, 0, 0, 10, 0, 1, 0], //               no frames in this setting
  ...[9, 4, 3, 1, 2, 10, 0, 1, 0, 7, 5, 0x84, 2, 64, 0, 0, 7, 5, 0x04, 2, 64, 0, 0],
]);
CONFIGURATION.writeUInt16LE(CONFIGURATION.length, 2);

export class Device {
  lineStates = [];
  settings = [];
  // Whether it refuses to tell of its blocks.
  isDumb = false;
  #stage;
  #isConfigured = false;

  constructor(chip) {
    this.chip = chip;
    chip.writeUint32(USB + REGISTER.MAIN, 1);
  }

  // As firmware would, after an interrupt.
  poll() {
    const status = this.chip.readUint32(USB + REGISTER.SIE_STATUS);
    if (status & BUS_RESET) this.chip.writeUint32(USB + REGISTER.SIE_STATUS, BUS_RESET);
    this.chip.writeUint32(USB + REGISTER.BUFF_STATUS, 0xffffffff);
    if (status & SETUP) this.#setup();
    else this.#continue();
    if (this.#isConfigured) for (const endpoint of [2, 4]) this.#echo(endpoint);
  }

  #setup() {
    const setup = Buffer.from(this.chip.usbDPRAM.subarray(0, 8));
    this.chip.writeUint32(USB + REGISTER.SIE_STATUS, SETUP);
    const [type, request, value] = [setup[0], setup[1], setup.readUInt16LE(2)];
    const length = setup.readUInt16LE(6);
    const answer = this.#answer(type, request, value);
    if (answer === undefined) return this.#write(0, 'in', STALL);
    if (type & 0x80) {
      this.#stage = { left: answer.subarray(0, length), isLast: false };
      this.#continue();
    } else if (length > 0) this.#arm(0);
    else this.#offer(0, Buffer.alloc(0));
  }

  // The next packet of an answer, or the status after data of the host.
  #continue() {
    if (this.#stage && !this.#isArmed(0, 'in')) {
      const { left, isLast } = this.#stage;
      if (isLast) return this.#arm(0, (this.#stage = undefined));
      this.#offer(0, left.subarray(0, 64));
      this.#stage = { left: left.subarray(64), isLast: left.length < 64 };
    } else if (this.#read(0, 'out') & FULL) {
      this.#write(0, 'out', 0);
      this.#offer(0, Buffer.alloc(0));
    }
  }

  #answer(type, request, value) {
    if (request === 6) return this.#descriptor(value);
    if (type === 0xa1 && request === 0x80) return this.isDumb ? undefined : ntbParameters();
    if (type === 0x21 && request === 0x22) this.lineStates.push(value);
    if (type === 0x01 && request === 11) this.settings.push(value);
    if (type === 0x00 && request === 9) this.#configure();
    return Buffer.alloc(0);
  }

  #descriptor(value) {
    const string = (text) => Buffer.concat([Buffer.from([2 + 2 * text.length, 3]), Buffer.from(text, 'utf16le')]);
    const device = [18, 1, 0, 2, 0xef, 2, 1, 64, 0x8a, 0x2e, 0x0a, 0, 0, 1, 0, 1, 2, 1];
    if (value >>> 8 === 1) return Buffer.from(device);
    if (value >>> 8 === 2) return CONFIGURATION;
    return string({ 1: 'toy', 2: '42', 3: '020000000001' }[value & 0xff]);
  }

  #configure() {
    this.#isConfigured = true;
    [2, 4].forEach((endpoint, at) => {
      for (const [offset, room] of [[0, 0x200], [4, 0x280]]) {
        const control = (1 << 31) | (1 << 29) | (2 << 26) | (room + 0x100 * at);
        this.chip.writeUint32(DPRAM + 8 * endpoint + offset, control >>> 0);
      }
      this.#arm(endpoint);
    });
  }

  // Takes a packet only when the one before it is gone.
  #echo(endpoint) {
    if (!(this.#read(endpoint, 'out') & FULL) || this.#isArmed(endpoint, 'in')) return;
    const length = this.#read(endpoint, 'out') & LENGTH;
    const at = this.#room(endpoint, 'out');
    this.#offer(endpoint, Buffer.from(this.chip.usbDPRAM.subarray(at, at + length)));
    this.#arm(endpoint);
  }

  #offer(endpoint, packet) {
    this.chip.usbDPRAM.set(packet, this.#room(endpoint, 'in'));
    this.#write(endpoint, 'in', FULL | AVAILABLE | packet.length);
  }

  #arm(endpoint) {
    this.#write(endpoint, 'out', AVAILABLE | 64);
  }

  #room(endpoint, way) {
    if (endpoint === 0) return 0x100;
    return this.chip.readUint32(DPRAM + 8 * endpoint + (way === 'in' ? 0 : 4)) & 0xffc0;
  }

  #isArmed(endpoint, way) {
    return (this.#read(endpoint, way) & AVAILABLE) !== 0;
  }

  #read(endpoint, way) {
    return this.chip.readUint32(DPRAM + 0x80 + 8 * endpoint + (way === 'in' ? 0 : 4));
  }

  #write(endpoint, way, value) {
    this.chip.writeUint32(DPRAM + 0x80 + 8 * endpoint + (way === 'in' ? 0 : 4), value);
  }
}

function ntbParameters() {
  const parameters = Buffer.alloc(28);
  parameters.writeUInt16LE(28, 0);
  parameters.writeUInt16LE(1, 2);
  parameters.writeUInt32LE(2048, 4);
  parameters.writeUInt32LE(2048, 16);
  return parameters;
}
