import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { RegistryOutage } from '../../../src/codec/errors.ts';
import { schemas } from '../../../src/codec/generated/records.ts';
import { RegistryOutages } from '../../../src/codec/registry-outages.ts';
import type { JoinedReturn } from '../../../src/codec/return-reader.ts';
import { silentLog } from '../../../src/log.ts';
import type { Task } from '../../../src/runtime/task.ts';
import { JoinLoop } from '../../../src/worker/join-loop.ts';
import type { JoinTask } from '../../../src/worker/join-task.ts';
import { SilentSymbols } from '../../../src/worker/silent-symbols.ts';
import { HandFedReader } from './hand-fed-reader.ts';
import { HandMadeCommits, settled } from './hand-made-commits.ts';
import { type JoinChoices, matricesOf, newJoinTask, OWN_PARTITION, SYMBOLS, tier1Rows } from './join-support.ts';
import { ourSchemas } from './support.ts';

// Pauses between two tries and two looks take no time.
vi.mock('node:timers/promises', () => ({ setTimeout: () => new Promise((resolve) => setImmediate(resolve)) }));

const [A, B, C] = [0, 1, 2];

let reader: HandFedReader;
let commits: HandMadeCommits;
let fatal: unknown[];
/** Everything is halted. */
let isAllHalted: boolean;
/** The ends of all partitions that count for a silent symbol, and what the stages have worked off of its ticks. */
let end: number;
let workedOff: number;
let task: Task<JoinTask>;
let loop: JoinLoop;

beforeEach(() => {
  reader = new HandFedReader();
  commits = new HandMadeCommits();
  fatal = [];
  isAllHalted = false;
  end = 10;
  workedOff = 0;
});
afterEach(async () => {
  await loop.stop();
});

async function start(
  choices: JoinChoices = {},
  decoder = new RecordDecoder<JoinedReturn>(ourSchemas(), schemas['features-tier1']),
): Promise<void> {
  task = await commits.start(newJoinTask({ ...choices, decoder }), null);
  const positions = {
    highWatermark: async (topic: string) => (topic === 'ticks' ? end : 0),
    committed: async () => workedOff,
    isHaltedByName: () => false,
  };
  const silent = new SilentSymbols(task.logic.stage, [{ topic: 'ticks', groupId: 'all' }], 'topic', OWN_PARTITION, positions);
  const halts = {
    isHalted: () => isAllHalted,
    get isAllHalted() {
      return isAllHalted;
    },
  };
  loop = new JoinLoop(task, 'topic', reader.asLogReader, decoder, silent, halts, new RegistryOutages(silentLog), silentLog, (error) =>
    fatal.push(error),
  );
  await loop.start();
}

/** Bars of a symbol arrive. */
const arrive = (partition: number, first: number, last: number): void =>
  reader.append(partition, ...tier1Rows(SYMBOLS[partition]!, first, last));
const written = () => matricesOf(...commits.begun);
const versions = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => `v${first + i} T${first + i}`);

describe('a join loop', () => {
  test('reads every partition from the saved position, or from its first record, and commits matrices at once', async () => {
    await start();
    for (const partition of [A, B, C]) arrive(partition, 1, 2);
    await settled();
    expect(reader.asked).toEqual(['assign 0@0', 'assign 1@0', 'assign 2@0']);
    expect(await written()).toEqual(['v1 T1', 'v2 T2']);
  });

  test('lets what comes while a commit is under way go with the next one', async () => {
    await start();
    commits.isSlow = true;
    for (const partition of [A, B, C]) arrive(partition, 1, 1);
    await settled();
    for (const partition of [A, B, C]) arrive(partition, 2, 5);
    await settled();
    expect(await written()).toEqual(['v1 T1']);
    commits.finish();
    await settled();
    expect(await written()).toEqual(versions(1, 5));
    expect(commits.begun).toHaveLength(2);
  });

  test('pauses symbols that run ahead until the slowest has come after them', async () => {
    await start({ maxPending: 4 });
    reader.batchRecords = 2;
    arrive(A, 1, 50);
    arrive(B, 1, 50);
    await settled();
    expect([A, B, C].map((partition) => reader.isPaused(partition))).toEqual([true, true, false]);
    expect(task.logic.stage.join.pendingRows).toBeLessThanOrEqual(4 + 2);
    arrive(C, 1, 50);
    await settled();
    expect([A, B, C].map((partition) => reader.isPaused(partition))).toEqual([false, false, false]);
    expect(await written()).toEqual(versions(1, 50));
  });
});

