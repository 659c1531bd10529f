import { describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import {
  type CommitBatch,
  FencedError,
  type InputRecord,
  type TaskIdentity,
  type TaskPorts,
  type TaskProducer,
  type TopicOutput,
} from '../../../src/runtime/ports.ts';
import { TASK_TRANSITIONS, Task, type TaskLogic, type TaskPhase } from '../../../src/runtime/task.ts';

const INPUT = { groupId: 'group', topic: 'ticks', partition: 3 };
const CHANGELOGS = [
  { topic: 'clean-changelog', partition: 3 },
  { topic: 'tier1-changelog', partition: 3 },
];
const OUTPUTS = [{ topic: 'clean-ohlcv', partition: 3 }];
const RECORD: InputRecord = { offset: 0, timestamp: 0, key: null, value: null, headers: [] };

/** A step of the protocol that waits until the test lets it pass or fail. */
type StepName = 'fence' | 'offset' | 'changelog' | 'restored' | 'write' | 'commit';

/** A task whose world goes on by hand: every step is written down, and waits where the test wants it to. */
class Bench implements TaskLogic, TaskPorts, TaskProducer {
  readonly steps: string[] = [];
  readonly failures: unknown[] = [];
  readonly task: Task<Bench>;
  /** As the task gave itself out when it fenced. */
  identity: TaskIdentity | null = null;
  /** Aborted once the task no longer wants its id. */
  unwanted: AbortSignal | null = null;
  /** Records that wait for a commit. */
  waiting = 0;
  readonly #held = new Map<StepName, { reached: PromiseWithResolvers<void>; go: PromiseWithResolvers<void> }>();

  constructor(input: typeof INPUT | null = INPUT) {
    const spec = { name: 'ticks-3', transactionalId: 'app-ticks-3', changelogs: CHANGELOGS, outputs: OUTPUTS, input };
    this.task = new Task(spec, this, this, silentLog, (error) => this.failures.push(error));
  }

  /** Makes the step wait; `reached` resolves when the task has come to it. */
  hold(step: StepName): { reached: Promise<void>; pass: () => void; fail: (error: Error) => void } {
    const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.#held.set(step, { reached, go });
    return { reached: reached.promise, pass: go.resolve, fail: go.reject };
  }

  async fence(identity: TaskIdentity, signal: AbortSignal): Promise<TaskProducer> {
    this.identity = identity;
    this.unwanted = signal;
    const { transactionalId } = identity;
    await this.#step('fence', `fence ${transactionalId}`);
    return this;
  }

  async committedOffset(groupId: string, topic: string, partition: number): Promise<number | null> {
    await this.#step('offset', `offset of ${groupId} in ${topic}-${partition}`);
    return 42;
  }

  async readChangelog(topic: string, _partition: number, onRecord: (record: InputRecord) => void): Promise<void> {
    await this.#step('changelog', `read ${topic}`);
    onRecord(RECORD);
  }

  restore(changelog: { topic: string }): void {
    this.steps.push(`record of ${changelog.topic}`);
  }

  async restored(committed: number | null): Promise<void> {
    await this.#step('restored', `restored at ${committed}`);
  }

  hasWork(): boolean {
    return this.waiting > 0;
  }

  isFull(): boolean {
    return false;
  }

  takeCommit(): CommitBatch {
    this.steps.push(`take ${this.waiting}`);
    this.waiting = 0;
    return { outputs: [], changelog: [], positions: [] };
  }

  async writeAhead(outputs: readonly TopicOutput[]): Promise<void> {
    await this.#step('write', `write ${outputs.map(({ topic }) => topic).join()}`);
  }

  async commit(): Promise<void> {
    await this.#step('commit', 'commit');
  }

  async dispose(): Promise<void> {
    this.steps.push('dispose');
  }

  async #step(name: StepName, text: string): Promise<void> {
    this.steps.push(text);
    const held = this.#held.get(name);
    this.#held.delete(name);
    held?.reached.resolve();
    await held?.go.promise;
  }
}

async function running(): Promise<Bench> {
  const bench = new Bench();
  await bench.task.start();
  bench.steps.length = 0;
  return bench;
}

