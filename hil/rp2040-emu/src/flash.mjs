// The flash chip as firmware asks it by commands, through the SSI (RP2040 datasheet, 4.10): who it is.
// Erasing and programming are the boot ROM's. rp2040js 1.4.1 answers one command, "busy?", and lacks
// the registers of the cache beside it.

import { BasePeripheral } from 'rp2040js';

const [SSI_AT, CACHE_AT] = [0x18000, 0x14000];
const SSI = { ENABLE: 0x08, RXFLR: 0x24, STATUS: 0x28, DATA: 0x60 };
const STATUS = { RECEIVED: 1 << 3, CAN_SEND: 6 };
// "EEPROM read": the command is sent, and then only received.
const RECEIVE_ONLY = 3;

// Of a Winbond W25Q16, as on a Pico. The answers begin after so many bytes of no meaning.
const COMMANDS = new Map([
  [0x05, { skip: 0, answer: [0x00] }], //             status 1: not busy
  [0x35, { skip: 0, answer: [0x02] }], //             status 2: four wires are allowed
  [0x4b, { skip: 4, answer: [...Buffer.from('SAMEWIRE')] }], // unique id
  [0x9f, { skip: 0, answer: [0xef, 0x40, 0x15] }], // maker and size
]);

export function attachFlash(chip) {
  serial(chip.peripherals[SSI_AT]);
  chip.peripherals[CACHE_AT] = new Cache(chip, 'XIP_CTRL');
}

function serial(ssi) {
  const [read, write] = [ssi.readUint32.bind(ssi), ssi.writeUint32.bind(ssi)];
  let [command, received] = [undefined, []];
  const isReceiving = () => command !== undefined && ((ssi.crtlr0 >>> 8) & 3) === RECEIVE_ONLY;
  ssi.readUint32 = (offset) => {
    if (offset === SSI.RXFLR) return received.length;
    if (offset === SSI.STATUS) return STATUS.CAN_SEND | (received.length || isReceiving() ? STATUS.RECEIVED : 0);
    if (offset !== SSI.DATA) return read(offset);
    return received.length || !isReceiving() ? (received.shift() ?? 0) : answer(command);
  };
  ssi.writeUint32 = (offset, value) => {
    if (offset === SSI.ENABLE) [command, received] = [undefined, []];
    if (offset !== SSI.DATA) return write(offset, value);
    // The chip is deselected when all was sent and taken; what comes then is another command.
    if (received.length === 0 && !isReceiving()) command = undefined;
    if (command) return received.push(answer(command));
    command = { ...COMMANDS.get(value & 0xff), at: 0 };
    if (!isReceiving()) received.push(0);
  };
}

function answer(command) {
  const at = command.at++ - (command.skip ?? 0);
  return command.answer?.[at] ?? 0;
}

const CACHE_STATUS = { at: 0x08, READY_AND_EMPTY: 3 };

// Nothing is cached and nothing streams: it is always ready.
class Cache extends BasePeripheral {
  readUint32(offset) {
    return offset === CACHE_STATUS.at ? CACHE_STATUS.READY_AND_EMPTY : 0;
  }

  writeUint32() {}
}
