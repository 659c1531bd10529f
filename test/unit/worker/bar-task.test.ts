import { describe, expect, test } from 'vitest';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { type CleanOhlcv, type DeadLetter, schemas } from '../../../src/codec/generated/records.ts';
import type { DomainSettings } from '../../../src/domain/settings.ts';
import type { InputRecord } from '../../../src/runtime/ports.ts';
import { BarTask } from '../../../src/worker/bar-task.ts';
import type { CommitLimits } from '../../../src/worker/input-progress.ts';
import { barSettings, cleanBar, HOUR, MINUTE } from '../domain/support.ts';
import { recordsOf } from '../records.ts';
import { domainSettings } from '../runtime/support.ts';
import { batchOf, codecFor, ourSchemas, Topics } from './support.ts';

const DOMAIN = domainSettings(barSettings({ timeframes: ['1m', '1H'] }));
/** Another definition of every row, which needs fewer of them saved. */
const ROBUST: DomainSettings = { ...DOMAIN, features: { ...DOMAIN.features, normalizer: 'robust', normWindow: 4 } };
const WIDE: CommitLimits = { records: 1_000_000, bytes: 1_000_000_000 };

/** A task as it is after a restore from what the topics hold. */
async function restoredTask(topics: Topics, { domain = DOMAIN, commitLimits = WIDE } = {}): Promise<BarTask> {
  const task = new BarTask({
    settings: domain.features,
    groupId: 'tier1',
    input: 'clean-ohlcv',
    deadLetters: 'dead-letters',
    features: { partition: 0, output: 'features-tier1', changelog: 'tier1-changelog' },
    codec: codecFor(domain),
    decoder: new RecordDecoder<CleanOhlcv>(ourSchemas(), schemas['clean-ohlcv']),
    commitLimits,
  });
  for (const record of topics.changelog('tier1-changelog')) task.restore({ topic: 'tier1-changelog', partition: 0 }, record);
  await task.restored(topics.committed);
  return task;
}

/** Two timeframes by turns: 1m bars, and a 1H bar after every tenth of them; offsets count from 0. */
function bars(count: number): InputRecord[] {
  const codec = codecFor(DOMAIN);
  const values = Array.from({ length: count }, (_, i) => {
    const close = 1 + Math.sin(i) / 100;
    const isHourly = i % 11 === 10;
    const fields = isHourly ? { timeframe: '1H' as const, timestampUtc: i * HOUR } : { timestampUtc: i * MINUTE };
    return codec.cleanBar(cleanBar(i, close, { ...fields, logReturn1: Math.cos(i) / 100, validBar: i % 7 !== 3 }));
  });
  return values.map((value, offset) => ({ offset, timestamp: 0, key: Buffer.from('EURUSD'), value, headers: [] }));
}

/** Feeds the input from where the task stands up to `end`; says how far it came. */
async function feed(task: BarTask, input: readonly InputRecord[], end = input.length): Promise<number> {
  const batch = batchOf('clean-ohlcv', 0, input.slice(task.nextOffset ?? 0, end));
  await task.prepare(batch);
  return task.process(batch, 0);
}

/** All rows that one task gives which is never stopped. */
async function undisturbed(input: readonly InputRecord[], domain = DOMAIN): Promise<string[]> {
  const topics = new Topics();
  const task = await restoredTask(topics, { domain });
  await feed(task, input);
  topics.commit(task.takeCommit());
  return topics.outputs.get('features-tier1')!;
}

const rows = (topics: Topics) => topics.outputs.get('features-tier1') ?? [];

describe('a bar task', () => {
  test('gives a row for every bar, in order, and commits the position after the last', async () => {
    const topics = new Topics();
    const task = await restoredTask(topics);
    expect(task.nextOffset).toBeNull();
    expect(task.hasWork()).toBe(false);
    await feed(task, bars(30));
    expect(task.hasWork()).toBe(true);
    const batch = task.takeCommit();
    expect(batch.outputs.map(({ topic, records }) => [topic, records.length])).toEqual([['features-tier1', 30]]);
    expect(batch.positions).toEqual([{ groupId: 'tier1', topic: 'clean-ohlcv', partition: 0, offset: 30 }]);
    expect(task.hasWork()).toBe(false);
  });

  test('commits a position that only moved over control records', async () => {
    const task = await restoredTask(new Topics());
    task.process({ topic: 'clean-ohlcv', partition: 0, records: recordsOf([]), nextOffset: 3 }, 0);
    expect(task.hasWork()).toBe(true);
    expect(task.takeCommit().positions[0]!.offset).toBe(3);
  });

  test('sends what is no bar to the dead letters, with the reason, and goes on', async () => {
    const topics = new Topics();
    const task = await restoredTask(topics);
    const input = bars(3);
    input[1] = { ...input[1]!, value: Buffer.from('no bar') };
    await feed(task, input);
    const { outputs, positions } = task.takeCommit();
    expect(outputs.map(({ topic, records }) => [topic, records.length])).toEqual([
      ['features-tier1', 2],
      ['dead-letters', 1],
    ]);
    expect(positions[0]!.offset).toBe(3);
    const decoder = new RecordDecoder<DeadLetter>(ourSchemas(), schemas['dead-letter']);
    const { value } = outputs[1]!.records[0]!;
    await decoder.prepare([value]);
    const { reason, stage, topic, offset, value: original } = decoder.decode(value);
    expect([reason, stage, topic, offset, String(original)]).toEqual(['UNDECODABLE', 'tier1', 'clean-ohlcv', 1, 'no bar']);
  });
});

