/** Packs flags (0 or 1, one a byte) into bits, eight a byte, lowest first, from `bits[at]` on. */
export function packFlagsInto(flags: Uint8Array, bits: Uint8Array, at: number): void {
  const count = flags.length;
  for (let i = 0, to = at; i < count; i += 8, to++) {
    const end = Math.min(i + 8, count);
    let byte = 0;
    for (let k = i; k < end; k++) byte |= flags[k]! << (k - i);
    bits[to] = byte;
  }
}

/** The inverse of `packFlagsInto` for `length` flags. */
export function unpackFlags(bits: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => ((bits[i >> 3] ?? 0) >> (i & 7)) & 1);
}
