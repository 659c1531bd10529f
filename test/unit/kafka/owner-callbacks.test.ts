import { beforeEach, describe, expect, test } from 'vitest';
import type { AssignmentChange } from '../../../src/kafka/group-member-options.ts';
import { OwnerCallbacks } from '../../../src/kafka/owner-callbacks.ts';

const TOPIC = 'ticks';

function change(generation: number, { added = [], removed = [] }: { added?: number[]; removed?: number[] }): AssignmentChange {
  const of = (partitions: number[]) => partitions.map((partition) => ({ topic: TOPIC, partition }));
  return { added: of(added), removed: of(removed), kept: [], generation };
}

describe('callbacks of the owner of partitions', () => {
  let told: string[];
  /** What the callback at hand waits for. */
  let busy: PromiseWithResolvers<void>;
  let errors: string[];
  let callbacks: OwnerCallbacks;

  beforeEach(() => {
    told = [];
    errors = [];
    busy = Promise.withResolvers();
    callbacks = new OwnerCallbacks(
      {
        async onAssigned({ generation }) {
          told.push(`assigned ${generation}`);
          await busy.promise;
        },
        onLost: (reason) => told.push(`lost: ${reason}`),
        onRebalancing: () => void told.push('rebalancing'),
      },
      (error) => errors.push(error.message),
    );
  });

  /** Lets everything happen that waits for nothing. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  test('come one at a time, in order', async () => {
    callbacks.assigned(change(1, { added: [0] }));
    const ready = callbacks.rebalancing();
    await settle();
    expect(told).toEqual(['assigned 1']);
    busy.resolve();
    await ready;
    expect(told).toEqual(['assigned 1', 'rebalancing']);
  });

  test('a loss overtakes them, and what was assigned before it is not told any more', async () => {
    callbacks.assigned(change(1, { added: [0] }));
    await settle();
    callbacks.assigned(change(2, { added: [1] }));
    expect(callbacks.lost('session expired', true)).toBe(true);
    callbacks.assigned(change(3, { added: [2] }));
    busy.resolve();
    await settle();
    expect(told).toEqual(['assigned 1', 'lost: session expired', 'assigned 3']);
  });

  test('a loss of nothing is told where the owner has not heard yet that it gave everything up', async () => {
    callbacks.assigned(change(1, { added: [0] }));
    await settle();
    callbacks.assigned(change(2, { removed: [0] }));
    expect(callbacks.lost('removed from the group', false)).toBe(true);
    busy.resolve();
    await settle();
    expect(told).toEqual(['assigned 1', 'lost: removed from the group']);
  });

  test('a loss of nothing is not told where the owner knows that it has nothing', async () => {
    busy.resolve();
    callbacks.assigned(change(1, {}));
    await settle();
    expect(callbacks.lost('session expired', false)).toBe(false);
    expect(told).toEqual(['assigned 1']);
  });

  test('what one throws is reported, and the next comes all the same', async () => {
    busy.reject(new Error('no memory'));
    callbacks.assigned(change(1, { added: [0] }));
    await callbacks.rebalancing();
    expect(errors).toEqual(['no memory']);
    expect(told).toEqual(['assigned 1', 'rebalancing']);
  });

  test('there are none after a stop', async () => {
    callbacks.assigned(change(1, { added: [0] }));
    callbacks.stop();
    await callbacks.rebalancing();
    expect(told).toEqual([]);
  });
});
