// A queue of bytes: appended to in pieces or one by one, taken by ones or at most so many.

export class Bytes {
  #data = Buffer.allocUnsafe(256);
  #from = 0;
  #to = 0;

  get length() {
    return this.#to - this.#from;
  }

  get isEmpty() {
    return this.#to === this.#from;
  }

  push(byte) {
    if (this.#to === this.#data.length) this.#reserve(1);
    this.#data[this.#to++] = byte;
  }

  append(data) {
    if (this.#to + data.length > this.#data.length) this.#reserve(data.length);
    this.#data.set(data, this.#to);
    this.#to += data.length;
  }

  peek(at) {
    return this.#data[this.#from + at];
  }

  shift() {
    return this.#data[this.#from++];
  }

  // A copy, at most so long.
  take(most = this.length) {
    const to = Math.min(this.#to, this.#from + most);
    const taken = Buffer.from(this.#data.subarray(this.#from, to));
    this.#from = to;
    if (this.isEmpty) this.clear();
    return taken;
  }

  clear() {
    this.#from = this.#to = 0;
  }

  #reserve(more) {
    const { length } = this;
    const room = length + more;
    const to = room * 2 > this.#data.length ? Buffer.allocUnsafe(room * 2) : this.#data;
    this.#data.copy(to, 0, this.#from, this.#to);
    this.#data = to;
    this.#from = 0;
    this.#to = length;
  }
}