describe('start', () => {
  test('fences before it reads the position and the state: an earlier holder may change them until then', async () => {
    const bench = new Bench();
    await bench.task.start();
    expect(bench.steps).toEqual([
      'fence app-ticks-3',
      'offset of group in ticks-3',
      'read clean-changelog',
      'record of clean-changelog',
      'read tier1-changelog',
      'record of tier1-changelog',
      'restored at 42',
    ]);
    expect(bench.task.phase).toBe('running');
  });

  test('says what its transactions write to, so that one that never ended there can be ended', async () => {
    const bench = new Bench();
    await bench.task.start();
    expect(bench.identity).toEqual({ transactionalId: 'app-ticks-3', partitions: [...OUTPUTS, ...CHANGELOGS], groups: ['group'] });
  });

  test('asks for no position where positions are part of the state', async () => {
    const bench = new Bench(null);
    await bench.task.start();
    expect(bench.steps[1]).toBe('read clean-changelog');
    expect(bench.steps.at(-1)).toBe('restored at null');
  });

  test.each<[StepName, TaskPhase]>([
    ['fence', 'fencing'],
    ['offset', 'fencing'],
    ['changelog', 'restoring'],
    ['restored', 'restoring'],
  ])('stopped at %s, it goes no further and gives the transactional id back', async (step, phase) => {
    const bench = new Bench();
    const held = bench.hold(step);
    const started = bench.task.start();
    await held.reached;
    expect(bench.task.phase).toBe(phase);
    const before = bench.steps.length;

    await bench.task.stop();
    held.pass();
    await started;

    expect(bench.task.phase).toBe('stopped');
    expect(bench.steps.slice(before).filter((text) => !text.startsWith('record of'))).toEqual(['dispose']);
  });

  test('stopped before it has its transactional id, it wants it no more: the next owner may have it by then', async () => {
    const bench = new Bench();
    const held = bench.hold('fence');
    const started = bench.task.start();
    await held.reached;
    expect(bench.unwanted!.aborted).toBe(false);
    await bench.task.stop();
    expect(bench.unwanted!.aborted).toBe(true);
    held.fail(new Error('not wanted'));
    await started;
    expect(bench.task.phase).toBe('stopped');
  });

  test.each<StepName>(['fence', 'offset', 'changelog', 'restored'])(
    'failed at %s, it throws, is failed and gives the transactional id back',
    async (step) => {
      const bench = new Bench();
      const held = bench.hold(step);
      const started = bench.task.start();
      await held.reached;
      held.fail(new Error('no answer'));

      await expect(started).rejects.toThrow('no answer');
      expect(bench.task.phase).toBe('failed');
      expect(bench.steps.filter((text) => text === 'dispose')).toHaveLength(step === 'fence' ? 0 : 1);
      // Whoever started it hears of it by the throw, not twice.
      expect(bench.failures).toEqual([]);
    },
  );

  test('an error that comes after it was stopped is nobody’s concern', async () => {
    const bench = new Bench();
    const held = bench.hold('offset');
    const started = bench.task.start();
    await held.reached;
    await bench.task.stop();
    held.fail(new Error('connection cut'));
    await started;
    expect(bench.task.phase).toBe('stopped');
  });
});

describe('outputs written ahead of their commit', () => {
  const outputs = [{ topic: 'clean-ohlcv', records: [] }];

  test('keep the commit back until they are written', async () => {
    const bench = await running();
    const held = bench.hold('write');
    const written = bench.task.writeAhead(outputs);
    await held.reached;
    expect(bench.task.isCommitting).toBe(true);
    bench.waiting = 3;
    const asked = bench.task.commit();
    held.pass();
    await Promise.all([written, asked]);
    expect(bench.steps).toEqual(['write clean-ohlcv']);
    await bench.task.commit();
    expect(bench.steps).toEqual(['write clean-ohlcv', 'take 3', 'commit']);
    expect(bench.task.commits).toBe(1);
  });

  test('are followed by a drain’s commit', async () => {
    const bench = await running();
    const held = bench.hold('write');
    const written = bench.task.writeAhead(outputs);
    await held.reached;
    bench.waiting = 3;
    const drained = bench.task.drain();
    held.pass();
    await Promise.all([written, drained]);
    expect(bench.steps).toEqual(['write clean-ohlcv', 'take 3', 'commit', 'dispose']);
  });

  test('are followed by a commit also where no position moved: of a bar that the clock closed only the state waits', async () => {
    const bench = await running();
    await bench.task.writeAhead(outputs);
    expect([bench.waiting, bench.task.hasWork]).toEqual([0, true]);
    await bench.task.drain();
    expect(bench.steps).toEqual(['write clean-ohlcv', 'take 0', 'commit', 'dispose']);
    expect(bench.task.hasWork).toBe(false);
  });

  test('end the task where they cannot be written', async () => {
    const bench = await running();
    const held = bench.hold('write');
    const written = bench.task.writeAhead(outputs);
    await held.reached;
    held.fail(new Error('connection cut'));
    await written;
    expect([bench.task.phase, bench.failures]).toEqual(['failed', [new Error('connection cut')]]);
  });
});

