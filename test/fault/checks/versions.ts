import { decodeAll, type View } from '../view.ts';
import { withoutRepeats } from './replay.ts';

/** Versions of a universe and timeframe start at 1 and go up by 1: no gap, no repeat (at least once: a repeat has the same value). */
export async function checkVersions(view: View): Promise<string[]> {
  const { run } = view;
  const stored = view.of('features-tier2').flatMap(({ ledger }) => ledger.committed);
  const byKey = Map.groupBy(run.isExactlyOnce ? stored : withoutRepeats(stored), ({ key }) => String(key));
  const problems: string[] = [];
  for (const [key, records] of byKey) {
    const matrices = await decodeAll(run, 'features-tier2', records);
    const at = matrices.findIndex(({ version }, i) => version !== i + 1);
    if (at !== -1) problems.push(`versions: ${key}: version ${matrices[at]!.version} where ${at + 1} should be`);
  }
  return problems;
}
