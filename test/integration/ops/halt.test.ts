import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { drive, lineDifferences, versions, writtenLines } from '../worker/golden-input.ts';
import { until } from '../worker/wait.ts';
import { BY_TEST, endsOf, openOperated, THREE_SYMBOLS, workedOffBut } from './operated.ts';
import { TickFlow } from './tick-flow.ts';

/** How soon a halt holds, ms: a promise of the kill switch, so the tests give it exactly that long. */
const HALT_LIMIT_MS = 1_000;

describe.each(['exactly_once', 'at_least_once'] as const)('under %s', (guarantee) => {
  it('a halted symbol is not emitted any more within a second, the others are; resumed, nothing is lost and nothing is there twice', async () => {
    const { installation, killSwitch } = await openOperated({ ...THREE_SYMBOLS, universes: [], runtime: { guarantee } });
    const workers = await Promise.all([installation.startWorker(), installation.startWorker()]);
    const halted = () => workers.reduce((sum, worker) => sum + worker.stats().halted, 0);
    const flow = new TickFlow(installation, ['AAA', 'BBB', 'CCC'], 1);
    flow.start();
    await until('all symbols have bars', async () => (await endsOf(installation, 'clean-ohlcv')).every((end) => end > 10));

    await killSwitch.halt(['AAA'], BY_TEST);
    await sleep(HALT_LIMIT_MS);
    expect(halted()).toBe(1);
    const [stopped, ...others] = await endsOf(installation, 'features-tier1');
    await until('the others have gone on', async () => {
      const [, ...now] = await endsOf(installation, 'features-tier1');
      return now.every((end, i) => end > others[i]! + 20);
    });
    expect((await endsOf(installation, 'features-tier1'))[0]).toBe(stopped);

    await killSwitch.resume(['AAA'], BY_TEST);
    await until('it has gone on', async () => (await endsOf(installation, 'features-tier1'))[0]! > stopped! + 20);
    expect(halted()).toBe(0);
    await flow.stop();
    await Promise.all(workers.map((worker) => worker.caughtUp()));
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(lineDifferences(await writtenLines(installation), drive(installation, flow.ticks))).toEqual([]);
  });

  it('a halt of everything stops bars, features and matrices within a second; resumed, the outputs are those of an undisturbed run', async () => {
    const { installation, killSwitch } = await openOperated({ ...THREE_SYMBOLS, runtime: { guarantee } });
    const worker = await installation.startWorker();
    const flow = new TickFlow(installation, ['AAA', 'BBB', 'CCC'], 2);
    flow.start();
    await until('there are matrices', () => worker.stats().matrices > 10);

    await killSwitch.halt(['*'], BY_TEST);
    await sleep(HALT_LIMIT_MS);
    const roles = ['clean-ohlcv', 'features-tier1', 'features-tier2', 'dead-letters'] as const;
    const ends = () => Promise.all(roles.map((role) => endsOf(installation, role)));
    const stopped = await ends();
    const { tasks, halted } = worker.stats();
    expect(halted).toBe(tasks);
    const { rounds } = flow;
    await until('ticks for many more bars have come', () => flow.rounds > rounds + 60);
    expect(await ends()).toEqual(stopped);

    await killSwitch.resume(['*'], BY_TEST);
    await flow.stop();
    await worker.caughtUp();
    await worker.stop();
    expect(lineDifferences(await writtenLines(installation), drive(installation, flow.ticks))).toEqual([]);
  });
});

it('a halt outlasts the workers: the next one begins nothing that is halted', async () => {
  const { installation, killSwitch } = await openOperated({ ...THREE_SYMBOLS, universes: [] });
  const flow = new TickFlow(installation, ['AAA', 'BBB', 'CCC'], 3);
  await flow.send(20);
  await installation.runToEnd();
  // Counted by records: whoever takes a task over writes markers, which move the ends of its partitions.
  const bars = async () => Map.groupBy(await installation.records('clean-ohlcv'), ({ partition }) => partition);
  const before = await bars();

  await killSwitch.halt(['BBB'], BY_TEST);
  await flow.send(20);
  for (let restart = 0; restart < 2; restart++) {
    const worker = await installation.startWorker();
    await workedOffBut(installation, 1);
    await until('all tasks have been restored', () => worker.stats().running === 3);
    expect(worker.stats().halted).toBe(1);
    await worker.stop();
    const now = await bars();
    expect([0, 1, 2].map((partition) => now.get(partition)!.length > before.get(partition)!.length)).toEqual([true, false, true]);
  }

  await killSwitch.resume(['BBB'], BY_TEST);
  await installation.runToEnd();
  expect(lineDifferences(await writtenLines(installation), drive(installation, flow.ticks))).toEqual([]);
});

