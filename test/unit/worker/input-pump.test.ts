import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RegistryOutage } from '../../../src/codec/errors.ts';
import { RegistryOutages } from '../../../src/codec/registry-outages.ts';
import { silentLog } from '../../../src/log.ts';
import type { CommitBatch, InputBatch, TopicOutput } from '../../../src/runtime/ports.ts';
import type { Task } from '../../../src/runtime/task.ts';
import type { PacingOptions } from '../../../src/worker/commit-pacing.ts';
import { InputPump } from '../../../src/worker/input-pump.ts';
import type { InputTask } from '../../../src/worker/input-task.ts';
import { HandFedReader } from './hand-fed-reader.ts';
import { HandMadeCommits, settled } from './hand-made-commits.ts';

// An outage is waited out in no time.
vi.mock('node:timers/promises', () => ({ setTimeout: () => new Promise((resolve) => setImmediate(resolve)) }));

/** Writes down the offsets it takes, and is full after some of them. */
class Ledger implements InputTask {
  readonly offsets: number[] = [];
  /** Records between two commits. */
  capacity = Number.POSITIVE_INFINITY;
  /** Whether what it takes makes outputs. */
  hasOutput = false;
  /** What preparing a batch waits for; throws what it throws. */
  preparing: () => Promise<void> = async () => {};
  readonly nextOffset: number | null;
  #waiting = 0;
  #outputs = 0;

  constructor(nextOffset: number | null = 0) {
    this.nextOffset = nextOffset;
  }

  get taken(): number {
    return this.offsets.length;
  }

  restore(): void {}
  async restored(): Promise<void> {}
  idle(): void {}

  prepare(): Promise<void> {
    return this.preparing();
  }

  process({ records }: InputBatch, from: number): number {
    let next = from;
    for (; next < records.length && !this.isFull(); next++) {
      this.offsets.push(records.offset(next));
      this.#waiting++;
      if (this.hasOutput) this.#outputs++;
    }
    return next;
  }

  hasWork(): boolean {
    return this.#waiting > 0;
  }

  hasOutputs(): boolean {
    return this.#outputs > 0;
  }

