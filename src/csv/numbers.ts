const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
]);
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The double that a cell holds, nan and inf among them; undefined where it holds none (an empty cell, other text). */
export function parseDouble(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  return SPECIAL.get(text.toLowerCase());
}

/** The whole number that a cell holds, undefined where it holds none or one that a double cannot tell from its neighbours. */
export function parseInteger(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The shortest decimal text that reads back as the same double; a null (NaN) is an empty cell. */
export function formatDouble(value: number): string {
  return Number.isNaN(value) ? '' : String(value);
}
