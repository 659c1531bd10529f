import { putLong } from '../codec/varint.ts';
import type { OutgoingHeader } from './record-batch-writer.ts';

const MAX_VARINT_BYTES = 5;

/** Headers as they lie in a record, their number first: what is nearly the same for many records is encoded once and then changed in place. */
export function encodeHeaders(headers: readonly OutgoingHeader[]): Buffer {
  let bound = MAX_VARINT_BYTES;
  for (const { key, value } of headers)
    bound += 2 * MAX_VARINT_BYTES + Buffer.byteLength(key) + (value === null ? 0 : Buffer.byteLength(value));
  const bytes = Buffer.allocUnsafe(bound);
  let at = putLong(bytes, 0, headers.length);
  const put = (part: Buffer | string | null): void => {
    if (part === null) {
      at = putLong(bytes, at, -1);
      return;
    }
    at = putLong(bytes, at, Buffer.byteLength(part));
    at += typeof part === 'string' ? bytes.write(part, at) : part.copy(bytes, at);
  };
  for (const { key, value } of headers) {
    put(key);
    put(value);
  }
  return bytes.subarray(0, at);
}
