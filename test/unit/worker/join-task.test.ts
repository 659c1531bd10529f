import { describe, expect, test } from 'vitest';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { type JoinState, schemas } from '../../../src/codec/generated/records.ts';
import type { CommitBatch } from '../../../src/runtime/ports.ts';
import type { JoinTask } from '../../../src/worker/join-task.ts';
import { MINUTE } from '../domain/support.ts';
import { matricesOf, RETURNS, restoredJoinTask, SYMBOLS, tier1Row, tier1Rows } from './join-support.ts';
import { batchOf, ourSchemas, Topics } from './support.ts';

const [A, B, C] = [0, 1, 2];

/** The partitions of features-tier1, to be read by a task from where it stands. */
class Tier1Log {
  readonly #partitions = new Map<number, Buffer[]>();

  append(partition: number, ...values: readonly Buffer[]): this {
    this.#partitions.set(partition, [...(this.#partitions.get(partition) ?? []), ...values]);
    return this;
  }

  /** Gives a task what it has not read of a partition, up to `end`. */
  async feed(task: JoinTask, partition: number, end?: number): Promise<void> {
    const from = task.inputs.get(partition)!.position ?? 0;
    const values = (this.#partitions.get(partition) ?? []).slice(from, end);
    await RETURNS.prepare(values);
    const records = values.map((value, i) => ({ offset: from + i, timestamp: 0, key: null, value, headers: [] }));
    if (records.length > 0) task.process(batchOf('features-tier1', partition, records));
  }

  async feedAll(task: JoinTask): Promise<void> {
    for (const partition of task.inputs.keys()) await this.feed(task, partition);
  }
}

/** Every symbol has a bar for the minutes 1 to `last`. */
function completeLog(last: number): Tier1Log {
  const log = new Tier1Log();
  for (const [partition, symbol] of SYMBOLS.entries()) log.append(partition, ...tier1Rows(symbol, 1, last));
  return log;
}

/** The positions in the newest state record of a commit, by partition. */
async function savedPositions({ changelog }: CommitBatch): Promise<Record<number, number>> {
  const decoder = new RecordDecoder<JoinState>(ourSchemas(), schemas['join-state']);
  const { value } = changelog.at(-1)!.records.at(-1)!;
  await decoder.prepare([value]);
  return Object.fromEntries(decoder.decode(value).positions.map(({ partition, offset }) => [partition, offset]));
}

/** All matrices that one task gives which is never stopped, as lines. */
async function undisturbed(log: Tier1Log): Promise<string[]> {
  const topics = new Topics();
  const task = await restoredJoinTask(topics);
  await log.feedAll(task);
  topics.commit(task.takeCommit());
  return topics.outputs.get('features-tier2')!;
}

describe('a join task', () => {
  test('emits a matrix once the last symbol has delivered, for the next commit to write', async () => {
    const log = completeLog(3);
    const task = await restoredJoinTask(new Topics());
    await log.feed(task, A);
    await log.feed(task, B);
    expect(task.hasWork()).toBe(false);
    await log.feed(task, C, 2);
    expect([task.hasWork(), task.emitted]).toEqual([true, 2]);
    const batch = task.takeCommit();
    expect(await matricesOf(batch)).toEqual(['v1 T1', 'v2 T2']);
    // Positions are in its own state, not the group's.
    expect(batch.positions).toEqual([]);
    expect(task.hasWork()).toBe(false);
  });

  test('saves for each partition the first record whose T has not gone out', async () => {
    const log = completeLog(5);
    const task = await restoredJoinTask(new Topics());
    await log.feed(task, A, 5);
    await log.feed(task, B, 3);
    await log.feed(task, C, 2);
    expect(await savedPositions(task.takeCommit())).toEqual({ [A]: 2, [B]: 2, [C]: 2 });
  });

  test('passes over other timeframes, symbols of no universe of its, and partitions that are not its', async () => {
    const task = await restoredJoinTask(new Topics());
    const log = new Tier1Log().append(A, tier1Row('A', 60, '1H'), tier1Row('Z', 1), tier1Row('A', 1));
    await log.feed(task, A);
    task.process(batchOf('features-tier1', 9, [{ offset: 0, timestamp: 0, key: null, value: tier1Row('A', 1), headers: [] }]));
    expect([task.taken, task.inputs.get(A)!.position]).toEqual([1, 3]);
  });

  test('passes over a record that cannot be read, and counts it', async () => {
    const task = await restoredJoinTask(new Topics());
    await new Tier1Log().append(A, Buffer.from('of a stranger'), tier1Row('A', 1)).feed(task, A);
    expect([task.unreadable, task.taken, task.inputs.get(A)!.position]).toEqual([1, 1, 2]);
  });
});

describe('a symbol that is worked off', () => {
  test('is left out once another is join_grace slots past T, not before; the matrix names it', async () => {
    const task = await restoredJoinTask(new Topics(), { matrices: { joinGrace: 2 } });
    const log = new Tier1Log().append(A, ...tier1Rows('A', 1, 3)).append(B, ...tier1Rows('B', 1, 3));
    await log.feedAll(task);
    task.stage.join.workedOff(C, 3 * MINUTE);
    task.poll();
    expect(await matricesOf(task.takeCommit())).toEqual(['v1 T1 without C']);
  });

  test('and comes after all, corrects the newest matrix, which names the one it supersedes', async () => {
    const task = await restoredJoinTask(new Topics(), { matrices: { joinGrace: 0 } });
    const log = new Tier1Log().append(A, ...tier1Rows('A', 1, 2)).append(B, ...tier1Rows('B', 1, 2));
    await log.feedAll(task);
    task.stage.join.workedOff(C, 2 * MINUTE);
    task.poll();
    await log.append(C, tier1Row('C', 2)).feed(task, C);
    expect(await matricesOf(task.takeCommit())).toEqual(['v1 T1 without C', 'v2 T2 without C', 'v3 T2 for v2']);
  });
});

describe('symbols that run ahead', () => {
  test('are to be paused when more T’s wait than may; the one that holds them back never is', async () => {
    const task = await restoredJoinTask(new Topics(), { maxPending: 3 });
    const log = completeLog(9);
    const isAhead = () => [A, B, C].map((partition) => task.isAhead(task.inputs.get(partition)!));
    await log.feed(task, A, 3);
    expect(isAhead()).toEqual([false, false, false]);
    await log.feed(task, A, 4);
    expect(isAhead()).toEqual([true, false, false]);
    await log.feed(task, B);
    expect(isAhead()).toEqual([true, true, false]);
    await log.feed(task, C);
    // All up to A's last are out; now it is A that the others wait for.
    expect(isAhead()).toEqual([false, true, true]);
    await log.feed(task, A);
    expect(isAhead()).toEqual([false, false, false]);
  });

  test('are not, where they share a partition with one that lags: what that one has must come through', async () => {
    const partitionOf = (symbol: string) => (symbol === 'C' ? 1 : 0);
    const task = await restoredJoinTask(new Topics(), { maxPending: 3, partitionOf });
    await new Tier1Log().append(0, ...tier1Rows('A', 1, 9)).feed(task, 0);
    expect(task.isAhead(task.inputs.get(0)!)).toBe(false);
  });
});

describe('more matrices than a commit may hold', () => {
  test('stay held until there is room, in the same order and with the same versions', async () => {
    const log = completeLog(40);
    const topics = new Topics();
    const limit = 1_500;
    const task = await restoredJoinTask(topics, { commitBytes: limit });
    await log.feedAll(task);
    let commits = 0;
    for (; task.hasWork(); task.poll()) {
      const batch = task.takeCommit();
      const sizes = batch.outputs[0]!.records.map(({ key, value }) => key!.length + value!.length);
      // Over the limit by less than one matrix.
      expect(sizes.slice(0, -1).reduce((sum, size) => sum + size, 0)).toBeLessThan(limit);
      topics.commit(batch);
      commits++;
    }
    expect(commits).toBeGreaterThan(3);
    expect(topics.outputs.get('features-tier2')).toEqual(await undisturbed(log));
  });
});

describe('a restored join', () => {
  test('goes on with the same bytes and the next version, wherever the one before was cut', async () => {
    const log = completeLog(30);
    const topics = new Topics();
    for (const cut of [1, 2, 7, 8, 9, 20]) {
      const task = await restoredJoinTask(topics);
      await log.feed(task, A, cut + 3);
      await log.feed(task, B, cut + 1);
      await log.feed(task, C, cut);
      topics.commit(task.takeCommit());
      // Lost with the task.
      await log.feedAll(task);
    }
    const last = await restoredJoinTask(topics);
    expect(last.inputs.get(A)!.position).toBe(20);
    await log.feedAll(last);
    topics.commit(last.takeCommit());
    expect(topics.outputs.get('features-tier2')).toEqual(await undisturbed(log));
  });

  test('knows whom its last matrix went out without, and corrects it', async () => {
    const topics = new Topics();
    const choices = { matrices: { joinGrace: 0 } };
    const first = await restoredJoinTask(topics, choices);
    const log = new Tier1Log().append(A, tier1Row('A', 1)).append(B, tier1Row('B', 1));
    await log.feedAll(first);
    first.stage.join.workedOff(C, MINUTE);
    first.poll();
    topics.commit(first.takeCommit());
    const second = await restoredJoinTask(topics, choices);
    await log.append(C, tier1Row('C', 1)).feed(second, C);
    expect(await matricesOf(second.takeCommit())).toEqual(['v2 T1 for v1']);
  });
});

describe('a join whose state cannot be used is made again from tier 1', () => {
  test('what was written stays, versions go on from the newest matrix, and nothing is saved before it is through', async () => {
    const log = completeLog(8);
    const topics = new Topics();
    const task = await restoredJoinTask(topics, { lastMatrix: { version: 12, window_end: 5 * MINUTE } });
    await log.feed(task, A);
    await log.feed(task, B);
    await log.feed(task, C, 4);
    expect([task.hasWork(), task.isFull()]).toEqual([false, false]);
    await log.feed(task, C);
    const batch = task.takeCommit();
    expect(await matricesOf(batch)).toEqual(['v13 T6', 'v14 T7', 'v15 T8']);
    topics.commit(batch);
    const next = await restoredJoinTask(topics);
    await log.append(A, tier1Row('A', 9)).append(B, tier1Row('B', 9)).append(C, tier1Row('C', 9)).feedAll(next);
    expect(await matricesOf(next.takeCommit())).toEqual(['v16 T9']);
  });

  test('where it was made under other settings, its records go with the first commit', async () => {
    const log = completeLog(8);
    const topics = new Topics();
    const first = await restoredJoinTask(topics);
    await log.feedAll(first);
    topics.commit(first.takeCommit());
    const narrower = { matrices: { window: 3 }, lastMatrix: { version: 8, window_end: 8 * MINUTE } };
    const second = await restoredJoinTask(topics, narrower);
    expect(second.inputs.get(A)!.position).toBeNull();
    for (const [partition, symbol] of SYMBOLS.entries()) log.append(partition, tier1Row(symbol, 9));
    await log.feedAll(second);
    const batch = second.takeCommit();
    expect(await matricesOf(batch)).toEqual(['v9 T9']);
    topics.commit(batch);
    // Nothing of the old state is left that a restore could take for the new one's.
    const third = await restoredJoinTask(topics, narrower);
    expect([third.stage.join.version, third.inputs.get(A)!.position]).toEqual([9, 9]);
  });
});
