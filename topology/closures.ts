import type { Closure } from '../src/domain/settings.ts';

/** A closure as the file writes it. */
export type ClosureEntry = readonly [number, number] | { readonly from: number | string; readonly to: number | string };

/** A calendar date, or an instant that names its offset: one without would mean something else on every machine. */
const ISO_INSTANT = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Epoch ms of a closure's end: a number is taken as it is, a date without time is midnight UTC. NaN where the text is no such instant. */
export function instantOf(value: number | string): number {
  if (typeof value === 'number') return value;
  const date = ISO_INSTANT.exec(value)?.[1];
  if (date === undefined) return Number.NaN;
  const midnight = Date.parse(date);
  // Date.parse rolls 2026-02-30 over into March.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return Number.NaN;
  return Date.parse(value);
}

/** The closure in epoch ms, NaN where an instant is not readable. */
export function closureOf(entry: ClosureEntry): Closure {
  const [from, to] = 'from' in entry ? [entry.from, entry.to] : entry;
  return { fromMs: instantOf(from), toMs: instantOf(to) };
}
