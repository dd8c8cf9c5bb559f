// A TMP102 thermometer at I2C address 0x48: four registers of 16 bits behind a pointer (Texas
// Instruments SBOS397).

import { I2CMode } from 'rp2040js';

const ADDRESS = 0x48;
const STEPS_PER_DEGREE = 16;
// Configuration: 12 bits, four conversions a second. Limits: 75 and 80 degrees.
const [CONFIGURATION, LOW, HIGH] = [0x60a0, 0x4b00, 0x5000];
const TEMPERATURE_AT = 0;

export class Tmp102 {
  #registers;
  #pointer = TEMPERATURE_AT;
  // Of the bytes after the address, which comes next.
  #at = 0;

  constructor(degrees) {
    this.#registers = [reading(degrees), CONFIGURATION, LOW, HIGH];
  }

  // Answers on this bus, where nobody else does.
  attach(bus) {
    bus.onConnect = (address, mode) => {
      this.#at = mode === I2CMode.Read ? 1 : 0;
      bus.completeConnect(address === ADDRESS);
    };
    bus.onWriteByte = (byte) => {
      this.#write(byte);
      bus.completeWrite(true);
    };
    bus.onReadByte = () => bus.completeRead(this.#read());
  }

  // The first byte sets the pointer; what follows goes to the register, high byte first.
  #write(byte) {
    const at = this.#at++;
    if (at === 0) this.#pointer = byte & 3;
    else if (at <= 2 && this.#pointer !== TEMPERATURE_AT) this.#put(at, byte);
  }

  #put(at, byte) {
    const now = this.#registers[this.#pointer];
    this.#registers[this.#pointer] = at === 1 ? (byte << 8) | (now & 0xff) : (now & 0xff00) | byte;
  }

  #read() {
    const at = this.#at++;
    const value = this.#registers[this.#pointer];
    return at % 2 === 1 ? value >>> 8 : value & 0xff;
  }
}

// Twelve bits of two's complement, left-aligned, in sixteenths of a degree.
function reading(degrees) {
  return (Math.round(degrees * STEPS_PER_DEGREE) << 4) & 0xfff0;
}
