import { describe, expect, test } from 'vitest';
import { uniform } from '../../property/hostile.ts';
import { drive, lineDifferences, readGoldenInput, sendTicks, versions, withoutRepeats, writtenLines } from './golden-input.ts';
import { Installation } from './installation.ts';
import { runUntilKilled } from './killed-worker.ts';
import { until } from './wait.ts';

const GUARANTEES = ['exactly_once', 'at_least_once'] as const;

/** Some counts below `total`, rising, drawn with a seed. */
function cuts(seed: number, total: number, count: number): number[] {
  const random = uniform(seed);
  return Array.from({ length: count }, () => Math.floor(total * random())).sort((a, b) => a - b);
}

describe.each(GUARANTEES)('under %s', (guarantee) => {
  test.each(['synth_adversarial', 'synth_grace_restart'])(
    'a worker that is stopped and started again and again changes no number: %s',
    async (name) => {
      const { ticks, file } = await readGoldenInput(name);
      const installation = await Installation.open({ ...file, runtime: { guarantee } });
      await sendTicks(installation, ticks);

      let taken = 0;
      for (const share of [0.1, 0.15, 0.2]) {
        const worker = await installation.startWorker();
        await until('the worker has taken its share', () => worker.stats().taken >= share * ticks.length);
        await worker.stop();
        taken += worker.stats().taken;
      }
      expect(taken).toBeLessThan(ticks.length);
      await installation.runToEnd();

      expect(lineDifferences(await writtenLines(installation), drive(installation, ticks))).toEqual([]);
    },
  );

  test('an input that comes in parts, the worker stopped in between, gives the same as one that comes at once', async () => {
    const { ticks, file } = await readGoldenInput('ecb_daily_fx_spread');
    const installation = await Installation.open({ ...file, runtime: { guarantee } });

    const ends = [...cuts(20_261_123, ticks.length, 4), ticks.length];
    for (const [i, end] of ends.entries()) {
      await sendTicks(installation, ticks.slice(ends[i - 1] ?? 0, end));
      await installation.runToEnd();
    }

    expect(lineDifferences(await writtenLines(installation), drive(installation, ticks))).toEqual([]);
    const ofStream = versions(await installation.matrices()).get('ecb8/1D')!;
    expect(ofStream).toEqual(ofStream.map((_, i) => i + 1));
  });
});

// Each kill is noticed when the session times out: both tests wait for that at the same time.
describe.concurrent('a worker that is killed', () => {
  test('under exactly_once leaves nothing twice and nothing out', async ({ onTestFinished }) => {
    const { ticks, file } = await readGoldenInput('synth_adversarial');
    const installation = await Installation.open(file, onTestFinished);
    await sendTicks(installation, ticks);

    await runUntilKilled(installation, 'before-end-transaction', 12);
    await runUntilKilled(installation, 'after-produce', 20);
    await installation.runToEnd();

    expect(lineDifferences(await writtenLines(installation), drive(installation, ticks))).toEqual([]);
  });

  test('under at_least_once may repeat records, byte for byte, and leaves nothing out', async ({ onTestFinished }) => {
    const { ticks, file } = await readGoldenInput('synth_adversarial');
    const installation = await Installation.open({ ...file, runtime: { guarantee: 'at_least_once' } }, onTestFinished);
    await sendTicks(installation, ticks);

    await runUntilKilled(installation, 'after-outputs', 12);
    await runUntilKilled(installation, 'after-changelog', 20);
    await installation.runToEnd();

    expect(lineDifferences(withoutRepeats(await writtenLines(installation)), drive(installation, ticks))).toEqual([]);
  });
});
