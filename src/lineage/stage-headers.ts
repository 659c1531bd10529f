import { encodeHeaders } from '../kafka/encoded-headers.ts';
import type { PartitionRef, RecordHeader } from '../runtime/ports.ts';
import { EMITTED, EMITTED_DIGITS, INPUT, TRACEPARENT } from './header-names.ts';
import { finish, mix, mixNumber, mixText, putSpanId, putTraceId, SPAN_WORDS, seedsOf, TRACE_WORDS } from './ids.ts';
import {
  EMPTY_TRACEPARENT,
  lastHeader,
  NO_FLAGS,
  SPAN_ID_AT,
  TRACE_ID_AT,
  TRACEPARENT_CHARS,
  traceFlags,
  validTraceparent,
} from './traceparent.ts';

/** What writes outputs of input records. Each has spans of its own. */
export type Stage = 'clean' | 'tier1' | 'dead-letter';

const SPAN_SEEDS: Readonly<Record<Stage, Int32Array>> = {
  clean: seedsOf('clean', SPAN_WORDS),
  tier1: seedsOf('tier1', SPAN_WORDS),
  'dead-letter': seedsOf('dead-letter', SPAN_WORDS),
};
/** Digits of the largest offset that a number holds exactly. */
const MAX_OFFSET_DIGITS = 16;
const ZERO = 0x30;
const NO_HEADERS: readonly RecordHeader[] = [];
const NO_TIME = '0'.repeat(EMITTED_DIGITS);

/**
 * The headers of what the stages make of one input partition: `standOn` the record that is worked on, then `encode` for each output. They
 * are kept as the bytes of a record batch, of which no more than what differs is written from one output to the next.
 *
 * A record with a valid traceparent brings its trace along; any other begins one, with an id made from its position.
 */
export class StageHeaders {
  readonly #passesInputOn: boolean;
  /** `topic/partition@` and room for an offset. */
  readonly #position: Buffer;
  readonly #prefixBytes: number;
  readonly #seeds: Int32Array;
  #template: Buffer = Buffer.alloc(0);
  #inputBytes = -1;
  #traceAt = 0;
  #inputAt = 0;
  /** Offset of the record that the template is of. */
  #offset = Number.NaN;

  /**
   * `passesInputOn`: the partition holds outputs of an earlier stage, and what is made of one of them came of the record that closed it.
   * One without the header (written before there was any) stands for itself.
   */
  constructor({ topic, partition }: PartitionRef, passesInputOn = false) {
    const prefix = `${topic}/${partition}@`;
    this.#passesInputOn = passesInputOn;
    this.#prefixBytes = Buffer.byteLength(prefix);
    this.#position = Buffer.alloc(this.#prefixBytes + MAX_OFFSET_DIGITS, prefix);
    this.#seeds = seedsOf(prefix, TRACE_WORDS);
  }

  /**
   * What is encoded from now on is an output of the record at `offset`; null where the record itself is not at hand. Its headers are asked for
   * once, however many outputs it has.
   */
  standOn(offset: number, record: { readonly headers: readonly RecordHeader[] } | null): void {
    if (offset === this.#offset) return;
    this.#offset = offset;
    const headers = record?.headers ?? NO_HEADERS;
    const passedOn = this.#passesInputOn ? lastHeader(headers, INPUT) : undefined;
    if (passedOn === undefined) this.#putInput(this.#position, this.#putOffset(offset));
    else this.#putInput(passedOn, passedOn.length);
    this.#putTrace(offset, validTraceparent(headers));
  }

  /** The headers of one output, encoded; `timestampUtc` is its record time. When it goes out is written over them by `stampEmission`. */
  encode(stage: Stage, symbol: string, timeframe: string, timestampUtc: number): Buffer {
    const template = this.#template;
    const [seeds, ofPartition] = [SPAN_SEEDS[stage], this.#seeds];
    const name = mixText(mixText(seeds[0]!, symbol), timeframe);
    const first = finish(mixNumber(mixNumber(name ^ ofPartition[0]!, this.#offset), timestampUtc));
    const second = finish(mix(mixNumber(mixNumber(seeds[1]! ^ ofPartition[1]!, this.#offset), timestampUtc), name));
    putSpanId(template, this.#traceAt + SPAN_ID_AT, first, second);
    const encoded = Buffer.allocUnsafe(template.length);
    template.copy(encoded);
    return encoded;
  }

  /** Gives the length of the position's text. */
  #putOffset(offset: number): number {
    let digits = 1;
    for (let rest = offset; rest >= 10; rest = Math.floor(rest / 10)) digits++;
    const end = this.#prefixBytes + digits;
    let rest = offset;
    for (let at = end - 1; at >= this.#prefixBytes; at--) {
      this.#position[at] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    return end;
  }

  #putInput(text: Buffer, bytes: number): void {
    if (bytes !== this.#inputBytes) this.#layOut(bytes);
    text.copy(this.#template, this.#inputAt, 0, bytes);
  }

  #layOut(inputBytes: number): void {
    // When it goes out comes last, where `stampEmission` looks for it.
    const headers = [
      { key: TRACEPARENT, value: EMPTY_TRACEPARENT },
      { key: INPUT, value: Buffer.alloc(inputBytes) },
      { key: EMITTED, value: NO_TIME },
    ];
    this.#template = encodeHeaders(headers);
    this.#inputBytes = inputBytes;
    this.#traceAt = this.#template.indexOf(EMPTY_TRACEPARENT);
    this.#inputAt = encodeHeaders(headers.slice(0, 2)).length - inputBytes;
  }

  #putTrace(offset: number, parent: Buffer | undefined): void {
    const traceIdAt = this.#traceAt + TRACE_ID_AT;
    if (parent === undefined) putTraceId(this.#template, traceIdAt, this.#seeds, offset);
    else parent.copy(this.#template, traceIdAt, TRACE_ID_AT, SPAN_ID_AT - 1);
    this.#template[this.#traceAt + TRACEPARENT_CHARS - 1] = ZERO + (parent === undefined ? NO_FLAGS : traceFlags(parent));
  }
}
