import type { StoredRecord } from '../segments.ts';
import { decodeAll, type View } from '../view.ts';
import { lettersOf } from './dead-letters.ts';
import { withoutRepeats } from './replay.ts';

/**
 * Per partition and timeframe: records in = accepted (LATE included: in a closed bar, in the open one, or too late for this timeframe) + duplicates +
 * rejected other than LATE + held + forwarded. All but the duplicates are counted in the log; those leave no trace, and must come to what the driver
 * dropped.
 */
export async function checkConservation(view: View): Promise<string[]> {
  const { run } = view;
  const { duplicates, forwardedFrom } = run.reference;
  const distinct = (records: readonly StoredRecord[]) => (run.isExactlyOnce ? records : withoutRepeats(records));
  const letters = await lettersOf(view);
  const problems: string[] = [];
  let held = 0;
  for (const [partition, { ledger }] of view.of('ticks').entries()) {
    const produced = run.input[partition]!.length;
    // At least once a record may also be sent on more than once.
    const records = produced + distinct(ledger.committed.slice(produced)).length;
    const bars = await decodeAll(run, 'clean-ohlcv', distinct(view.of('clean-ohlcv')[partition]!.ledger.committed));
    const newest = new Map(view.of('clean-changelog')[partition]!.ledger.committed.map((record) => [String(record.key), record]));
    const states = await decodeAll(run, 'clean-state', [...newest.values()]);
    const ofPartition = letters.filter((letter) => letter.partition === partition);
    const rejected = ofPartition.filter(({ reason }) => reason !== 'LATE').length;
    const heldHere = states.filter((state) => state.held !== null).length;
    held += heldHere;
    for (const timeframe of run.settings.domain.bars.timeframes) {
      const closed = bars.filter((bar) => bar.timeframe === timeframe).reduce((sum, bar) => sum + (bar.tick_count ?? 0), 0);
      const series = states.flatMap((state) => state.series).filter((one) => one.timeframe === timeframe);
      const open = series.flatMap((one) => one.open).reduce((sum, bar) => sum + (bar?.tick_count ?? 0), 0);
      const late = ofPartition.filter(({ reason, timeframes }) => reason === 'LATE' && timeframes.includes(timeframe)).length;
      const dropped = records - closed - open - late - rejected - heldHere - forwardedFrom[partition]!;
      if (dropped !== duplicates[partition]) {
        problems.push(
          `conservation: partition ${partition}, ${timeframe}: ${dropped} records unaccounted for, ${duplicates[partition]} were duplicates`,
        );
      }
    }
  }
  if (held !== run.reference.held) problems.push(`conservation: ${held} ticks held, ${run.reference.held} should be`);
  return problems;
}
