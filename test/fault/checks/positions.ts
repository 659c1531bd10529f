import type { Run } from '../run.ts';
import { viewsOf } from '../view.ts';
import { withoutRepeats } from './replay.ts';

const LIMIT_MS = 10_000;

/**
 * Committed offsets are never ahead of outputs: what the group says is worked off has its bars in the log (exactly once: those and no more). Asked
 * while no worker runs; markers of the last commit may take a moment.
 */
export async function checkPositions(run: Run): Promise<string[]> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const problems = await compare(run);
    if (problems.length === 0 || performance.now() > end) return problems;
  }
}

async function compare(run: Run): Promise<string[]> {
  const positions = await run.positions();
  return viewsOf(run, 'clean-ohlcv').flatMap(({ ledger }, partition) => {
    const barsAfter = run.reference.barsAfter[partition]!;
    const bars = run.isExactlyOnce ? ledger.committed.length : withoutRepeats(ledger.committed).length;
    // What was sent on lies behind the input and closes no bar.
    const due = barsAfter[Math.min(positions[partition] ?? 0, barsAfter.length - 1)]!;
    if (run.isExactlyOnce ? bars === due : bars >= due) return [];
    return [`positions: ticks/${partition} is worked off up to ${positions[partition]}, which makes ${due} bars; the log has ${bars}`];
  });
}
