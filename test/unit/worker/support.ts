/** A worker's tasks without Kafka: codec, topics as lists, and a changelog that is compacted at once. */

import { encodeRecord } from '../../../src/codec/encode-record.ts';
import { type SchemaName, schemas } from '../../../src/codec/generated/records.ts';
import type { DomainSettings } from '../../../src/domain/settings.ts';
import type { Tick } from '../../../src/domain/tick.ts';
import type { CommitBatch, InputBatch, InputRecord, TopicOutput } from '../../../src/runtime/ports.ts';
import { OutputCodec, type SchemaIds } from '../../../src/worker/output-codec.ts';
import { FixedSchemas } from '../codec/support.ts';
import { recordsOf } from '../records.ts';

const NAMES = Object.keys(schemas) as SchemaName[];

/** Our schemas under ids 1, 2, 3 … */
export const SCHEMA_IDS = Object.fromEntries(NAMES.map((name, i) => [name, i + 1])) as SchemaIds;

/** A registry that knows our schemas. */
export function ourSchemas(): FixedSchemas {
  return new FixedSchemas(Object.fromEntries(NAMES.map((name) => [SCHEMA_IDS[name], schemas[name]])));
}

export function codecFor(domain: DomainSettings): OutputCodec {
  return new OutputCodec(domain, SCHEMA_IDS, ourSchemas());
}

/** A tick as a record at an offset, under its symbol as key. */
export function tickRecord(offset: number, tick: Tick): InputRecord {
  const value = encodeRecord('tick', SCHEMA_IDS.tick, {
    symbol: tick.symbol,
    event_time: tick.eventTime,
    bid: tick.bid,
    ask: tick.ask,
    last: tick.hasLast ? tick.last : null,
    volume: tick.hasVolume ? tick.volume : null,
    seq: tick.hasSeq ? tick.seq : null,
    source_id: tick.sourceId,
  });
  return { offset, timestamp: Math.max(0, tick.eventTime), key: Buffer.from(tick.symbol), value, headers: [] };
}

/** A batch of consecutive records. */
export function batchOf(topic: string, partition: number, records: readonly InputRecord[]): InputBatch {
  return { topic, partition, records: recordsOf(records), nextOffset: (records.at(-1)?.offset ?? -1) + 1 };
}

/** Topics in memory: what commits have written, and the newest value of every changelog key. */
export class Topics {
  /** Key and value (base64) of every record, by topic. */
  readonly outputs = new Map<string, string[]>();
  readonly #changelogs = new Map<string, Map<string, Buffer>>();
  /** The group's position. */
  committed: number | null = null;

  /** One transaction. */
  commit(batch: CommitBatch): void {
    this.write(batch.outputs);
    this.save(batch.changelog);
    for (const { offset } of batch.positions) this.committed = offset;
  }

  write(outputs: readonly TopicOutput[]): void {
    for (const { topic, records } of outputs) {
      const lines = this.outputs.get(topic) ?? [];
      this.outputs.set(topic, lines);
      for (const { key, value } of records) lines.push(`${key} ${value!.toString('base64')}`);
    }
  }

  save(changelog: readonly TopicOutput[]): void {
    for (const { topic, records } of changelog) {
      const kept = this.#changelogs.get(topic) ?? new Map<string, Buffer>();
      this.#changelogs.set(topic, kept);
      for (const { key, value } of records) {
        // The newest of a key stands where it was written, behind all that came before.
        kept.delete(String(key));
        if (value !== null) kept.set(String(key), value);
      }
    }
  }

  /** What a restore reads of a changelog. */
  changelog(topic: string): InputRecord[] {
    return [...(this.#changelogs.get(topic) ?? [])].map(([key, value], offset) => ({
      offset,
      timestamp: 0,
      key: Buffer.from(key),
      value,
      headers: [],
    }));
  }
}
