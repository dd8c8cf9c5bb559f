// The USB cable: transactions between a host and the chip's endpoints, which take a buffer when it is
// armed and the host asks for it, and are refused (NAK) else. Only control of the bus is left to
// rp2040js 1.4.1: its own endpoints clear AVAILABLE as soon as a buffer is armed, which drivers take
// for "done" (embassy-rp waits for that bit), and take IN data of which a host wants nothing yet.
// One buffer for each endpoint: what a double-buffered one has in its second half is not seen.

// RP2040 datasheet, 4.1.2.5 and 4.1.2.7.
const CONTROL = { IN: 0x80, OUT: 0x84, STRIDE: 8, END: 0x100 };
const BUFFER = { LENGTH: 0x3ff, AVAILABLE: 1 << 10, STALL: 1 << 11, FULL: 1 << 15 };
const ENABLED = 1 << 31;
// Chip time between arming and transfer. On a real bus 64 bytes take ten times as long.
const TRANSACTION_NANOS = 5000;

export class UsbWire {
  // The device has seen a reset of the bus, and can be asked who it is.
  onConnect = () => {};
  // The device refuses the control transfer that goes on.
  onStall = () => {};

  #chip;
  #alarm;
  #polls = new Map();
  #sends = new Map();

  constructor(chip) {
    this.#chip = chip;
    this.#alarm = chip.clock.createAlarm(() => this.#transact());
    const { usbCtrl } = chip;
    usbCtrl.onUSBEnabled = () => usbCtrl.resetDevice();
    usbCtrl.onResetReceived = () => this.onConnect();
    usbCtrl.DPRAMUpdated = (offset, value) => this.#onControl(offset, value);
  }

  setup(packet) {
    this.#polls.delete(0);
    this.#sends.delete(0);
    this.#chip.usbCtrl.sendSetupPacket(packet);
  }

  // From now on takes what the device has for the host at this endpoint.
  poll(endpoint, take) {
    this.#polls.set(endpoint, take);
    this.#schedule();
  }

  unpoll(endpoint) {
    this.#polls.delete(endpoint);
  }

  // One packet for the device. `sent` is called when it has it.
  send(endpoint, packet, sent = () => {}) {
    if (!this.#sends.has(endpoint)) this.#sends.set(endpoint, []);
    this.#sends.get(endpoint).push({ packet, sent });
    this.#schedule();
  }

  // The firmware wrote to the USB memory.
  #onControl(offset, value) {
    if (offset < CONTROL.IN || offset >= CONTROL.END) return;
    if (value & BUFFER.AVAILABLE) this.#schedule();
    const isEndpoint0 = offset < CONTROL.IN + CONTROL.STRIDE;
    if (isEndpoint0 && value & BUFFER.STALL) this.onStall();
  }

  #schedule() {
    if (this.#alarm.isSet) return;
    this.#alarm.isSet = true;
    this.#alarm.schedule(TRANSACTION_NANOS);
  }

  #transact() {
    this.#alarm.isSet = false;
    for (const [endpoint, take] of this.#polls) {
      if (this.#isArmed(endpoint, CONTROL.IN)) take(this.#take(endpoint));
    }
    for (const [endpoint, packets] of this.#sends) {
      if (packets.length === 0 || !this.#isArmed(endpoint, CONTROL.OUT)) continue;
      const { packet, sent } = packets.shift();
      this.#give(endpoint, packet);
      sent();
    }
  }

  #isArmed(endpoint, direction) {
    const isOut = direction === CONTROL.OUT;
    const { usbCtrl } = this.#chip;
    if (endpoint !== 0 && !(usbCtrl.readEndpointControlReg(endpoint, isOut) & ENABLED)) return false;
    return (this.#control(endpoint, direction) & BUFFER.AVAILABLE) !== 0;
  }

  #take(endpoint) {
    const control = this.#control(endpoint, CONTROL.IN);
    const at = this.#chip.usbCtrl.getEndpointBufferOffset(endpoint, false);
    const packet = Buffer.from(this.#chip.usbDPRAM.subarray(at, at + (control & BUFFER.LENGTH)));
    this.#done(endpoint, CONTROL.IN, control & ~(BUFFER.AVAILABLE | BUFFER.FULL));
    return packet;
  }

  #give(endpoint, packet) {
    const control = this.#control(endpoint, CONTROL.OUT);
    const length = Math.min(packet.length, control & BUFFER.LENGTH);
    const at = this.#chip.usbCtrl.getEndpointBufferOffset(endpoint, true);
    this.#chip.usbDPRAM.set(packet.subarray(0, length), at);
    const kept = control & ~(BUFFER.AVAILABLE | BUFFER.LENGTH);
    this.#done(endpoint, CONTROL.OUT, kept | BUFFER.FULL | length);
  }

  #control(endpoint, direction) {
    return this.#chip.usbDPRAMView.getUint32(direction + CONTROL.STRIDE * endpoint, true);
  }

  #done(endpoint, direction, control) {
    this.#chip.usbDPRAMView.setUint32(direction + CONTROL.STRIDE * endpoint, control, true);
    this.#chip.usbCtrl.indicateBufferReady(endpoint, direction === CONTROL.OUT);
  }
}
