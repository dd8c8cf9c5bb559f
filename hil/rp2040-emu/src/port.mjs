// A port on loopback for one client at a time. A newcomer takes the place of who was there: a client
// that was killed may not be known to be gone when the next one comes.

import { createServer } from 'node:net';

// So much may wait for a client that does not read.
const UNREAD_MAX = 1 << 20;

export class Port {
  onOpen = () => {};
  onData = () => {};
  onClose = () => {};
  // The client reads again.
  onDrain = () => {};

  #name;
  #faults;
  #log;
  #server = createServer({ noDelay: true }, (socket) => this.#open(socket));
  #client;

  constructor(name, faults, log) {
    this.#name = name;
    this.#faults = faults;
    this.#log = log;
  }

  // Resolves to `127.0.0.1:N`.
  listen(port) {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => resolve(`127.0.0.1:${this.#server.address().port}`));
    });
  }

  get isOpen() {
    return this.#client !== undefined;
  }

  // Whether the client reads what it gets.
  get hasRoom() {
    return this.isOpen && this.#client.writableLength < UNREAD_MAX;
  }

  // Without a client, or with one that does not read, it is lost.
  send(data) {
    if (this.hasRoom && data.length > 0) this.#client.write(data);
  }

  // The client gets no more of our attention until `resume`, and finds that it has to wait.
  pause() {
    this.#client?.pause();
  }

  resume() {
    this.#client?.resume();
  }

  disconnect() {
    this.#client?.destroy();
  }

  // First the door, then who is in: a client may be back at once.
  close() {
    this.#server.close();
    this.disconnect();
  }

  #open(socket) {
    this.#client?.destroy();
    this.#end(this.#client);
    this.#client = socket;
    this.#log(`${this.#name}: client`);
    socket.on('data', (data) => this.#receive(socket, data));
    socket.on('drain', () => this.onDrain());
    socket.on('error', () => {});
    socket.on('close', () => this.#end(socket));
    this.onOpen();
  }

  #receive(socket, data) {
    if (socket !== this.#client) return;
    this.onData(this.#faults.pass(this.#name, data));
    if (!this.#faults.isGone(this.#name)) return;
    this.#log(`${this.#name}: vanishes`);
    this.close();
  }

  #end(socket) {
    if (socket === undefined || socket !== this.#client) return;
    this.#client = undefined;
    this.#log(`${this.#name}: client gone`);
    this.onClose();
  }
}
