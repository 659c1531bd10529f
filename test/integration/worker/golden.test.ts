import { describe, expect, test } from 'vitest';
import { compareOutputs, inLines } from '../../golden/compare.ts';
import {
  drive,
  lineDifferences,
  readGoldenInput,
  rowsByPosition,
  sendTicks,
  withoutDuplicates,
  writtenLines,
  writtenOutputs,
} from './golden-input.ts';
import { Installation } from './installation.ts';
import { tickBytes } from './outgoing-ticks.ts';

// Ticks stamped years ago and years ahead are among them.
const CASES = ['ecb_daily_fx_spread', 'synth_adversarial', 'eurusd_ticks', 'synth_grace_restart'];

describe.each(CASES)('%s through Kafka', (name) => {
  test('gives the numbers of the golden case, and those of the in-process driver to the bit', async () => {
    const { golden, ticks, file } = await readGoldenInput(name);
    const installation = await Installation.open(file);
    await sendTicks(installation, ticks);

    await installation.runToEnd();

    expect(inLines(compareOutputs(withoutDuplicates(golden), await writtenOutputs(installation, ticks)))).toEqual([]);
    expect(lineDifferences(await writtenLines(installation), drive(installation, ticks))).toEqual([]);

    // Nothing of the input was deleted or refused for its time stamp.
    expect(await installation.records('ticks')).toHaveLength(ticks.length);

    const rowAt = rowsByPosition(installation, ticks);
    for (const { key, record } of await installation.deadLetters()) {
      const tick = ticks[rowAt.get(`${record.partition}@${record.offset}`)! - 1]!;
      expect(record.topic).toBe(installation.topic('ticks'));
      expect(record.value).toEqual(tickBytes(installation.tickSchemaId, tick));
      expect(record.key).toEqual(Buffer.from(tick.symbol));
      expect(record.timestamp).toBe(Math.max(0, tick.eventTime));
      expect(key).toEqual(record.key);
    }
  });
});