describe('commit', () => {
  test('does nothing where nothing waits, or the task does not run', async () => {
    const bench = await running();
    await bench.task.commit();
    expect(bench.steps).toEqual([]);

    const fresh = new Bench();
    fresh.waiting = 1;
    await fresh.task.commit();
    expect(fresh.steps).toEqual([]);
  });

  test('is one at a time: what comes meanwhile waits for the next', async () => {
    const bench = await running();
    const held = bench.hold('commit');
    bench.waiting = 2;
    const first = bench.task.commit();
    await held.reached;
    expect(bench.task.isCommitting).toBe(true);
    bench.waiting = 5;
    const second = bench.task.commit();
    held.pass();
    await Promise.all([first, second]);
    expect(bench.steps).toEqual(['take 2', 'commit']);
    expect([bench.task.commits, bench.task.isCommitting]).toEqual([1, false]);

    await bench.task.commit();
    expect(bench.steps).toEqual(['take 2', 'commit', 'take 5', 'commit']);
  });

  test.each([new Error('outcome unknown'), new FencedError('another holder')])(
    'that fails ends the task and tells its owner once: %s',
    async (error) => {
      const bench = await running();
      const held = bench.hold('commit');
      bench.waiting = 1;
      const commit = bench.task.commit();
      await held.reached;
      held.fail(error);
      await commit;

      expect(bench.task.phase).toBe('failed');
      expect(bench.failures).toEqual([error]);
      expect(bench.steps.at(-1)).toBe('dispose');
      expect(bench.task.commits).toBe(0);
      bench.waiting = 1;
      await bench.task.commit();
      expect(bench.steps.at(-1)).toBe('dispose');
    },
  );

  test('that fails after the task was stopped is not told', async () => {
    const bench = await running();
    const held = bench.hold('commit');
    bench.waiting = 1;
    const commit = bench.task.commit();
    await held.reached;
    await bench.task.stop();
    held.fail(new Error('the producer is closed'));
    await commit;
    expect([bench.task.phase, bench.failures]).toEqual(['stopped', []]);
  });

  test('fails the task where what is to be committed cannot be made', async () => {
    const bench = await running();
    bench.takeCommit = () => {
      throw new RangeError('not encodable');
    };
    bench.waiting = 1;
    await bench.task.commit();
    expect(bench.task.phase).toBe('failed');
    expect(bench.failures).toHaveLength(1);
  });
});

describe('drain', () => {
  test('commits what waits, with what is under way first, and stops', async () => {
    const bench = await running();
    const held = bench.hold('commit');
    bench.waiting = 1;
    void bench.task.commit();
    await held.reached;
    bench.waiting = 2;
    const drained = bench.task.drain();
    expect(bench.task.phase).toBe('draining');
    held.pass();
    await drained;
    expect(bench.steps).toEqual(['take 1', 'commit', 'take 2', 'commit', 'dispose']);
    expect(bench.task.phase).toBe('stopped');
  });

  test('stops a task that does not run yet, without a commit', async () => {
    const bench = new Bench();
    const held = bench.hold('changelog');
    const started = bench.task.start();
    await held.reached;
    bench.waiting = 1;
    await bench.task.drain();
    held.pass();
    await started;
    expect(bench.task.phase).toBe('stopped');
    expect(bench.steps).not.toContain('commit');
  });

  test('ends where a commit fails: what was not committed is left to the next holder', async () => {
    const bench = await running();
    const held = bench.hold('commit');
    bench.waiting = 1;
    const drained = bench.task.drain();
    await held.reached;
    held.fail(new Error('no answer'));
    await drained;
    expect(bench.task.phase).toBe('stopped');
    expect(bench.failures).toHaveLength(1);
  });

  test('can be given up while it commits', async () => {
    const bench = await running();
    const held = bench.hold('commit');
    bench.waiting = 1;
    const drained = bench.task.drain();
    await held.reached;
    await bench.task.stop();
    held.pass();
    await drained;
    expect(bench.task.phase).toBe('stopped');
    expect(bench.steps.filter((step) => step === 'dispose')).toHaveLength(1);
  });
});

test('only the steps of the table are taken: a stopped task never starts again', async () => {
  expect(TASK_TRANSITIONS).toEqual({
    created: ['fencing', 'stopped'],
    fencing: ['restoring', 'failed', 'stopped'],
    restoring: ['running', 'failed', 'stopped'],
    running: ['draining', 'failed', 'stopped'],
    draining: ['stopped', 'failed'],
    stopped: [],
    failed: ['stopped'],
  });
  const bench = await running();
  await expect(bench.task.start()).rejects.toThrow('no way from running to fencing');

  const stopped = new Bench();
  await stopped.task.stop();
  await stopped.task.stop();
  await stopped.task.start();
  expect([stopped.task.phase, stopped.steps]).toEqual(['stopped', []]);
});
