// Where rp2040js 1.4.1 differs from the chip in ways that firmware notices, mended from outside.
// Each function says what is wrong and who suffers; when a later version does it right, the
// function goes.

// Bits and registers are those of the RP2040's datasheet.
const UART = { DR: 0x00, RSR: 0x04, ILPR: 0x20, IFLS: 0x34, DMACR: 0x48, TX_INTERRUPT: 1 << 5 };
const DMA_CHAN_ABORT = 0x444;
const I2C = { DATA_CMD: 0x10, INTR_MASK: 0x30, RX_TL: 0x38, TX_TL: 0x3c, SDA_HOLD: 0x7c };
const I2C_DMA = { FIRST: 0x88, LAST: 0x90 };
const I2C_INTERRUPT = { RX_FULL: 1 << 2, TX_EMPTY: 1 << 4 };
const CYCLE_NANOS = 8;
// Their highest ten bits.
const [ADCS, SBCS] = [0x105, 0x106];
const NVIC_ICPR = 0x280;
const AIRCR = { at: 0xd0c, KEY: 0x05fa, KEY_READ: 0xfa050000, SYSRESETREQ: 1 << 2 };

export function mend(chip, { log, onResetRequest }) {
  chip.logger = logger(chip, log);
  timePasses(chip.clock);
  carry(chip.core);
  waiting(chip.core);
  pending(chip);
  resetRequest(chip.ppb, onResetRequest);
  chip.uart.forEach(uart);
  chip.i2c.forEach(i2c);
  abortIsDone(chip.dma);
}

// `SEV` is only told to the logger. The event flag stays clear, and a WFE after it sleeps through
// what woke it: executors lose wake-ups. What else the emulator has to say is said once for each
// text, since firmware may poll a register that is not there.
function logger(chip, log) {
  const said = new Set();
  const say = (component, text) => {
    // Drivers clear registers of which rp2040js does not know that they are clear.
    if (said.size >= 200 || said.has(text) || text.endsWith(': 0x0')) return;
    said.add(text);
    log(`${component}: ${text}`);
  };
  return {
    debug() {},
    info(component, text) {
      if (text === 'SEV') chip.core.eventRegistered = true;
    },
    warn: say,
    error: say,
  };
}

// What is due again at once is done again before time goes on, for ever: SysTick with nothing to count,
// or DMA channels that start each other. Nothing on the chip takes less than a cycle.
function timePasses(clock) {
  const link = clock.linkAlarm.bind(clock);
  clock.linkAlarm = (nanos, alarm) => link(Math.max(nanos, CYCLE_NANOS), alarm);
}

// ADCS and SBCS add the carry to their second operand and take the sum for it. 2^31 - 1 and a carry is
// then taken for the lowest number, and the overflow is told the wrong way round: signed numbers of 64
// bits compare wrongly with the highest one.
function carry(core) {
  for (const [update, instruction, added] of [
    ['addUpdateFlags', ADCS, true],
    ['substractUpdateFlags', SBCS, false],
  ]) {
    const before = core[update].bind(core);
    core[update] = (left, right) => {
      const wasAdded = core.C === added;
      const result = before(left, right);
      const isLowest = right === 0x80000000 && wasAdded;
      if (isLowest && core.readUint16((core.PC - 2) >>> 0) >>> 6 === instruction) core.V = !core.V;
      return result;
    };
  }
}

// With PRIMASK set an interrupt ends a wait and is not taken. rp2040js takes it. It also forgets
// SysTick and PendSV while it waits, and an interrupt that was pending before the wait began.
function waiting(core) {
  const check = core.checkForInterrupts.bind(core);
  core.checkForInterrupts = () => {
    if (!core.waiting || !core.PM) return check();
    if (hasInterrupt(core)) core.waiting = false;
    return false;
  };
}

// Whether an interrupt is pending that ends a wait.
export function hasInterrupt(core) {
  return (
    (core.pendingInterrupts & core.enabledInterrupts) !== 0 ||
    core.pendingSystick ||
    core.pendingPendSV ||
    core.pendingNMI
  );
}

