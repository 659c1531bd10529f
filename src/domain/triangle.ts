/** Values in an upper triangle with its diagonal. */
export function triangleSize(symbols: number): number {
  return (symbols * (symbols + 1)) / 2;
}

/** Index of the pair a <= b in an upper triangle with its diagonal, row by row. */
export function triangleIndex(a: number, b: number, symbols: number): number {
  return a * symbols - (a * (a - 1)) / 2 + (b - a);
}
