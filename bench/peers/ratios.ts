import type { Guarantee } from '../lib/installation.ts';
import { GUARANTEES } from '../lib/installation.ts';
import type { Row } from '../lib/result.ts';
import { rounded } from '../lib/statistics.ts';

/** How we compare, by guarantee; null where one of the two was not measured. */
export type Ratios = Readonly<Record<Guarantee, number | null>>;

/** A figure of `ours` in one variant divided by that of `theirs`, for each guarantee. */
export function ratiosOf(rows: readonly Row[], figure: string, ours: string, theirs: string): Ratios {
  const ratios = GUARANTEES.map((guarantee): [Guarantee, number | null] => {
    const of = (peer: string) => rows.find((row) => row.peer === peer && row.guarantee === guarantee)?.[figure];
    return [guarantee, ratio(of(ours), of(theirs))];
  });
  return Object.fromEntries(ratios) as Ratios;
}

/** Null where either is no number, or the second is 0. */
export function ratio(a: Row[string] | undefined, b: Row[string] | undefined): number | null {
  return typeof a === 'number' && typeof b === 'number' && b !== 0 ? rounded(a / b, 3) : null;
}