// An interrupt that software made pending is over once it is taken, or cleared by ICPR. rp2040js
// lets go of it only when the peripheral next says that its line is low, so that a handler which
// touches nothing of the peripheral runs for ever.
function pending(chip) {
  const { core, ppb } = chip;
  let lines = 0;
  const setInterrupt = core.setInterrupt.bind(core);
  core.setInterrupt = (irq, isHigh) => {
    lines = isHigh ? lines | (1 << irq) : lines & ~(1 << irq);
    setInterrupt(irq, isHigh);
  };
  const enter = core.exceptionEntry.bind(core);
  core.exceptionEntry = (number) => {
    enter(number);
    if (number >= 16) core.pendingInterrupts &= ~(1 << (number - 16)) | lines;
  };
  const write = ppb.writeUint32.bind(ppb);
  ppb.writeUint32 = (offset, value) => {
    if (offset === NVIC_ICPR) core.pendingInterrupts &= ~value | lines;
    else write(offset, value);
  };
}

// A write to AIRCR is not known: firmware that resets itself, as panic handlers do, runs on.
function resetRequest(ppb, onResetRequest) {
  const [read, write] = [ppb.readUint32.bind(ppb), ppb.writeUint32.bind(ppb)];
  ppb.readUint32 = (offset) => (offset === AIRCR.at ? AIRCR.KEY_READ : read(offset));
  ppb.writeUint32 = (offset, value) => {
    if (offset !== AIRCR.at) write(offset, value);
    else if (value >>> 16 === AIRCR.KEY && value & AIRCR.SYSRESETREQ) onResetRequest();
  };
}

// The transmit interrupt of a PL011 is raised when its FIFO runs low, and cleared by the handler;
// rp2040js asserts it for ever, and a driver that clears it (embassy's does) never gets out of its
// handler. The FIFO's levels and DMA's switches are not known to it, nor that DMA may wait for
// received bytes.
function uart(uart) {
  const [read, write, feed] = [uart.readUint32, uart.writeUint32, uart.feedByte].map((f) => f.bind(uart));
  const kept = new Map([UART.RSR, UART.ILPR, UART.IFLS, UART.DMACR].map((offset) => [offset, 0]));
  uart.checkInterrupts = () => {
    uart.rp2040.setInterrupt(uart.irq, (uart.interruptStatus & uart.interruptMask) !== 0);
  };
  const request = () => {
    if (uart.rxFIFO.empty) uart.rp2040.dma.clearDREQ(uart.dreq.rx);
    else uart.rp2040.dma.setDREQ(uart.dreq.rx);
  };
  uart.feedByte = (byte) => {
    feed(byte);
    request();
  };
  uart.readUint32 = (offset) => {
    const value = kept.get(offset) ?? read(offset);
    if (offset === UART.DR) request();
    return value;
  };
  uart.writeUint32 = (offset, value) => {
    if (kept.has(offset)) {
      if (offset !== UART.RSR) kept.set(offset, value);
      return;
    }
    write(offset, value);
    if (offset === UART.DR) {
      uart.interruptStatus |= UART.TX_INTERRUPT;
      uart.checkInterrupts();
    }
  };
}

// The mask of interrupts cannot be written, so that none ever comes. "Transmit FIFO empty" and
// "receive FIFO full" follow the FIFOs' levels; rp2040js sets them at one edge, and clears the latter
// by any read.
function i2c(bus) {
  const [read, write] = [bus.readUint32.bind(bus), bus.writeUint32.bind(bus)];
  const level = () => {
    if (bus.txFIFO.itemCount <= bus.txThreshold) bus.setInterrupts(I2C_INTERRUPT.TX_EMPTY);
    if (bus.rxFIFO.itemCount > bus.rxThreshold) bus.setInterrupts(I2C_INTERRUPT.RX_FULL);
  };
  bus.readUint32 = (offset) => {
    const value = read(offset);
    if (offset === I2C.DATA_CMD) level();
    return value;
  };
  bus.writeUint32 = (offset, value) => {
    const isIdle = offset === I2C.SDA_HOLD || (offset >= I2C_DMA.FIRST && offset <= I2C_DMA.LAST);
    if (isIdle) return;
    if (offset !== I2C.INTR_MASK) write(offset, value);
    else {
      bus.intEnable = value & 0x1fff;
      bus.checkInterrupts();
    }
    if (offset === I2C.INTR_MASK || offset === I2C.RX_TL || offset === I2C.TX_TL) level();
  };
}

// A write to CHAN_ABORT is done at once, but reads back as never done: drivers wait for it.
function abortIsDone(dma) {
  const read = dma.readUint32.bind(dma);
  dma.readUint32 = (offset) => (offset === DMA_CHAN_ABORT ? 0 : read(offset));
}

// A watchdog that has run down is due again at once, and time never goes on: it is switched off.
export function guard(watchdog, onBite) {
  watchdog.onWatchdogTrigger = () => {
    watchdog.alarm.enable = false;
    onBite();
  };
}
