import type { ExpectedRecord } from '../reference.ts';
import type { StoredRecord } from '../segments.ts';
import type { View } from '../view.ts';

/**
 * Committed keys and values are, in order per partition (matrices: per universe and timeframe), those of the in-process driver, byte for byte. At least
 * once they may repeat, but the first of each must come in that order, and nothing else.
 */
export function checkReplay(view: View): string[] {
  const { run } = view;
  const { clean, features, matrices } = run.reference;
  const problems: string[] = [];
  const compare = (what: string, actual: readonly StoredRecord[], expected: readonly ExpectedRecord[]) => {
    const difference = firstDifference(run.isExactlyOnce ? actual : withoutRepeats(actual), expected);
    if (difference !== null) problems.push(`replay: ${what}: ${difference}`);
  };
  for (const [partition, { ledger }] of view.of('clean-ohlcv').entries()) {
    compare(`clean-ohlcv/${partition}`, ledger.committed, clean[partition]!);
  }
  for (const [partition, { ledger }] of view.of('features-tier1').entries()) {
    compare(`features-tier1/${partition}`, ledger.committed, features[partition]!);
  }
  const byKey = Map.groupBy(
    view.of('features-tier2').flatMap(({ ledger }) => ledger.committed),
    ({ key }) => String(key),
  );
  for (const key of new Set([...byKey.keys(), ...matrices.keys()])) {
    compare(`features-tier2 ${key}`, byKey.get(key) ?? [], matrices.get(key) ?? []);
  }
  return problems;
}

function firstDifference(actual: readonly StoredRecord[], expected: readonly ExpectedRecord[]): string | null {
  const at = expected.findIndex((record, i) => !isSame(actual[i], record));
  const counts = `${actual.length} records instead of ${expected.length}`;
  if (at !== -1) return `record ${at} (offset ${actual[at]?.offset ?? 'none'}) differs; ${counts}`;
  return actual.length === expected.length ? null : counts;
}

function isSame(actual: StoredRecord | undefined, expected: ExpectedRecord): boolean {
  return actual !== undefined && String(actual.key) === expected.key && actual.value !== null && expected.value.equals(actual.value);
}

/** The first of each (key, value), in order. */
export function withoutRepeats(records: readonly StoredRecord[]): StoredRecord[] {
  const seen = new Set<string>();
  return records.filter(({ key, value }) => {
    const text = `${key?.toString('hex')}:${value?.toString('hex')}`;
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}
