/**
 * Writes a long as Avro does (zigzag, 7 bits a byte, low bits first) and returns the position after it: at most 8 bytes. `value` is a safe
 * integer; bytes beyond the end of the buffer are dropped. Exact over the whole range, where avsc's own goes wrong below -2^52.
 */
export function putLong(buffer: Uint8Array, position: number, value: number): number {
  let at = position;
  if (value >= -0x4000_0000 && value < 0x4000_0000) {
    let bits = (value << 1) ^ (value >> 31);
    while (bits > 0x7f) {
      buffer[at++] = (bits & 0x7f) | 0x80;
      bits >>>= 7;
    }
    buffer[at++] = bits;
    return at;
  }
  // -(value + 1) is what two's complement calls ~value: the sign goes into the lowest bit, and doubling never leaves 2^53.
  const magnitude = value < 0 ? -(value + 1) : value;
  buffer[at++] = ((magnitude % 64) << 1) | (value < 0 ? 1 : 0) | 0x80;
  let rest = Math.floor(magnitude / 64);
  while (rest > 0x7fff_ffff) {
    buffer[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}
