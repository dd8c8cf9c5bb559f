// The USB host: asks the device who it is, configures it, and gives each function to its driver.

import { Control, READ, WRITE } from './control.mjs';
import { parse } from './descriptors.mjs';
import { UsbWire } from './wire.mjs';

const REQUEST = { SET_ADDRESS: 5, GET_DESCRIPTOR: 6, SET_CONFIGURATION: 9 };
const DESCRIPTOR = { DEVICE: 0x100, CONFIGURATION: 0x200, STRING: 0x300 };
const DEVICE_BYTES = 18;
const CONFIGURATION_BYTES = 9;
const STRING_BYTES = 255;
const ENGLISH = 0x0409;
const ADDRESS = 1;

export class UsbHost {
  #drivers;
  #log;
  #wake;

  // `drivers` by the kind of function that they drive; each drives the first of its kind.
  constructor(drivers, log, wake) {
    this.#drivers = drivers;
    this.#log = log;
    this.#wake = wake;
  }

  attach(chip) {
    for (const driver of Object.values(this.#drivers)) driver.stop();
    const wire = new UsbWire(chip);
    const control = new Control(wire, this.#wake);
    let isKnown = false;
    wire.onConnect = () => {
      if (isKnown) return;
      isKnown = true;
      this.#enumerate(wire, control).catch((error) => this.#log(`usb: ${error.message}`));
    };
  }

  flush() {
    for (const driver of Object.values(this.#drivers)) driver.flush();
  }

  async #enumerate(wire, control) {
    const descriptor = (what, length) => control.read(READ.STANDARD, REQUEST.GET_DESCRIPTOR, what, 0, length);
    const device = await descriptor(DESCRIPTOR.DEVICE, DEVICE_BYTES);
    await control.write(WRITE.STANDARD, REQUEST.SET_ADDRESS, ADDRESS, 0);
    const head = await descriptor(DESCRIPTOR.CONFIGURATION, CONFIGURATION_BYTES);
    const { value, functions } = parse(await descriptor(DESCRIPTOR.CONFIGURATION, head.readUInt16LE(2)));
    const string = (number) => (number ? readString(control, number) : '');
    const [product, serial] = [await string(device[15]), await string(device[16])];
    await control.write(WRITE.STANDARD, REQUEST.SET_CONFIGURATION, value, 0);
    const id = [8, 10].map((at) => device.readUInt16LE(at).toString(16).padStart(4, '0')).join(':');
    this.#log(`usb: ${id} "${product}" "${serial}": ${functions.map(({ kind }) => kind).join(', ')}`);
    for (const [kind, driver] of Object.entries(this.#drivers)) {
      const found = functions.find((each) => each.kind === kind);
      if (found) await driver.start({ wire, control, wake: this.#wake }, found);
    }
  }
}

export async function readString(control, number) {
  const what = DESCRIPTOR.STRING | number;
  const string = await control.read(READ.STANDARD, REQUEST.GET_DESCRIPTOR, what, ENGLISH, STRING_BYTES);
  return string.subarray(2).toString('utf16le');
}
