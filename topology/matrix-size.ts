/** A nullable double: one byte for the branch, eight for the value. */
const RHO_BYTES = 9;
/** A strong pair costs about 20 bytes more; this allows for every fifth pair being strong. */
const STRONG_PAIR_BYTES_A_PAIR = 4;
/** Names, times, version, metrics, array lengths. */
const FIXED_BYTES = 256;

/** The bytes to allow for one encoded correlation matrix of these symbols: about 15 a pair. */
export function matrixBytes(symbols: readonly string[], window: number): number {
  const pairs = (symbols.length * (symbols.length + 1)) / 2;
  const names = symbols.reduce((sum, symbol) => sum + Buffer.byteLength(symbol) + 2, 0);
  // Each symbol is named in `symbols`, may be named in `missing`, and has a standard deviation.
  return FIXED_BYTES + 2 * names + symbols.length * RHO_BYTES + pairs * (RHO_BYTES + zigzagBytes(window) + STRONG_PAIR_BYTES_A_PAIR);
}

/** Bytes of Avro's variable-length form of a count up to `most`. */
function zigzagBytes(most: number): number {
  return Math.ceil(Math.log2(2 * most + 1) / 7);
}
