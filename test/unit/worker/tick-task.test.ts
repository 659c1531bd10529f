import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TickDecoder } from '../../../src/codec/tick-decoder.ts';
import type { DomainSettings } from '../../../src/domain/settings.ts';
import type { Tick } from '../../../src/domain/tick.ts';
import { murmur2Partition } from '../../../src/kafka/partitioner.ts';
import { EMITTED_DIGITS } from '../../../src/lineage/header-names.ts';
import type { CommitBatch, InputRecord } from '../../../src/runtime/ports.ts';
import type { CommitLimits } from '../../../src/worker/input-progress.ts';
import { TickTask } from '../../../src/worker/tick-task.ts';
import { PartitionTable } from '../../../topology/partition-table.ts';
import { seeds, uniform } from '../../property/hostile.ts';
import { hostileSettings, hostileTicks } from '../../property/hostile-ticks.ts';
import { barSettings, MINUTE, tickAt, utc } from '../domain/support.ts';
import { domainSettings } from '../runtime/support.ts';
import { batchOf, codecFor, ourSchemas, Topics, tickRecord } from './support.ts';

/** Both symbols live on the one shared partition. */
const SYMBOLS = ['A', 'B'];
const PARTITION = 0;
const START = utc('2024-03-05T10:00');
const CHANGELOGS = ['clean-changelog', 'tier1-changelog'];

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACED = [{ key: 'traceparent', value: Buffer.from(`00-${TRACE}-00f067aa0ba902b7-01`) }];

const WIDE: CommitLimits = { records: 1_000, bytes: 100_000_000 };

async function restoredTask(
  domain: DomainSettings,
  topics: Topics,
  { commitLimits = WIDE, idleMs = null as number | null } = {},
): Promise<TickTask> {
  const task = new TickTask({
    domain,
    groupId: 'group',
    clean: { partition: PARTITION, input: 'ticks', output: 'clean-ohlcv', deadLetters: 'dead-letters', changelog: 'clean-changelog' },
    features: { partition: PARTITION, output: 'features-tier1', changelog: 'tier1-changelog' },
    table: new PartitionTable({ sharedPartitions: 1, symbols: [] }, murmur2Partition),
    misrouted: 'forward',
    maxTickBytes: 1_000_000,
    codec: codecFor(domain),
    decoder: new TickDecoder(ourSchemas()),
    live: null,
    idleMs,
    commitLimits,
    haltLimits: null,
  });
  for (const topic of CHANGELOGS) {
    for (const record of topics.changelog(topic)) task.restore({ topic, partition: PARTITION }, record);
  }
  await task.restored(topics.committed);
  return task;
}

/** Feeds records from where the task stands up to `end`. */
async function feed(task: TickTask, records: readonly InputRecord[], end: number): Promise<void> {
  const batch = batchOf('ticks', PARTITION, records.slice(task.nextOffset ?? 0, end));
  await task.prepare(batch);
  task.process(batch, 0);
}

/** Ticks of two symbols by turns, as far as a record can hold them. */
function records(seed: number): InputRecord[] {
  const ticks = SYMBOLS.flatMap((symbol, i) =>
    hostileTicks(seed + i, 100).map((tick): Tick => (tick.symbol === '' ? tick : { ...tick, symbol })),
  );
  const random = uniform(seed);
  const order = ticks.map((tick, i) => ({ tick, at: (i % 100) + random() })).sort((a, b) => a.at - b.at);
  return order.filter(({ tick }) => Number.isFinite(tick.bid)).map(({ tick }, offset) => tickRecord(offset, tick));
}

/** What one task gives that is never stopped. */
async function undisturbed(domain: DomainSettings, input: readonly InputRecord[]): Promise<Map<string, string[]>> {
  const topics = new Topics();
  const task = await restoredTask(domain, topics);
  await feed(task, input, input.length);
  topics.commit(task.takeCommit());
  return topics.outputs;
}

const once = (outputs: ReadonlyMap<string, readonly string[]>) =>
  new Map([...outputs].map(([topic, lines]) => [topic, [...new Set(lines)]]));
const options = { numRuns: 20, seed: 20_261_123 };