  takeOutputs(): TopicOutput[] {
    const records = Array.from({ length: this.#outputs }, () => ({ partition: 0, key: null, value: null, timestamp: 0 }));
    this.#outputs = 0;
    return [{ topic: 'outputs', records }];
  }

  isFull(): boolean {
    return this.#waiting >= this.capacity;
  }

  takeCommit(): CommitBatch {
    this.#waiting = 0;
    const offset = this.taken;
    return { outputs: this.takeOutputs(), changelog: [], positions: [{ groupId: 'group', topic: 'topic', partition: 0, offset }] };
  }
}

let reader: HandFedReader;
let commits: HandMadeCommits;
let halted: Set<number>;
let fatal: unknown[];
let pump: InputPump;
/** No commit by time. */
const pacing: PacingOptions = { intervalMs: 3_600_000, outputs: 'committed' };

function pumpWith(options: PacingOptions): InputPump {
  const halts = { isHalted: (partition: number) => halted.has(partition), isAllHalted: false };
  return new InputPump(reader.asLogReader, halts, new RegistryOutages(silentLog), options, (error) => fatal.push(error));
}

beforeEach(() => {
  reader = new HandFedReader();
  commits = new HandMadeCommits();
  halted = new Set();
  fatal = [];
  pump = pumpWith(pacing);
});
afterEach(async () => {
  await pump.close();
});

async function feed(logic: Ledger, partition = 0): Promise<Task<InputTask>> {
  const task = await commits.start<InputTask>(logic, partition);
  await pump.add(task);
  return task;
}

const records = (count: number) => Array.from({ length: count }, (_, i) => Buffer.from([i]));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
/** Outputs written ahead of a commit, each time. */
const written = () => commits.ahead.map(([{ records }]) => records.length);
const committed = () => commits.begun.map(({ positions }) => positions[0]!.offset);

describe('a task', () => {
  test('is fed from its next offset, or from the first record of its partition, in order', async () => {
    const [known, unknown] = [new Ledger(3), new Ledger(null)];
    reader.batchRecords = 2;
    reader.append(0, ...records(6));
    reader.append(1, ...records(3));
    await feed(known, 0);
    await feed(unknown, 1);
    await settled();
    expect(known.offsets).toEqual([3, 4, 5]);
    expect(unknown.offsets).toEqual([0, 1, 2]);
    expect(reader.asked.filter((what) => what.startsWith('assign'))).toEqual(['assign 0@3', 'assign 1@0']);
  });

  test('has at most two batches waiting, and the reader paused meanwhile', async () => {
    const logic = new Ledger();
    const prepared = Promise.withResolvers<void>();
    logic.preparing = () => prepared.promise;
    reader.batchRecords = 1;
    reader.append(0, ...records(5));
    await feed(logic);
    await settled();
    expect(logic.offsets).toEqual([]);
    expect([reader.position('topic', 0), reader.isPaused(0)]).toEqual([2, true]);
    prepared.resolve();
    await settled();
    expect(logic.offsets).toEqual(upTo(5));
    expect(reader.isPaused(0)).toBe(false);
  });
});

describe('a full task', () => {
  test('is committed, and goes on in the middle of the batch while that commit is under way', async () => {
    const logic = new Ledger();
    logic.capacity = 2;
    commits.isSlow = true;
    reader.append(0, ...records(7));
    await feed(logic);
    await settled();
    // Two are being committed, two more wait for the next commit: that is all it may hold.
    expect(logic.offsets).toEqual(upTo(4));
    expect(committed()).toEqual([2]);
  });

  test('takes nothing more before a commit has ended, and its partition is paused; then it goes on where it was', async () => {
    const logic = new Ledger();
    logic.capacity = 2;
    commits.isSlow = true;
    reader.batchRecords = 2;
    reader.append(0, ...records(20));
    await feed(logic);
    await settled();
    expect(logic.offsets).toEqual(upTo(4));
    expect(reader.isPaused(0)).toBe(true);

    commits.finish();
    await settled();
    expect(logic.offsets).toEqual(upTo(6));
    commits.isSlow = false;
    commits.finish();
    await settled();
    expect(logic.offsets).toEqual(upTo(20));
    expect(reader.isPaused(0)).toBe(false);
    expect(committed()).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  });

  test('that has failed takes nothing more of what was read', async () => {
    const logic = new Ledger();
    logic.capacity = 2;
    commits.isSlow = true;
    reader.append(0, ...records(9));
    const task = await feed(logic);
    await settled();
    commits.fail(new Error('outcome unknown'));
    await settled();
    expect(task.phase).toBe('failed');
    expect(logic.offsets).toEqual(upTo(4));
    expect(fatal).toEqual([]);
  });
});

describe('outputs of a task that has caught up', () => {
  /** The task has taken as many records as there are, and each makes an output. */
  async function caughtUp(count: number): Promise<void> {
    const logic = new Ledger();
    logic.hasOutput = true;
    reader.append(0, ...records(count));
    await feed(logic);
    await settled();
  }

  test('are committed at once, and what comes meanwhile right after', async () => {
    commits.isSlow = true;
    await caughtUp(2);
    expect(committed()).toEqual([2]);
    reader.append(0, ...records(3));
    await settled();
    expect(committed()).toEqual([2]);
    commits.isSlow = false;
    commits.finish();
    await settled();
    expect(committed()).toEqual([2, 5]);
  });

  test('wait for a larger commit while more lies in the log', async () => {
    reader.batchRecords = 2;
    await caughtUp(6);
    expect(committed()).toEqual([6]);
  });

  test('that may be read before they are committed are written at once; what comes meanwhile right after', async () => {
    pump = pumpWith({ ...pacing, outputs: 'ahead' });
    commits.isSlow = true;
    await caughtUp(2);
    reader.append(0, ...records(3));
    await settled();
    expect(written()).toEqual([2]);
    commits.finish();
    await settled();
    expect([written(), committed()]).toEqual([[2, 3], []]);
  });

  test('written ahead, their state and position are committed after the interval, without them', async () => {
    pump = pumpWith({ intervalMs: 20, outputs: 'ahead' });
    await caughtUp(2);
    expect(written()).toEqual([2]);
    await vi.waitUntil(() => {
      pump.commitDue();
      return committed().length > 0;
    });
    expect(committed()).toEqual([2]);
    expect(commits.begun[0]!.outputs).toEqual([{ topic: 'outputs', records: [] }]);
  });

  test('positions alone are left to the interval', async () => {
    const logic = new Ledger();
    reader.append(0, ...records(6));
    await feed(logic);
    pump.commitDue();
    await settled();
    expect([logic.offsets.length, committed()]).toEqual([6, []]);
  });
});

describe('a halt', () => {
  test('pauses reading and commits what was worked on; what had been read waits, and comes when it is over', async () => {
    const logic = new Ledger();
    reader.append(0, ...records(2));
    await feed(logic);
    await settled();
    const prepared = Promise.withResolvers<void>();
    logic.preparing = () => prepared.promise;
    reader.append(0, ...records(2));
    await settled();

    halted.add(0);
    pump.haltsChanged();
    prepared.resolve();
    reader.append(0, ...records(1));
    await settled();
    expect(logic.offsets).toEqual([0, 1]);
    expect(committed()).toEqual([2]);
    expect(reader.isPaused(0)).toBe(true);

    halted.clear();
    pump.haltsChanged();
    await settled();
    expect(logic.offsets).toEqual(upTo(5));
  });

  test('commits also what was worked on since a commit began that is still under way', async () => {
    const logic = new Ledger();
    commits.isSlow = true;
    reader.append(0, ...records(2));
    const task = await feed(logic);
    await settled();
    void task.commit();
    reader.append(0, ...records(1));
    await settled();
    halted.add(0);
    pump.haltsChanged();
    commits.finish();
    await settled();
    expect(committed()).toEqual([2, 3]);
  });

  test('stops its own partition only', async () => {
    const [still, other] = [new Ledger(), new Ledger()];
    halted.add(0);
    await feed(still, 0);
    await feed(other, 1);
    reader.append(0, ...records(2));
    reader.append(1, ...records(2));
    await settled();
    expect([still.offsets, other.offsets]).toEqual([[], [0, 1]]);
  });

  test('in the middle of a batch stops it there', async () => {
    const logic = new Ledger();
    logic.capacity = 1;
    commits.isSlow = true;
    reader.append(0, ...records(4));
    await feed(logic);
    await settled();
    halted.add(0);
    pump.haltsChanged();
    commits.isSlow = false;
    commits.finish();
    await settled();
    expect(logic.offsets).toEqual([0, 1]);
    expect(committed()).toEqual([1, 2]);
    halted.clear();
    pump.haltsChanged();
    await settled();
    expect(logic.offsets).toEqual(upTo(4));
  });
});

describe('a registry that does not answer', () => {
  test('stalls the partition that asks, no other, and nothing is passed over', async () => {
    const [stalled, other] = [new Ledger(), new Ledger()];
    let isDown = true;
    stalled.preparing = async () => {
      if (isDown) throw new RegistryOutage('no answer');
    };
    reader.append(0, ...records(3));
    reader.append(1, ...records(3));
    await feed(stalled, 0);
    await feed(other, 1);
    await settled();
    expect([stalled.offsets, other.offsets]).toEqual([[], upTo(3)]);
    reader.append(1, ...records(1));
    isDown = false;
    await vi.waitFor(() => expect(stalled.offsets).toEqual(upTo(3)));
    expect(other.offsets).toEqual(upTo(4));
    expect(fatal).toEqual([]);
  });
});

describe('a removed task', () => {
  test('takes nothing more, not even what had been read', async () => {
    const logic = new Ledger();
    const prepared = Promise.withResolvers<void>();
    logic.preparing = () => prepared.promise;
    reader.append(0, ...records(3));
    const task = await feed(logic);
    await settled();
    const removed = pump.remove(task);
    prepared.resolve();
    await removed;
    reader.append(0, ...records(1));
    await settled();
    expect(logic.offsets).toEqual([]);
    expect(reader.asked.at(-1)).toBe('unassign 0');
  });

  test('need not wait for the end of a halt', async () => {
    const logic = new Ledger();
    halted.add(0);
    const task = await feed(logic);
    await pump.remove(task);
    expect(logic.offsets).toEqual([]);
  });
});

describe('caught up', () => {
  test('is a task that has worked off what its partition held at the newest answer', async () => {
    const logic = new Ledger();
    await feed(logic);
    await settled();
    // Nobody knows yet where the partition ends.
    expect(pump.isCaughtUp('topic', 0)).toBe(false);
    reader.append(0, ...records(2));
    await settled();
    expect(pump.isCaughtUp('topic', 0)).toBe(true);
    halted.add(0);
    pump.haltsChanged();
    expect(pump.isCaughtUp('topic', 0)).toBe(false);
    halted.clear();
    pump.haltsChanged();
    expect(pump.isCaughtUp('topic', 0)).toBe(false);
  });
});

describe('what no retry cures ends the worker', () => {
  test('an error of the reader', async () => {
    await feed(new Ledger());
    reader.fail(new Error('no right to read'));
    await settled();
    expect(fatal).toEqual([new Error('no right to read')]);
  });

  test('an error of a task’s own', async () => {
    const logic = new Ledger();
    logic.preparing = async () => {
      throw new Error('a bug');
    };
    reader.append(0, ...records(1));
    await feed(logic);
    await settled();
    expect(fatal).toEqual([new Error('a bug')]);
  });
});
