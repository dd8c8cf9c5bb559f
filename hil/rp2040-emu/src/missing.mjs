// Registers that rp2040js 1.4.1 lacks, and whose absence (they read as all ones) misleads firmware.

import { randomInt } from 'node:crypto';

import { BasePeripheral } from 'rp2040js';

const ROSC_AT = 0x40060;
const CHIP_RESET_AT = 0x40064;

export function provide(chip, cause) {
  chip.peripherals[ROSC_AT] = new RingOscillator(chip, 'ROSC');
  chip.peripherals[CHIP_RESET_AT] = new ChipReset(chip, 'VREG_AND_CHIP_RESET', cause);
}

const ROSC = { CTRL: 0x00, STATUS: 0x18, RANDOMBIT: 0x1c, CTRL_RESET: 0xaa0, ENABLED: 0x80001000 };

// Its random bit is what firmware draws entropy from, and tells one start from another by.
class RingOscillator extends BasePeripheral {
  readUint32(offset) {
    if (offset === ROSC.STATUS) return ROSC.ENABLED;
    if (offset === ROSC.CTRL) return ROSC.CTRL_RESET;
    return offset === ROSC.RANDOMBIT ? randomInt(2) : 0;
  }

  writeUint32() {}
}

const VREG = { VREG: 0x00, BOD: 0x04, CHIP_RESET: 0x08, VREG_RESET: 0x10b1, BOD_RESET: 0x91 };
const HAD = { power: 1 << 8, pin: 1 << 16, rescue: 1 << 20 };

// Tells firmware whether it was the power that came, or a debugger that restarted everything.
class ChipReset extends BasePeripheral {
  constructor(chip, name, cause) {
    super(chip, name);
    this.values = new Map([
      [VREG.VREG, VREG.VREG_RESET],
      [VREG.BOD, VREG.BOD_RESET],
      [VREG.CHIP_RESET, HAD[cause] ?? 0],
    ]);
  }

  readUint32(offset) {
    return this.values.get(offset) ?? 0;
  }

  writeUint32(offset, value) {
    if (offset !== VREG.CHIP_RESET) this.values.set(offset, value);
  }
}
