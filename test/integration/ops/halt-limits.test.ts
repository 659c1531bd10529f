import { expect, it } from 'vitest';
import { emptyTick } from '../../../src/domain/tick.ts';
import type { Installation } from '../worker/installation.ts';
import { type OutgoingTick, outgoing } from '../worker/outgoing-ticks.ts';
import { until } from '../worker/wait.ts';
import { BY_TEST, openOperated, workedOffBut } from './operated.ts';
import { TickFlow } from './tick-flow.ts';

const SETTINGS = { timeframes: ['1s'], symbols: ['AAA', 'BBB'] };

/** Ticks whose ask is below their bid. */
function crossed({ tickSchemaId }: Installation, symbol: string, count: number): OutgoingTick[] {
  const tick = { ...emptyTick(), symbol, eventTime: Date.UTC(2026, 0, 5), bid: 2, ask: 1 };
  return Array.from({ length: count }, () => outgoing(tickSchemaId, tick));
}

it('a symbol whose share of dead letters is over the limit is halted by the worker, for every worker, and no other symbol is', async () => {
  const halts = { max_dead_letter_share: 0.5, dead_letter_window: 20, dead_letter_min_records: 10 };
  const { installation, killSwitch } = await openOperated({ ...SETTINGS, halts });
  const worker = await installation.startWorker();
  const flow = new TickFlow(installation, ['AAA', 'BBB'], 6);
  await flow.send(20);
  await installation.send(...crossed(installation, 'BBB', 10));
  await worker.caughtUp();
  expect(killSwitch.halts()).toEqual([]);

  await installation.send(...crossed(installation, 'BBB', 1));
  await until('the halt can be read', () => killSwitch.of('BBB') !== null);
  expect(killSwitch.halts()).toMatchObject([
    {
      target: 'BBB',
      reason: '11 of its last 20 records went to dead-letters, halts.max_dead_letter_share is 0.5',
      requestedBy: expect.stringMatching(/^arbitrex worker \d+, .+@.+/),
    },
  ]);
  expect(worker.stats().halted).toBe(1);

  await flow.send(20);
  await workedOffBut(installation, 1);
  const bars = () =>
    installation.cleanBars().then((all) => all.map(({ record }) => record.symbol).filter((symbol) => symbol === 'BBB').length);
  expect(await bars()).toBe(9);
  await worker.stop();

  await killSwitch.resume(['BBB'], BY_TEST);
  await installation.runToEnd();
  expect(await bars()).toBe(19);
  expect(await installation.deadLetters()).toHaveLength(11);
});

it('a tick of a schema that the registry does not know halts its symbol where the settings ask for it', async () => {
  const { installation, killSwitch } = await openOperated({ ...SETTINGS, halts: { on_schema_refusal: true } });
  const worker = await installation.startWorker();
  await installation.send(outgoing(999_999, { ...emptyTick(), symbol: 'AAA', eventTime: 0, bid: 1, ask: 1 }));
  await until('the halt can be read', () => killSwitch.of('AAA') !== null);
  expect(killSwitch.of('AAA')?.reason).toBe('the registry does not know the schema of its tick at offset 0 of partition 0');
  await until('its dead letter is there', async () => (await installation.deadLetters()).length === 1);
  expect(worker.stats()).toMatchObject({ tasks: 2, halted: 1 });
});

it('without limits nothing is halted, however bad the ticks are', async () => {
  const { installation, killSwitch } = await openOperated(SETTINGS);
  await installation.send(...crossed(installation, 'AAA', 300));
  await installation.runToEnd();
  expect(await installation.deadLetters()).toHaveLength(300);
  expect(killSwitch.halts()).toEqual([]);
});
