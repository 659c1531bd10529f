import { describe, expect, test } from 'vitest';
import { lineageOf } from '../../../src/lineage/read-lineage.ts';
import type { CommitBatch } from '../../../src/runtime/ports.ts';
import type { JoinTask } from '../../../src/worker/join-task.ts';
import { MINUTE } from '../domain/support.ts';
import { decodedHeaders } from '../lineage/decoded-headers.ts';
import { RETURNS, restoredJoinTask, SYMBOLS, tier1Row } from './join-support.ts';
import { batchOf, Topics } from './support.ts';

/** Feeds one row of a symbol at an offset of its partition. */
async function feed(task: JoinTask, symbol: string, offset: number, minute: number): Promise<void> {
  const record = { offset, timestamp: minute * MINUTE, key: Buffer.from(symbol), value: tier1Row(symbol, minute), headers: [] };
  await RETURNS.prepare([record.value]);
  task.process(batchOf('features-tier1', SYMBOLS.indexOf(symbol), [record]));
}

/** What the matrices of a commit say of where they came from: offsets by symbol, and the partition and offset that closed each. */
async function lineages({ outputs }: CommitBatch): Promise<string[]> {
  const records = outputs.flatMap((output) => output.records);
  return Promise.all(
    records.map(async ({ encodedHeaders }) => {
      const { links, input } = lineageOf(await decodedHeaders(encodedHeaders!));
      return `${links!.map((link) => link?.offset ?? '-').join(' ')} by ${input!.partition}@${input!.offset}`;
    }),
  );
}

describe('a matrix', () => {
  test('links to the rows of its last T and names the one that completed it, whatever else waits', async () => {
    const task = await restoredJoinTask(new Topics());
    await feed(task, 'B', 5, 1);
    await feed(task, 'B', 6, 2);
    await feed(task, 'A', 9, 1);
    await feed(task, 'C', 2, 1);
    await feed(task, 'C', 3, 2);
    await feed(task, 'A', 11, 2);
    expect(await lineages(task.takeCommit())).toEqual(['9 5 2 by 2@2', '11 6 3 by 0@11']);
  });

  test('has all its links after a restart: what waited is read again', async () => {
    const topics = new Topics();
    const first = await restoredJoinTask(topics);
    await feed(first, 'A', 0, 1);
    await feed(first, 'B', 0, 1);
    await feed(first, 'C', 0, 1);
    await feed(first, 'A', 1, 2);
    topics.commit(first.takeCommit());

    const second = await restoredJoinTask(topics);
    const [a, b] = [second.inputs.get(0)!.position!, second.inputs.get(1)!.position!];
    expect([a, b]).toEqual([1, 1]);
    await feed(second, 'A', 1, 2);
    await feed(second, 'B', 1, 2);
    await feed(second, 'C', 1, 2);
    expect(await lineages(second.takeCommit())).toEqual(['1 1 1 by 2@1']);
  });

  test('that corrects links to the late row alone', async () => {
    const task = await restoredJoinTask(new Topics(), { matrices: { joinGrace: 1, corrections: 'all' } });
    for (const minute of [1, 2, 3]) {
      await feed(task, 'A', minute, minute);
      await feed(task, 'B', minute, minute);
    }
    task.stage.join.workedOff(2, 2 * MINUTE);
    task.poll();
    expect(await lineages(task.takeCommit())).toEqual(['1 1 - by 1@1', '2 2 - by 1@2']);
    await feed(task, 'C', 40, 1);
    await feed(task, 'C', 41, 2);
    // The first enters two matrices, the second one.
    expect(await lineages(task.takeCommit())).toEqual(['- - 40 by 2@40', '- - 40 by 2@40', '- - 41 by 2@41']);
  });
});
