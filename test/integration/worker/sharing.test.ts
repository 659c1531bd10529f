import { describe, expect, test } from 'vitest';
import { MINUTE, tickAt, utc } from '../../unit/domain/support.ts';
import { drive, lineDifferences, readGoldenInput, sendTicks, versions, writtenLines } from './golden-input.ts';
import { Installation } from './installation.ts';
import { until } from './wait.ts';

test('two workers share the partitions; when one leaves, the other goes on where it was, and nothing comes twice', async () => {
  const { ticks, file } = await readGoldenInput('synth_adversarial');
  // Small steps: there is work left for the second worker when it comes.
  const installation = await Installation.open({ ...file, runtime: { commit_records: 20, fetch_max_bytes_per_partition: 1_024 } });
  const tasks = installation.topology.topics.ticks.partitions + installation.topology.joins.length;
  await sendTicks(installation, ticks);

  const first = await installation.startWorker();
  await until('the first worker is under way', () => first.stats().taken > 0);
  const second = await installation.startWorker();
  await until('the second worker is under way', () => second.stats().taken > 0);
  expect(first.stats().taken).toBeLessThan(ticks.length);
  await until('they have divided the partitions', () => first.stats().tasks + second.stats().tasks === tasks);
  await first.stop();
  await until('the second worker has all partitions', () => second.stats().tasks === tasks);
  await second.caughtUp();
  await second.stop();

  expect(lineDifferences(await writtenLines(installation), drive(installation, ticks))).toEqual([]);
});

test('symbols that are not listed live on the shared partitions, each with a state of its own', async () => {
  const { ticks, file } = await readGoldenInput('synth_grace_restart');
  const symbols = file.symbols as string[];
  const installation = await Installation.open({ ...file, symbols: symbols.slice(0, 1), shared_partitions: 2 });
  expect(installation.partitionOf(symbols[0]!)).toBe(2);
  const shared = symbols.slice(1).map((symbol) => installation.partitionOf(symbol));
  // Three symbols on two partitions: some share one.
  expect(shared.every((partition) => partition < 2)).toBe(true);
  await sendTicks(installation, ticks);

  const worker = await installation.startWorker();
  await until('the worker is under way', () => worker.stats().taken > ticks.length / 4);
  await worker.stop();
  await installation.runToEnd();

  expect(lineDifferences(await writtenLines(installation), drive(installation, ticks))).toEqual([]);
});

test('a symbol that never ticks holds no matrix back for ever: it goes out partial and says who is missing', async () => {
  const start = utc('2024-03-05T10:00');
  const installation = await Installation.open({
    timeframes: ['1m'],
    symbols: ['EURUSD', 'GHOST', 'USDJPY'],
    universes: [{ name: 'three', symbols: ['EURUSD', 'GHOST', 'USDJPY'] }],
    window: 4,
    min_obs: 2,
  });
  const ticksOf = (symbol: string, minutes: number) =>
    Array.from({ length: minutes }, (_, i) => tickAt(start + i * MINUTE, 1 + ((i * 7) % 5) / 1_000, { symbol }));
  await sendTicks(installation, [...ticksOf('EURUSD', 10), ...ticksOf('USDJPY', 8)]);

  const worker = await installation.startWorker();
  await worker.caughtUp();

  // EURUSD has closed the bar of minute 9; with a grace of two slots, T's up to minute 7 go out.
  const matrices = (await installation.matrices()).map(({ record }) => record);
  expect(matrices.map(({ version, window_end }) => [version, (window_end - start) / MINUTE])).toEqual(
    [1, 2, 3, 4, 5, 6, 7].map((t) => [t, t]),
  );
  for (const { completeness, missing } of matrices) expect([completeness, missing]).toEqual(['partial', ['GHOST']]);

  // It comes after all, at minute 8: what is pending is complete then.
  await sendTicks(
    installation,
    [9, 10].map((minute) => tickAt(start + minute * MINUTE, 2, { symbol: 'GHOST' })),
  );
  await sendTicks(
    installation,
    [8, 9, 10].map((minute) => tickAt(start + minute * MINUTE, 1, { symbol: 'USDJPY' })),
  );
  await sendTicks(installation, [tickAt(start + 10 * MINUTE, 1)]);
  await worker.caughtUp();
  await worker.stop();
  const last = (await installation.matrices()).at(-1)!.record;
  expect([last.completeness, last.missing, (last.window_end - start) / MINUTE]).toEqual(['complete', [], 10]);
});

describe('state that was made under other settings is made anew from the retained input', () => {
  test('tier 1: rows that were written stay, later ones follow the new settings', async () => {
    const { ticks, file } = await readGoldenInput('ecb_daily_fx_spread');
    const installation = await Installation.open(file);
    const half = Math.floor(ticks.length / 2);
    await sendTicks(installation, ticks.slice(0, half));
    await installation.runToEnd();
    const before = await writtenLines(installation);
    await sendTicks(installation, ticks.slice(half));

    await installation.runToEnd('all', { normalizer: 'robust' });

    const after = await writtenLines(installation);
    const old = drive(installation, ticks);
    const robust = await Installation.open({ ...file, normalizer: 'robust' });
    const renewed = drive(robust, ticks);
    for (const [partition, lines] of after.tier1) {
      const written = before.tier1.get(partition)!.length;
      expect(lines.slice(0, written)).toEqual(old.tier1.get(partition)!.slice(0, written));
      expect(valuesOf(lines.slice(written))).toEqual(valuesOf(renewed.tier1.get(partition)!.slice(written)));
    }
    expect(lineDifferences({ ...after, tier1: new Map() }, { ...old, tier1: new Map() })).toEqual([]);
  });

  test('the join: matrices that were written stay, and versions go on', async () => {
    const { ticks, file } = await readGoldenInput('ecb_daily_fx_spread');
    const installation = await Installation.open(file);
    const half = Math.floor(ticks.length / 2);
    await sendTicks(installation, ticks.slice(0, half));
    await installation.runToEnd();
    const written = (await installation.matrices()).length;
    await sendTicks(installation, ticks.slice(half));

    await installation.runToEnd('all', { window: 30 });

    const matrices = await installation.matrices();
    const ofStream = versions(matrices).get('ecb8/1D')!;
    expect(ofStream).toEqual(ofStream.map((_, i) => i + 1));
    expect(matrices.map(({ record }) => record.window)).toEqual(matrices.map((_, i) => (i < written ? file.window : 30)));
    const ends = matrices.map(({ record }) => record.window_end);
    expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
  });
});

/** Lines without the schema id, which is each installation's own. */
function valuesOf(lines: readonly string[]): string[] {
  return lines.map((line) => Buffer.from(line.split(' ')[2]!, 'base64').subarray(5).toString('base64'));
}
