/** The programs of python/ and java/: what they are told, and what they print. */
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Desk } from './desks.ts';
import { runProgram } from './run-program.ts';
import { pythonFolder } from './runtimes.ts';

/** A record as the reading programs print it: times as UTC epoch ms, bytes as base64. */
export interface PrintedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly timestamp: number;
  readonly headers: readonly (readonly [key: string, value: string | null])[];
  readonly value: Readonly<Record<string, unknown>>;
}

/** A way to read our topics without our code. `fastavro` is Python without the registry client. */
export const READERS = ['python', 'fastavro', 'java'] as const;
export type Reader = (typeof READERS)[number];

/** Sends the ticks of a CSV text as a desk does; `table` names the symbol of each partition, in order. */
export async function sendTicks(desk: Desk, topic: string, table: readonly string[], csv: string): Promise<void> {
  const symbols = desk.partitioning === 'table' ? table : [];
  const args = [...platform(), topic, ...symbols];
  if (desk.client === 'java') {
    await runProgram(inject('java'), ['SendTicks', ...args], csv);
  } else {
    // librdkafka has to be told.
    const partitioner = desk.partitioning === 'murmur2' ? ['--partitioner', 'murmur2_random'] : [];
    await runProgram(inject('python'), [join(pythonFolder, 'send_ticks.py'), ...partitioner, ...args], csv);
  }
}

/** All committed records of topics, each topic's partitions in any order. */
export async function readTopics(reader: Reader, topics: readonly string[]): Promise<PrintedRecord[]> {
  const script = join(pythonFolder, 'read_topics.py');
  const printed =
    reader === 'java'
      ? await runProgram(inject('java'), ['ReadTopics', ...platform(), ...topics])
      : await runProgram(inject('python'), [script, ...(reader === 'fastavro' ? ['--plain'] : []), ...platform(), ...topics]);
  return printed.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as PrintedRecord]));
}

function platform(): [brokers: string, registry: string] {
  return [inject('brokers').join(','), inject('registryUrl')];
}
