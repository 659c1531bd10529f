import { encodeRecord } from '../codec/encode-record.ts';
import type { ControlState } from '../codec/generated/records.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { IdempotentProducer } from '../kafka/idempotent-producer.ts';
import type { Log } from '../log.ts';

/** Where control records are written, and under which schema id of the registry. */
export interface ControlTopic {
  readonly connection: KafkaConnection;
  /** control, as Kafka knows it. */
  readonly topic: string;
  readonly schemaId: number;
  readonly log: Log;
}

/**
 * Writes the newest state of some targets (symbols, or `*`). Resolves once every in-sync replica has them; keeps trying until then, or until
 * `signal` is aborted: then it rejects with the signal's reason, and what was written is unknown.
 */
export async function writeControl(to: ControlTopic, states: ReadonlyMap<string, ControlState>, signal?: AbortSignal): Promise<void> {
  const { connection, topic, schemaId, log } = to;
  const producer = await IdempotentProducer.open(connection, log, signal === undefined ? {} : { signal });
  try {
    const messages = [...states].map(([key, state]) => ({
      partition: 0,
      key,
      value: encodeRecord('control', schemaId, state),
      timestamp: state.requested_at,
    }));
    await producer.send([{ topic, messages }]);
  } finally {
    await producer.close();
  }
}
