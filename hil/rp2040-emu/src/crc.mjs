// The checksum at the end of the second boot stage: CRC-32 with the highest bit first, from all
// ones, not inverted at the end ("MPEG-2").

const POLYNOMIAL = 0x04c11db7;

export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  }
  return crc >>> 0;
}