it('symbols that share a partition halt together; one that falls elsewhere goes on', async () => {
  const { installation, killSwitch } = await openOperated({ timeframes: ['1s'], symbols: ['OWN'], shared_partitions: 1 });
  const worker = await installation.startWorker();
  const flow = new TickFlow(installation, ['XAU', 'XAG', 'OWN'], 4);
  await flow.send(20);
  await worker.caughtUp();
  expect(await killSwitch.find(['XAU'])).toEqual([{ symbol: 'XAU', partition: 0, together: ['XAG'] }]);
  await expect(killSwitch.find(['XAUU'])).rejects.toMatchObject({ message: /^there is no symbol XAUU/, hint: 'did you mean XAU?' });

  await killSwitch.halt(['XAU'], BY_TEST);
  await until('the worker knows', () => worker.stats().halted === 1);
  await flow.send(20);
  await workedOffBut(installation, 0);
  const bars = Map.groupBy(await installation.cleanBars(), ({ record }) => record.symbol);
  expect([...bars].map(([symbol, { length }]) => [symbol, length]).sort()).toEqual([
    ['OWN', 19],
    ['XAG', 9],
    ['XAU', 9],
  ]);

  await killSwitch.resume(['XAU'], BY_TEST);
  await worker.caughtUp();
  await worker.stop();
  expect(lineDifferences(await writtenLines(installation), drive(installation, flow.ticks))).toEqual([]);
});

it('the live idle timer closes no slot whose ticks wait in the log, neither during a halt nor after it', async () => {
  const { installation, killSwitch } = await openOperated({ timeframes: ['1s'], symbols: ['AAA'], live: { idle_ms: 0 } });
  const flow = new TickFlow(installation, ['AAA'], 7, { startMs: Math.floor((Date.now() - 120_000) / 1_000) * 1_000, stepMs: 20 });
  const worker = await installation.startWorker();
  await flow.send(50);
  await until('the first slot is closed by the timer', async () => (await installation.cleanBars()).length > 0);

  await killSwitch.halt(['AAA'], BY_TEST);
  await until('the worker knows', () => worker.stats().halted === 1);
  const before = await endsOf(installation, 'clean-ohlcv');
  await sleep(HALT_LIMIT_MS);
  expect(await endsOf(installation, 'clean-ohlcv')).toEqual(before);

  // The timer has closed slots up to the present: the next ticks are later than that.
  const { record: last } = (await installation.cleanBars()).at(-1)!;
  const next = new TickFlow(installation, ['AAA'], 8, { startMs: last.timestamp_utc, stepMs: 20 });
  await next.send(5_000);
  await killSwitch.resume(['AAA'], BY_TEST);
  await worker.caughtUp();
  expect((await installation.deadLetters()).map(({ record }) => record.reason)).toEqual([]);
});

it('matrices go out partial without a halted symbol, and are corrected when it comes again', async () => {
  const { installation, killSwitch } = await openOperated({ ...THREE_SYMBOLS, corrections: 'all' });
  const worker = await installation.startWorker();
  const flow = new TickFlow(installation, ['AAA', 'BBB', 'CCC'], 5);
  await flow.send(40);
  await worker.caughtUp();

  await killSwitch.halt(['AAA'], BY_TEST);
  await until('the worker knows', () => worker.stats().halted === 1);
  await flow.send(40);
  // 39 bars a symbol; a matrix without AAA waits until some symbol is two slots past it.
  await until('the others have their matrices', async () => (await installation.matrices()).length >= 37);
  const meanwhile = (await installation.matrices()).map(({ record }) => record);
  expect(meanwhile.slice(0, 19).every(({ completeness }) => completeness === 'complete')).toBe(true);
  expect(meanwhile.slice(19).map(({ completeness, missing }) => ({ completeness, missing }))).toEqual(
    Array(18).fill({ completeness: 'partial', missing: ['AAA'] }),
  );

  await killSwitch.resume(['AAA'], BY_TEST);
  await worker.caughtUp();
  await worker.stop();
  const matrices = await installation.matrices();
  const numbers = versions(matrices).get('three/1s')!;
  expect(numbers).toEqual(numbers.map((_, i) => i + 1));

  // The newest version of every T is what a run that was never halted gives.
  const newest = new Map(matrices.map(({ record }) => [record.window_end, record]));
  const undisturbed = await openOperated({ ...THREE_SYMBOLS, corrections: 'all' });
  await new TickFlow(undisturbed.installation, ['AAA', 'BBB', 'CCC'], 5).send(80);
  await undisturbed.installation.runToEnd();
  const wanted = (await undisturbed.installation.matrices()).map(({ record }) => record);
  expect(wanted).toHaveLength(39);
  expect(wanted.map(({ window_end }) => newest.get(window_end)).map(numbersOf)).toEqual(wanted.map(numbersOf));
});

/** What a matrix says of the market. */
function numbersOf<T extends { rho: unknown; n_obs: unknown; std: unknown }>(matrix: T | undefined): object | undefined {
  return matrix && { rho: matrix.rho, n_obs: matrix.n_obs, std: matrix.std };
}

it('a worker of the joins that starts under a halt of everything emits no matrix before the resume, whatever waits for it', async () => {
  const { installation, killSwitch } = await openOperated(THREE_SYMBOLS);
  const flow = new TickFlow(installation, ['AAA', 'BBB', 'CCC'], 9);
  await flow.send(80);
  await installation.runToEnd('clean');
  await installation.runToEnd('tier1');

  await killSwitch.halt(['*'], BY_TEST);
  const joins = await installation.startWorker('tier2');
  await until('the join is at work', () => joins.stats().running === 1);
  await sleep(HALT_LIMIT_MS);
  expect(joins.stats()).toMatchObject({ halted: 1, matrices: 0 });

  await killSwitch.resume(['*'], BY_TEST);
  await joins.caughtUp();
  await joins.stop();
  expect(lineDifferences(await writtenLines(installation), drive(installation, flow.ticks))).toEqual([]);
});
