// Control transfers at endpoint 0, one after another (USB 2.0, 8.5.3): a setup packet, data one way
// or the other or none, and an empty packet against the direction of the data.

const PACKET_BYTES = 64;
const TO_HOST = 0x80;

export class Control {
  #wire;
  #wake;
  #last = Promise.resolve();
  #refuse = () => {};

  constructor(wire, wake) {
    this.#wire = wire;
    this.#wake = wake;
    wire.onStall = () => this.#refuse();
  }

  // Resolves to what the device says, at most `length` bytes.
  read(type, request, value, index, length) {
    return this.#enqueue((done) => {
      const got = [];
      let size = 0;
      this.#wire.setup(setup(type, request, value, index, length));
      this.#wire.poll(0, (packet) => {
        got.push(packet);
        size += packet.length;
        if (packet.length === PACKET_BYTES && size < length) return;
        this.#wire.unpoll(0);
        this.#wire.send(0, Buffer.alloc(0), () => done(Buffer.concat(got)));
      });
    });
  }

  // Resolves when the device has accepted it.
  write(type, request, value, index, data = Buffer.alloc(0)) {
    return this.#enqueue((done) => {
      this.#wire.setup(setup(type, request, value, index, data.length));
      for (let at = 0; at < data.length; at += PACKET_BYTES) {
        this.#wire.send(0, data.subarray(at, at + PACKET_BYTES));
      }
      this.#wire.poll(0, () => {
        this.#wire.unpoll(0);
        done();
      });
    });
  }

  // A transfer that is refused rejects, and the next one begins anew.
  #enqueue(transfer) {
    const next = this.#last.then(
      () =>
        new Promise((resolve, reject) => {
          this.#refuse = () => {
            this.#wire.unpoll(0);
            reject(new Error('the device refused a control transfer'));
          };
          transfer(resolve);
          this.#wake();
        }),
    );
    this.#last = next.catch(() => {});
    return next;
  }
}

export const READ = { STANDARD: TO_HOST, CLASS: TO_HOST | 0x21 };
export const WRITE = { STANDARD: 0x00, STANDARD_INTERFACE: 0x01, CLASS: 0x21 };

function setup(type, request, value, index, length) {
  const packet = Buffer.from([type, request, 0, 0, 0, 0, 0, 0]);
  packet.writeUInt16LE(value, 2);
  packet.writeUInt16LE(index, 4);
  packet.writeUInt16LE(length, 6);
  return packet;
}
