import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { KafkaUnreachable } from '../../../src/kafka/connection.ts';
import { silentLog } from '../../../src/log.ts';
import { FencedError, type TaskPorts } from '../../../src/runtime/ports.ts';
import { Task, type TaskLogic } from '../../../src/runtime/task.ts';
import { TaskSlot } from '../../../src/worker/task-slot.ts';

// Fake timers do not reach the promised ones: these are the same on the timers that they do reach.
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number, value: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms, value);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
}));

/** What happens to the slot's tasks is the test's to say; what the slot does about it is written down. */
interface World {
  /** Thrown by the next fence. */
  fenceError: Error | null;
  /** Thrown by the next commit. */
  commitError: Error | null;
  isStillOurs: boolean;
  readonly events: string[];
  readonly tasks: Task<TaskLogic>[];
}

let world: World;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  world = { fenceError: null, commitError: null, isStillOurs: true, events: [], tasks: [] };
});
afterEach(() => {
  vi.useRealTimers();
});

const PORTS: TaskPorts = {
  async fence() {
    const error = world.fenceError;
    world.fenceError = null;
    if (error !== null) throw error;
    return {
      async commit() {
        const failure = world.commitError;
        world.commitError = null;
        if (failure !== null) throw failure;
        world.events.push('commit');
      },
      async dispose() {
        world.events.push('dispose');
      },
    };
  },
  committedOffset: async () => 0,
  async readChangelog() {},
};

/** Always has something to commit, until it is taken. */
class OnePiece implements TaskLogic {
  #waiting = true;
  restore(): void {}
  async restored(): Promise<void> {}
  hasWork(): boolean {
    return this.#waiting;
  }
  isFull(): boolean {
    return false;
  }
  takeCommit() {
    this.#waiting = false;
    return { outputs: [], changelog: [], positions: [] };
  }
}

function openSlot(): TaskSlot<TaskLogic> {
  const spec = { name: 'ticks-0', transactionalId: 'id', changelogs: [], outputs: [], input: null };
  const create = (onFailure: (error: unknown) => void) => {
    const task = new Task<TaskLogic>(spec, new OnePiece(), PORTS, silentLog, onFailure);
    world.tasks.push(task);
    return task;
  };
  return new TaskSlot(
    'ticks-0',
    {
      create,
      running: () => void world.events.push('feed'),
      stopping: () => void world.events.push('stop feeding'),
      async isStillOurs() {
        world.events.push('ask the group');
        return world.isStillOurs;
      },
      fatal: (error) => void world.events.push(`fatal: ${error.message}`),
    },
    silentLog,
  );
}

/** Lets everything happen that waits for no clock. */
const settle = () => vi.advanceTimersByTimeAsync(0);

async function runningSlot(): Promise<TaskSlot<TaskLogic>> {
  const slot = openSlot();
  await settle();
  expect(slot.task?.phase).toBe('running');
  return slot;
}

/** Makes the running task's next commit fail. */
async function failTask(slot: TaskSlot<TaskLogic>, error: Error): Promise<void> {
  world.commitError = error;
  await slot.task!.commit();
  await settle();
}

describe('a task slot', () => {
  test('starts its task and feeds it once it runs', async () => {
    const slot = openSlot();
    expect(slot.task).toBeNull();
    await settle();
    expect(world.events).toEqual(['feed']);
    expect(slot.task).toBe(world.tasks[0]);
    await slot.release(false);
  });

  test('released with a drain, it stops the feed, then commits, then gives the id back', async () => {
    const slot = await runningSlot();
    await slot.release(true);
    expect(world.events).toEqual(['feed', 'stop feeding', 'commit', 'dispose']);
    expect(world.tasks[0]!.phase).toBe('stopped');
  });

  test('released without a drain, it leaves what was not committed to the next owner', async () => {
    const slot = await runningSlot();
    await slot.release(false);
    await slot.release(true);
    expect(world.events).toEqual(['feed', 'stop feeding', 'dispose']);
  });

  test('begins anew, with an empty memory, after a failure: a pause that doubles up to ten seconds', async () => {
    const slot = await runningSlot();
    await failTask(slot, new Error('outcome unknown'));
    expect(slot.task).toBeNull();
    expect(world.events).toEqual(['feed', 'dispose', 'stop feeding']);
    for (const pauseMs of [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]) {
      const before = world.tasks.length;
      world.fenceError = new Error('no answer');
      await vi.advanceTimersByTimeAsync(pauseMs - 1);
      expect(world.tasks).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(world.tasks).toHaveLength(before + 1);
    }
    expect(slot.failures).toBe(10);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(slot.task?.phase).toBe('running');
    await slot.release(false);
  });

  test('after a task that ran for long, the first pause is short again', async () => {
    const slot = await runningSlot();
    await failTask(slot, new Error('first'));
    await vi.advanceTimersByTimeAsync(100);
    await vi.advanceTimersByTimeAsync(11_000);
    await failTask(slot, new Error('second'));
    await vi.advanceTimersByTimeAsync(100);
    expect(slot.task?.phase).toBe('running');
    await slot.release(false);
  });

  test('fenced by another holder, it asks the group: where the partition is still ours, it fences again', async () => {
    const slot = await runningSlot();
    await failTask(slot, new FencedError('another holder'));
    expect(world.events.at(-1)).toBe('ask the group');
    await vi.advanceTimersByTimeAsync(100);
    expect(world.tasks).toHaveLength(2);
    await slot.release(false);
  });

  test('and where it is not, it never does: it would fence the rightful owner', async () => {
    world.isStillOurs = false;
    const slot = await runningSlot();
    await failTask(slot, new FencedError('another holder'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.tasks).toHaveLength(1);
    await slot.release(true);
    expect(world.events).not.toContain('commit');
  });

  test('asks the group about no other failure', async () => {
    const slot = await runningSlot();
    await failTask(slot, new Error('outcome unknown'));
    expect(world.events).not.toContain('ask the group');
    await slot.release(false);
  });

  test('a UserError is for a person to mend: the worker ends', async () => {
    world.fenceError = new UserError('no right to write');
    const slot = openSlot();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.events).toEqual(['fatal: no right to write']);
    expect(world.tasks).toHaveLength(1);
    await slot.release(true);
  });

  test('but for brokers that cannot be reached now: it tries again', async () => {
    world.fenceError = new KafkaUnreachable('no broker answers');
    const slot = openSlot();
    await vi.advanceTimersByTimeAsync(100);
    expect(world.events).toEqual(['feed']);
    await slot.release(false);
  });

  test('released while it waits to begin anew, it ends at once', async () => {
    const slot = await runningSlot();
    await failTask(slot, new Error('outcome unknown'));
    await slot.release(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.tasks).toHaveLength(1);
  });
});