describe('more matrices than a commit may hold', () => {
  test('wait, and reading with them, until the commit under way has ended; none is lost', async () => {
    await start({ commitBytes: 1_000 });
    commits.isSlow = true;
    for (const partition of [A, B]) arrive(partition, 1, 40);
    await settled();
    arrive(C, 1, 40);
    await settled();
    const atFirst = (await written()).length;
    expect(commits.begun).toHaveLength(1);
    expect(task.logic.isFull()).toBe(true);
    // The reader is not asked for more.
    arrive(A, 41, 41);
    await settled();
    expect(reader.position('topic', A)).toBe(40);

    commits.finish();
    await settled();
    expect(commits.begun).toHaveLength(2);
    expect((await written()).length).toBeLessThan(3 * atFirst);
    commits.isSlow = false;
    commits.finish();
    await settled();
    expect(await written()).toEqual(versions(1, 40));
    expect(reader.position('topic', A)).toBe(41);
  });
});

test('the rest of more matrices than a commit may hold is committed without anything else happening', async () => {
  await start({ commitBytes: 2_500 });
  commits.isSlow = true;
  for (const partition of [A, B]) arrive(partition, 1, 12);
  await settled();
  arrive(C, 1, 12);
  await settled();
  expect(commits.begun).toHaveLength(1);
  expect([task.logic.isFull(), task.logic.hasWork()]).toEqual([false, true]);
  commits.finish();
  await settled();
  expect(await written()).toEqual(versions(1, 12));
});

describe('a silent symbol', () => {
  test('is left out when the log holds nothing more of it', async () => {
    await start();
    arrive(A, 1, 4);
    arrive(B, 1, 4);
    await settled();
    expect(await written()).toEqual([]);
    workedOff = 10;
    await settled();
    expect(await written()).toEqual(['v1 T1 without C', 'v2 T2 without C']);
  });

  test('is waited for while the log cannot tell', async () => {
    await start();
    arrive(A, 1, 4);
    arrive(B, 1, 4);
    end = Number.NaN;
    await settled();
    expect(await written()).toEqual([]);
    expect(fatal).toEqual([]);
  });
});

describe('a halt of everything', () => {
  test('stops the join where it is; what was read comes when it is over', async () => {
    await start();
    for (const partition of [A, B, C]) arrive(partition, 1, 1);
    await settled();
    isAllHalted = true;
    loop.haltsChanged();
    for (const partition of [A, B, C]) arrive(partition, 2, 3);
    workedOff = 10;
    await settled();
    expect(await written()).toEqual(['v1 T1']);
    isAllHalted = false;
    loop.haltsChanged();
    await settled();
    expect(await written()).toEqual(versions(1, 3));
  });
});

describe('a registry that does not answer', () => {
  test('stalls the join, and nothing is passed over', async () => {
    let isDown = true;
    const known = ourSchemas();
    const registry = {
      async schemaById(id: number): Promise<object> {
        if (isDown) throw new RegistryOutage('no answer');
        return await known.schemaById(id);
      },
    };
    await start({}, new RecordDecoder<JoinedReturn>(registry, schemas['features-tier1']));
    for (const partition of [A, B, C]) arrive(partition, 1, 2);
    await settled();
    expect(await written()).toEqual([]);
    isDown = false;
    await vi.waitFor(async () => expect(await written()).toEqual(versions(1, 2)));
    expect(task.logic.unreadable).toBe(0);
  });
});

describe('the end', () => {
  test('a stopped loop takes nothing more', async () => {
    await start();
    for (const partition of [A, B, C]) arrive(partition, 1, 1);
    await settled();
    await loop.stop();
    for (const partition of [A, B, C]) arrive(partition, 2, 2);
    await settled();
    expect(await written()).toEqual(['v1 T1']);
  });

  test('an error of the reader that no retry cures ends the worker', async () => {
    await start();
    reader.fail(new Error('no right to read'));
    await settled();
    expect(fatal).toEqual([new Error('no right to read')]);
  });
});

describe('a join is settled', () => {
  test('when it has read all there is, nothing more can go out, and what went out is committed', async () => {
    await start();
    commits.isSlow = true;
    for (const partition of [A, B, C]) arrive(partition, 1, 2);
    expect(loop.isSettled([2, 2, 2])).toBe(false);
    await settled();
    expect(loop.isSettled([2, 2, 2])).toBe(false);
    commits.finish();
    await settled();
    expect(loop.isSettled([2, 2, 2])).toBe(true);
    expect(loop.isSettled([2, 2, 3])).toBe(false);
  });

  test('not while a T waits that some symbol is past the grace of', async () => {
    await start();
    arrive(A, 1, 4);
    arrive(B, 1, 4);
    await settled();
    expect(loop.isSettled([4, 4, 0])).toBe(false);
    workedOff = 10;
    await settled();
    // T 3 and T 4 wait for the grace: more input may come, or none.
    expect(loop.isSettled([4, 4, 0])).toBe(true);
  });

  test('not when its task has failed: what that had not committed is made again by the next one', async () => {
    await start();
    commits.isSlow = true;
    for (const partition of [A, B, C]) arrive(partition, 1, 2);
    await settled();
    commits.fail(new Error('outcome unknown'));
    await settled();
    expect(task.phase).toBe('failed');
    expect(loop.isSettled([2, 2, 2])).toBe(false);
  });
});
