import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Bytes } from '../src/bytes.mjs';
import { decode, encode } from '../src/probe/cobs.mjs';

test('bytes come out in the order in which they went in, however they are cut', () => {
  const bytes = new Bytes();
  const out = [];
  for (let round = 0; round < 50; round++) {
    bytes.append(Buffer.alloc(37, round));
    bytes.push(round + 100);
    out.push(bytes.take(20), bytes.take(13));
    if (round % 7 === 0) out.push(Buffer.from([bytes.shift()]));
  }
  out.push(bytes.take());
  const expected = Array.from({ length: 50 }, (_, round) => [...Buffer.alloc(37, round), round + 100]);
  assert.deepEqual([...Buffer.concat(out)], expected.flat());
  assert.ok(bytes.isEmpty);
});

test('what was taken stays as it was when more comes', () => {
  const bytes = new Bytes();
  bytes.append(Buffer.from('abc'));
  const taken = bytes.take();
  bytes.append(Buffer.from('xyz'));
  assert.equal(taken.toString(), 'abc');
});

test('a packet is the same after its journey, and has no zero on it', () => {
  for (const length of [0, 1, 253, 254, 255, 256, 508, 509, 1000]) {
    for (const modulus of [1, 2, 255, 256]) {
      const packet = Buffer.from(Array.from({ length }, (_, at) => at % modulus));
      const coded = encode(packet);
      assert.equal(coded.indexOf(0), coded.length - 1);
      assert.deepEqual(decode(coded.subarray(0, -1)), packet, `${length} modulo ${modulus}`);
    }
  }
});

test('the encodings of the paper', () => {
  assert.deepEqual([...encode([0])], [1, 1, 0]);
  assert.deepEqual([...encode([0x11, 0, 0, 0])], [2, 0x11, 1, 1, 1, 0]);
  assert.deepEqual([...encode([0x11, 0x22, 0, 0x33])], [3, 0x11, 0x22, 2, 0x33, 0]);
});

test('a run that goes on behind the end is refused', () => {
  assert.throws(() => decode(Buffer.from([5, 1, 2])), /behind the end/);
});
