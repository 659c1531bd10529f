import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drive, type GoldenInput, lineDifferences, readGoldenInput, sendTicks, writtenLines } from './golden-input.ts';
import { Installation, type SettingsObject } from './installation.ts';
import { refusal } from './refusal.ts';

const SPLIT = ['clean', 'tier1', 'tier2'] as const;

describe('the stages run by three workers', () => {
  let input: GoldenInput;
  let installation: Installation;

  beforeAll(async () => {
    // Nine symbols, one of which never comes: the join looks through two groups to find out.
    input = await readGoldenInput('synth_adversarial');
    installation = await Installation.open(input.file, afterAll);
    await sendTicks(installation, input.ticks);
  });

  test('give what one worker gives, and keep a worker of all stages out while they run', async () => {
    const workers = [];
    for (const stages of SPLIT) workers.push(await installation.startWorker(stages));

    const { message, hint } = await refusal(installation.startWorker('all'));
    expect(message).toMatch(/^stage set clean is running \(group .*, 1 members\) and shares stages with all$/);
    expect(hint).toContain('stop those workers');

    for (const worker of workers) await worker.caughtUp();
    for (const worker of workers) await worker.stop();
    expect(lineDifferences(await writtenLines(installation), drive(installation, input.ticks))).toEqual([]);
  });

  test('and keep it out after they have worked: two sets would write every output twice', async () => {
    const { message, hint } = await refusal(installation.startWorker('all'));
    expect(message).toMatch(/^stage set clean has worked on these topics/);
    expect(hint).toContain('--stages clean');
    expect(hint).toContain('arbitrex reset');
  });
});

test('a worker of all stages keeps each of the others out, while it runs and afterwards', async () => {
  const { ticks, file } = await readGoldenInput('eurusd_ticks');
  const installation = await Installation.open(file);
  await sendTicks(installation, ticks);
  const worker = await installation.startWorker('all');
  await worker.caughtUp();

  for (const stages of SPLIT) {
    expect((await refusal(installation.startWorker(stages))).message).toMatch(/^stage set all is running/);
  }
  await worker.stop();
  for (const stages of SPLIT) {
    expect((await refusal(installation.startWorker(stages))).message).toMatch(/^stage set all has worked on these topics/);
  }
});

describe('topics that are not as the settings ask for', () => {
  const file: SettingsObject = { timeframes: ['1m'], symbols: ['EURUSD'] };

  test('an absent one is named, with what to do', async () => {
    const installation = await Installation.open(file);
    await installation.admin.deleteTopics([installation.topic('tier1-changelog')]);

    const { message, hint } = await refusal(installation.startWorker());
    expect(message).toBe(`Kafka has no topic ${installation.topic('tier1-changelog')}`);
    expect(hint).toBe('run `arbitrex topology apply`');
  });

  test('one with too few partitions is named, with what to do', async () => {
    const installation = await Installation.open(file);

    const { message, hint } = await refusal(installation.startWorker('all', { symbols: ['EURUSD', 'USDJPY'] }));
    expect(message).toBe(`topic ${installation.topic('ticks')} has 1 partitions, the settings ask for 2`);
    expect(hint).toBe('run `arbitrex topology apply`');
  });
});
