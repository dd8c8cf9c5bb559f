// Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): packets without a zero byte in them,
// so that a zero byte can stand between two.

const RUN_MAX = 254;

// With the zero byte that ends it.
export function encode(packet) {
  const coded = [];
  let run = [];
  const close = () => {
    coded.push(run.length + 1, ...run);
    run = [];
  };
  for (const byte of packet) {
    if (run.length === RUN_MAX) close();
    if (byte === 0) close();
    else run.push(byte);
  }
  close();
  coded.push(0);
  return Buffer.from(coded);
}

// Of the bytes between two zeros. Throws for what no encoder writes.
export function decode(coded) {
  const packet = [];
  for (let at = 0; at < coded.length; ) {
    const length = coded[at++];
    if (at + length - 1 > coded.length) throw new Error('COBS: a run goes on behind the end');
    for (const end = at + length - 1; at < end; ) packet.push(coded[at++]);
    if (length <= RUN_MAX && at < coded.length) packet.push(0);
  }
  return Buffer.from(packet);
}
