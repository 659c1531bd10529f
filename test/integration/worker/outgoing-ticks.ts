/** Ticks as bytes, hostile ones included: encoded by avsc itself, which takes NaN and infinities, unlike the producer of this project. */
import avro from 'avsc';
import { schemas } from '../../../src/codec/generated/records.ts';
import type { Tick } from '../../../src/domain/tick.ts';
import type { OutgoingHeader } from '../../../src/kafka/record-batch-writer.ts';

/** A record for the topic ticks. */
export interface OutgoingTick {
  readonly symbol: string;
  readonly value: Buffer | null;
  /** Record time, UTC epoch ms. */
  readonly timestamp: number;
  /** Where it is not the symbol's own. */
  readonly partition?: number;
  /** Where it is not the symbol. */
  readonly key?: string | null;
  readonly headers?: readonly OutgoingHeader[];
}

const type = avro.Type.forSchema(schemas.tick as unknown as avro.Schema);

/** A tick in the wire format under a schema id. */
export function tickBytes(schemaId: number, tick: Tick): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(schemaId, 1);
  const body = type.toBuffer({
    symbol: tick.symbol,
    event_time: tick.eventTime,
    bid: tick.bid,
    ask: tick.ask,
    last: tick.hasLast ? tick.last : null,
    volume: tick.hasVolume ? tick.volume : null,
    seq: tick.hasSeq ? tick.seq : null,
    source_id: tick.sourceId,
  });
  return Buffer.concat([header, body]);
}

/** A tick as a record, stamped with its event time. */
export function outgoing(schemaId: number, tick: Tick, fields: Partial<OutgoingTick> = {}): OutgoingTick {
  return { symbol: tick.symbol, value: tickBytes(schemaId, tick), timestamp: Math.max(0, tick.eventTime), ...fields };
}
