/** What a cell shows where there is no value. */
export const NO_VALUE = '·';

/** A UTC time in epoch ms, to the second; times beyond the calendar are shown as they are. */
export function isoSecond(timestampUtc: number): string {
  const date = new Date(timestampUtc);
  return Number.isNaN(date.getTime()) ? String(timestampUtc) : `${date.toISOString().slice(0, 19)}Z`;
}

/** What anybody may have produced does not get to steer the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '·');
}
