import { type Broker, sendUnknownToKafkajs } from './internals.ts';
import { throwUnlessSuccess } from './response-error.ts';

/** How the last transaction of a transactional id ended, or is about to by a decision that stands; null: there was none, or it is still open. */
export type TransactionEnd = 'commit' | 'abort' | null;

const ENDS: Readonly<Record<string, TransactionEnd>> = {
  PrepareCommit: 'commit',
  CompleteCommit: 'commit',
  PrepareAbort: 'abort',
  CompleteAbort: 'abort',
};
const DESCRIBE_TRANSACTIONS = { apiKey: 65, apiVersion: 0, apiName: 'DescribeTransactions' } as const;
const UNKNOWN_TRANSACTIONAL_ID = 105;

/** Asks the coordinator of a transactional id how its last transaction ended. Throws ResponseError where it cannot say. */
export async function lastTransactionEnd(coordinator: Broker, transactionalId: string): Promise<TransactionEnd> {
  const { errorCode, state } = await sendUnknownToKafkajs(
    coordinator,
    DESCRIBE_TRANSACTIONS,
    encodeRequest(transactionalId),
    decodeResponse,
  );
  if (errorCode === UNKNOWN_TRANSACTIONAL_ID) return null;
  throwUnlessSuccess(`DescribeTransactions of ${transactionalId}`, errorCode);
  return ENDS[state] ?? null;
}

/** Version 0, one id; the first byte ends the request's header, which kafkajs does not know to have tagged fields. */
export function encodeRequest(transactionalId: string): Buffer {
  const id = Buffer.from(transactionalId);
  return Buffer.concat([Buffer.of(0), Buffer.of(2), unsignedVarint(id.length + 1), id, Buffer.of(0)]);
}

/** The answer of version 0 as far as it is needed: code and state of the one id asked for. It begins with the tagged fields of its header. */
export function decodeResponse(raw: Buffer): { errorCode: number; state: string } {
  const afterThrottle = 1 + 4;
  if (raw[0] !== 0 || raw[afterThrottle] !== 2) throw new Error('DescribeTransactions was answered in a form that is not known here');
  const errorCode = raw.readInt16BE(afterThrottle + 1);
  const afterId = skipCompactString(raw, afterThrottle + 3);
  const [length, start] = readUnsignedVarint(raw, afterId);
  return { errorCode, state: raw.toString('latin1', start, start + length - 1) };
}

function skipCompactString(raw: Buffer, at: number): number {
  const [length, start] = readUnsignedVarint(raw, at);
  return start + length - 1;
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** The value, and where it ends. */
function readUnsignedVarint(raw: Buffer, at: number): [value: number, end: number] {
  let value = 0;
  let end = at;
  for (let shift = 0; ; shift += 7) {
    const byte = raw[end++]!;
    value |= (byte & 0x7f) << shift;
    if (byte <= 0x7f) return [value, end];
  }
}