describe('a full task stops in the middle of a batch, and goes on there once what waits is taken', () => {
  test('at its number of records', async () => {
    const task = await restoredTask(new Topics(), { commitLimits: { ...WIDE, records: 4 } });
    const input = batchOf('clean-ohlcv', 0, bars(10));
    await task.prepare(input);
    expect([task.isFull(), task.process(input, 0), task.isFull(), task.process(input, 4)]).toEqual([false, 4, true, 4]);
    expect(task.takeCommit().positions[0]!.offset).toBe(4);
    expect([task.isFull(), task.process(input, 4)]).toEqual([false, 8]);
    task.takeCommit();
    expect(task.process(input, 8)).toBe(10);
    expect(task.takeCommit().positions[0]!.offset).toBe(10);
  });

  test('at its bytes of output', async () => {
    const limit = 1_000;
    const task = await restoredTask(new Topics(), { commitLimits: { ...WIDE, bytes: limit } });
    const input = batchOf('clean-ohlcv', 0, bars(50));
    await task.prepare(input);
    expect(task.process(input, 0)).toBeLessThan(50);
    // Over the limit by less than what one input record gives.
    const sizes = task
      .takeCommit()
      .outputs[0]!.records.map(({ key, value, encodedHeaders }) => key!.length + value!.length + encodedHeaders!.length);
    expect(sum(sizes)).toBeGreaterThanOrEqual(limit);
    expect(sum(sizes.slice(0, -1))).toBeLessThan(limit);
  });
});

describe('a restored task', () => {
  test('goes on with the same bytes wherever the one before was cut, whatever that had taken since its last commit', async () => {
    const input = bars(240);
    const topics = new Topics();
    for (const cut of [1, 2, 40, 41, 120, 200]) {
      const task = await restoredTask(topics);
      await feed(task, input, cut);
      topics.commit(task.takeCommit());
      await feed(task, input, cut + 9);
    }
    const last = await restoredTask(topics);
    expect(last.nextOffset).toBe(200);
    await feed(last, input);
    topics.commit(last.takeCommit());
    expect(rows(topics)).toEqual(await undisturbed(input));
  });

  test('at least once: whose state is ahead of its position puts out nothing that it includes', async () => {
    const input = bars(60);
    const topics = new Topics();
    const first = await restoredTask(topics);
    await feed(first, input, 20);
    topics.commit(first.takeCommit());
    await feed(first, input, 40);
    const cut = first.takeCommit();
    topics.write(cut.outputs);
    topics.save(cut.changelog);

    const second = await restoredTask(topics);
    expect(second.nextOffset).toBe(20);
    await feed(second, input, 40);
    expect(second.takeCommit().outputs).toEqual([]);
    await feed(second, input);
    topics.commit(second.takeCommit());
    expect(rows(topics)).toEqual(await undisturbed(input));
  });
});

describe('state that cannot be used is made again from the retained input', () => {
  test('where it is lost: what was put out stays and does not come twice', async () => {
    const input = bars(90);
    const topics = new Topics();
    topics.committed = 50;
    const task = await restoredTask(topics);
    expect(task.nextOffset).toBeNull();
    await feed(task, input, 40);
    // Cut off now, it would begin anew: a half-made state is not saved.
    expect([task.hasWork(), task.isFull()]).toEqual([false, false]);
    await feed(task, input);
    topics.commit(task.takeCommit());
    expect(topics.committed).toBe(90);
    expect(rows(topics)).toEqual((await undisturbed(input)).slice(50));
  });

  test('where it was made under other settings: its records are deleted, and later rows follow the new ones', async () => {
    const input = bars(140);
    const topics = await committedRows(100);
    const saved = topics.changelog('tier1-changelog').map(({ key }) => String(key));
    const task = await restoredTask(topics, { domain: ROBUST, commitLimits: { ...WIDE, records: 1 } });
    expect(await feed(task, input)).toBe(101);
    const batch = task.takeCommit();
    const written = batch.changelog.flatMap(({ records }) => records.map(({ key }) => String(key)));
    expect(written).toEqual(expect.arrayContaining(saved));
    topics.commit(batch);
    const renewed = await undisturbed(input, ROBUST);
    expect(rows(topics)).toEqual([...(await undisturbed(input)).slice(0, 100), renewed[100]]);
  });
});

/** What lies in the topics after a task has committed that many bars. */
async function committedRows(count: number): Promise<Topics> {
  const topics = new Topics();
  const task = await restoredTask(topics);
  await feed(task, bars(count));
  topics.commit(task.takeCommit());
  return topics;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
