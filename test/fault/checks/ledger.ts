import type { StoredRecord } from '../segments.ts';
import { DATA_ROLES, readCommitted, type View } from '../view.ts';

/** Our read_committed reader sees every committed record of the log, and not one of an aborted transaction. */
export async function checkLedger(view: View): Promise<string[]> {
  const problems: string[] = [];
  for (const role of DATA_ROLES) {
    const read = await readCommitted(view.run, role);
    for (const [partition, { ledger }] of view.of(role).entries()) {
      const aborted = new Set(ledger.aborted.map(({ offset }) => offset));
      const leaked = read[partition]!.filter(({ offset }) => aborted.has(offset)).length;
      if (leaked > 0) problems.push(`ledger: ${role}/${partition}: ${leaked} aborted records were read`);
      else if (!areSame(read[partition]!, ledger.committed)) {
        problems.push(
          `ledger: ${role}/${partition}: ${read[partition]!.length} records read, ${ledger.committed.length} committed, or others`,
        );
      }
    }
  }
  return problems;
}

function areSame(read: readonly StoredRecord[], stored: readonly StoredRecord[]): boolean {
  const same = (a: Buffer | null, b: Buffer | null) => (a === null || b === null ? a === b : a.equals(b));
  return (
    read.length === stored.length &&
    read.every(({ offset, key, value }, i) => offset === stored[i]!.offset && same(key, stored[i]!.key) && same(value, stored[i]!.value))
  );
}
