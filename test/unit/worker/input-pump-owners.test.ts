import { describe, expect, test } from 'vitest';
import { RegistryOutages } from '../../../src/codec/registry-outages.ts';
import { silentLog } from '../../../src/log.ts';
import type { InputBatch, TaskPorts } from '../../../src/runtime/ports.ts';
import { Task } from '../../../src/runtime/task.ts';
import { InputPump, type PumpReader } from '../../../src/worker/input-pump.ts';
import type { InputTask } from '../../../src/worker/input-task.ts';
import { recordsOf } from '../records.ts';

/** No commit by time. */
const SELDOM = { intervalMs: 3_600_000, outputs: 'paced' } as const;
const [TOPIC, PARTITION] = ['ticks', 3];

const PORTS: TaskPorts = {
  fence: async () => ({ async commit() {}, async dispose() {} }),
  committedOffset: async () => 0,
  async readChangelog() {},
};

/** A reader whose answers the test gives. */
class HandReader implements PumpReader {
  /** Where each assigned partition is read from. */
  readonly assigned = new Map<string, number>();
  /** The answer to the question for the first offset. */
  readonly earliest = Promise.withResolvers<number>();
  #answer = Promise.withResolvers<InputBatch[]>();

  answer(batch: InputBatch): void {
    this.#answer.resolve([batch]);
    this.#answer = Promise.withResolvers();
  }

  async listOffsets(): Promise<Map<number, number>> {
    return new Map([[PARTITION, await this.earliest.promise]]);
  }
  assign(topic: string, partition: number, offset: number): void {
    this.assigned.set(`${topic}/${partition}`, offset);
  }
  unassign(topic: string, partition: number): void {
    this.assigned.delete(`${topic}/${partition}`);
  }
  pause(): void {}
  resume(): void {}
  position(): number | undefined {
    return undefined;
  }
  lag(): number | undefined {
    return undefined;
  }
  fetch(): Promise<InputBatch[]> {
    return this.#answer.promise;
  }
  async close(): Promise<void> {
    this.#answer.resolve([]);
  }
}

/** Writes down what it is given; its preparation waits for the test. */
class Recorder implements InputTask {
  readonly taken = 0;
  readonly processed: number[] = [];
  readonly prepared = Promise.withResolvers<void>();
  readonly isPreparing = Promise.withResolvers<void>();
  readonly isProcessed = Promise.withResolvers<void>();
  readonly nextOffset: number | null;

  constructor(nextOffset: number | null) {
    this.nextOffset = nextOffset;
  }

  async prepare(): Promise<void> {
    this.isPreparing.resolve();
    await this.prepared.promise;
  }
  process(batch: InputBatch): number {
    this.processed.push(batch.nextOffset);
    this.isProcessed.resolve();
    return batch.records.length;
  }
  idle(): void {}
  restore(): void {}
  async restored(): Promise<void> {}
  hasWork(): boolean {
    return false;
  }
  hasOutputs(): boolean {
    return false;
  }
  takeOutputs() {
    return [];
  }
  isFull(): boolean {
    return false;
  }
  takeCommit() {
    return { outputs: [], changelog: [], positions: [] };
  }
}

async function running(logic: Recorder): Promise<Task<InputTask>> {
  const input = { groupId: 'group', topic: TOPIC, partition: PARTITION };
  const spec = { name: 'ticks-3', transactionalId: 'id', changelogs: [], outputs: [], input };
  const task = new Task<InputTask>(spec, logic, PORTS, silentLog, () => {});
  await task.start();
  return task;
}

function pumpOn(reader: HandReader): InputPump {
  const halts = { isHalted: () => false, isAllHalted: false };
  return new InputPump(reader, halts, new RegistryOutages(silentLog), SELDOM, (error) => {
    throw error;
  });
}

const batchTo = (nextOffset: number): InputBatch => ({ topic: TOPIC, partition: PARTITION, records: recordsOf([]), nextOffset });

describe('the input pump, where tasks of one partition follow each other,', () => {
  test('takes out the task it is told to, not the one that has come to the same partition since', async () => {
    const reader = new HandReader();
    const pump = pumpOn(reader);
    const [oldLogic, newLogic] = [new Recorder(5), new Recorder(7)];
    const [oldTask, newTask] = [await running(oldLogic), await running(newLogic)];
    await pump.add(oldTask);
    await pump.add(newTask);
    expect(reader.assigned.get('ticks/3')).toBe(7);

    await pump.remove(oldTask);
    expect(reader.assigned.get('ticks/3')).toBe(7);
    newLogic.prepared.resolve();
    reader.answer(batchTo(9));
    await newLogic.isProcessed.promise;
    await pump.remove(newTask);
    expect(newLogic.processed).toEqual([9]);
    expect(oldLogic.processed).toEqual([]);
    expect(reader.assigned.size).toBe(0);
    await pump.close();
  });

  test('works on nothing more for a task whose partition another has taken over', async () => {
    const reader = new HandReader();
    const pump = pumpOn(reader);
    const oldLogic = new Recorder(5);
    const oldTask = await running(oldLogic);
    await pump.add(oldTask);
    reader.answer(batchTo(6));
    await oldLogic.isPreparing.promise;
    await pump.add(await running(new Recorder(5)));
    oldLogic.prepared.resolve();
    await pump.remove(oldTask);
    expect(oldLogic.processed).toEqual([]);
    await pump.close();
  });

  test('does not let a task that was stopped on its way in take the partition from the next', async () => {
    const reader = new HandReader();
    const pump = pumpOn(reader);
    const [oldTask, newTask] = [await running(new Recorder(null)), await running(new Recorder(7))];
    const adding = pump.add(oldTask);
    await oldTask.stop();
    await pump.add(newTask);
    reader.earliest.resolve(0);
    await adding;
    await pump.remove(oldTask);
    expect(reader.assigned.get('ticks/3')).toBe(7);
    await pump.close();
  });
});
