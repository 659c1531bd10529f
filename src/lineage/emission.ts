import type { TopicOutput } from '../runtime/ports.ts';
import { EMITTED_DIGITS } from './header-names.ts';

/** Writes into the headers of outputs that they go out now: `nowMs`, UTC epoch ms. Records without encoded headers stay as they are. */
export function stampEmission(outputs: readonly TopicOutput[], nowMs: number): void {
  const digits = Buffer.from(String(nowMs).padStart(EMITTED_DIGITS, '0'));
  for (const { records } of outputs) {
    for (const { encodedHeaders } of records) {
      if (encodedHeaders === undefined) continue;
      const start = encodedHeaders.length - EMITTED_DIGITS;
      for (let i = 0; i < EMITTED_DIGITS; i++) encodedHeaders[start + i] = digits[i]!;
    }
  }
}