describe('a tick task that is restored from its changelog', () => {
  test('goes on with the same bytes, wherever it was cut and whatever it had taken since its last commit', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const domain = domainSettings(hostileSettings(seed));
        const input = records(seed);
        const random = uniform(seed + 7);
        const topics = new Topics();
        for (let cut = 0; cut < input.length; cut += 1 + Math.floor(60 * random())) {
          const task = await restoredTask(domain, topics);
          await feed(task, input, cut);
          topics.commit(task.takeCommit());
          // Lost with the task: it is read again.
          await feed(task, input, Math.min(input.length, cut + 10));
        }
        const task = await restoredTask(domain, topics);
        await feed(task, input, input.length);
        topics.commit(task.takeCommit());
        expect(topics.outputs).toEqual(await undisturbed(domain, input));
      }),
      options,
    );
  });

  test('at least once: cut between outputs, states and position, it may repeat a record byte for byte, and leaves none out', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 0, max: 2 }), async (seed, writtenChangelogs) => {
        const domain = domainSettings(hostileSettings(seed));
        const input = records(seed);
        const topics = new Topics();
        const first = await restoredTask(domain, topics);
        await feed(first, input, 60);
        topics.commit(first.takeCommit());
        await feed(first, input, 120);
        const cut = first.takeCommit();
        topics.write(cut.outputs);
        topics.save(cut.changelog.slice(0, writtenChangelogs));

        const second = await restoredTask(domain, topics);
        await feed(second, input, input.length);
        topics.commit(second.takeCommit());
        const expected = await undisturbed(domain, input);
        for (const topic of ['clean-ohlcv', 'features-tier1']) {
          expect(new Set(topics.outputs.get(topic))).toEqual(new Set(expected.get(topic)));
        }
        // Dead letters name the offset of their record: those of one record are the same.
        expect(once(topics.outputs).get('dead-letters')?.toSorted()).toEqual(expected.get('dead-letters')?.toSorted());
      }),
      options,
    );
  });

  test('at least once: cut within the states of symbols that share a partition, it leaves nothing out', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const domain = domainSettings(hostileSettings(seed));
        const input = records(seed);
        const topics = new Topics();
        const first = await restoredTask(domain, topics);
        await feed(first, input, 120);
        const cut = first.takeCommit();
        topics.write(cut.outputs);
        const [tier1, clean] = [cut.changelog[0]!, cut.changelog.at(-1)!];
        topics.save(cut.changelog.length === 2 ? [tier1] : []);
        topics.save([{ topic: clean.topic, records: clean.records.slice(0, 1) }]);

        const second = await restoredTask(domain, topics);
        await feed(second, input, input.length);
        topics.commit(second.takeCommit());
        const expected = await undisturbed(domain, input);
        for (const topic of ['clean-ohlcv', 'features-tier1']) {
          expect(new Set(topics.outputs.get(topic))).toEqual(new Set(expected.get(topic)));
        }
      }),
      options,
    );
  });
});

describe('a full tick task', () => {
  /** Each tick closes a bar, and a hundred missing ones in the gap before it. */
  const domain = domainSettings(barSettings());
  const sparse = Array.from({ length: 20 }, (_, i) => tickRecord(i, tickAt(START + 100 * i * MINUTE, 1, { symbol: 'A' })));
  const limits = { records: 1_000, bytes: 20_000 };

  test('stops in the middle of a batch of ticks that close many slots each, and goes on there with the same bytes', async () => {
    const topics = new Topics();
    const task = await restoredTask(domain, topics, { commitLimits: limits });
    const batch = batchOf('ticks', PARTITION, sparse);
    await task.prepare(batch);
    const stops: number[] = [];
    for (let next = 0; next < sparse.length; stops.push(next)) {
      next = task.process(batch, next);
      topics.commit(task.takeCommit());
    }
    expect(stops.length).toBeGreaterThan(5);
    expect(topics.committed).toBe(sparse.length);
    expect(topics.outputs).toEqual(await undisturbed(domain, sparse));
  });

  test('closes no slot by the idle timer before a commit has made room', async () => {
    const task = await restoredTask(domain, new Topics(), { commitLimits: limits, idleMs: 0 });
    const batch = batchOf('ticks', PARTITION, sparse);
    await task.prepare(batch);
    task.process(batch, 0);
    const { taken } = task;
    const bars = ({ outputs }: CommitBatch) => outputs.find(({ topic }) => topic === 'clean-ohlcv')?.records.length ?? 0;
    const nowMs = START + 100 * taken * MINUTE;
    task.idle(nowMs);
    // The last tick closed the slots before it; its own, and those after it, are the timer's.
    expect(bars(task.takeCommit())).toBe(100 * (taken - 1));
    task.idle(nowMs);
    expect(bars(task.takeCommit())).toBeGreaterThan(0);
  });
});

describe('the headers of outputs', () => {
  /** Without when they went out. */
  const headersOf = (batch: CommitBatch): string[] =>
    batch.outputs.flatMap(({ topic, records: written }) =>
      written.map(({ encodedHeaders }) => `${topic} ${encodedHeaders!.toString('latin1', 0, encodedHeaders!.length - EMITTED_DIGITS)}`),
    );

  test('are the same after a crash and a replay, wherever the task was cut', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const domain = domainSettings(hostileSettings(seed));
        const input = records(seed).map((record, i) => (i % 3 === 0 ? { ...record, headers: TRACED } : record));
        const whole = await restoredTask(domain, new Topics());
        await feed(whole, input, input.length);
        const topics = new Topics();
        const random = uniform(seed + 7);
        const found: string[] = [];
        for (let cut = 0; cut < input.length; cut += 1 + Math.floor(60 * random())) {
          const task = await restoredTask(domain, topics);
          await feed(task, input, cut);
          const batch = task.takeCommit();
          topics.commit(batch);
          found.push(...headersOf(batch));
          // Lost with the task: it is read again.
          await feed(task, input, Math.min(input.length, cut + 10));
        }
        const task = await restoredTask(domain, topics);
        await feed(task, input, input.length);
        found.push(...headersOf(task.takeCommit()));
        expect(found.toSorted()).toEqual(headersOf(whole.takeCommit()).toSorted());
        expect(found.some((headers) => headers.includes(TRACE))).toBe(true);
      }),
      options,
    );
  });

  test('of a bar that the wall clock closes name the record that was read last', async () => {
    const task = await restoredTask(domainSettings(barSettings({ timeframes: ['1m'] })), new Topics(), { idleMs: 1_000 });
    const input = [0, 1].map((second, offset) => tickRecord(offset, tickAt(START + second * 1_000, 1.1, { symbol: 'A' })));
    await feed(task, input, 2);
    task.takeCommit();
    task.idle(START + 2 * MINUTE);
    const found = headersOf(task.takeCommit());
    expect(found).toHaveLength(2);
    for (const headers of found) expect(headers).toContain(`ticks/${PARTITION}@1`);
  });
});
