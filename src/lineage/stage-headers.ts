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
const MAX_INT32 = 2 ** 31 - 1;
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
  readonly #position: string;
  readonly #seeds: Int32Array;
  #template: Buffer = Buffer.alloc(0);
  #inputBytes = -1;
  #traceAt = 0;
  #inputAt = 0;
  /** What the template has where the input stands: a position on the partition itself, with offsets from `#least` up to `#beyond`. */
  #least = 0;
  #beyond = 0;
  /** Offset of the record that the template is of, and what it has given to the two words of its spans. */
  #offset = Number.NaN;
  #firstSeed = 0;
  #secondSeed = 0;
  /** What the last output was of, as words: mostly the next is of the same. */
  #symbol = '';
  #timeframe = '';
  #nameWord = mixText(mixText(0, ''), '');
  #timestampUtc = Number.NaN;
  #timeWord = 0;

  /**
   * `passesInputOn`: the partition holds outputs of an earlier stage, and what is made of one of them came of the record that closed it.
   * One without the header (written before there was any) stands for itself.
   */
  constructor({ topic, partition }: PartitionRef, passesInputOn = false) {
    this.#passesInputOn = passesInputOn;
    this.#position = `${topic}/${partition}@`;
    this.#seeds = seedsOf(this.#position, TRACE_WORDS);
  }

  /**
   * What is encoded from now on is an output of the record at `offset`; null where the record itself is not at hand. Its headers are asked for
   * once, however many outputs it has.
   */
  standOn(offset: number, record: { readonly headers: readonly RecordHeader[] } | null): void {
    if (offset === this.#offset) return;
    this.#offset = offset;
    this.#firstSeed = mixNumber(this.#seeds[0]!, offset);
    this.#secondSeed = mixNumber(this.#seeds[1]!, offset);
    const headers = record?.headers ?? NO_HEADERS;
    const passedOn = this.#passesInputOn ? lastHeader(headers, INPUT) : undefined;
    if (passedOn === undefined) this.#putPosition(offset);
    else this.#putInput(passedOn);
    this.#putTrace(offset, validTraceparent(headers));
  }

  /** The headers of one output, encoded; `timestampUtc` is its record time. When it goes out is written over them by `stampEmission`. */
  encode(stage: Stage, symbol: string, timeframe: string, timestampUtc: number): Buffer {
    if (symbol !== this.#symbol || timeframe !== this.#timeframe) {
      this.#symbol = symbol;
      this.#timeframe = timeframe;
      this.#nameWord = mixText(mixText(0, symbol), timeframe);
    }
    if (timestampUtc !== this.#timestampUtc) {
      this.#timestampUtc = timestampUtc;
      this.#timeWord = mixNumber(0, timestampUtc);
    }
    const template = this.#template;
    const seeds = SPAN_SEEDS[stage];
    const first = finish(mix(mix(this.#firstSeed ^ seeds[0]!, this.#timeWord), this.#nameWord));
    const second = finish(mix(mix(this.#secondSeed ^ seeds[1]!, this.#nameWord), this.#timeWord));
    putSpanId(template, this.#traceAt + SPAN_ID_AT, first, second);
    const encoded = Buffer.allocUnsafe(template.length);
    template.copy(encoded);
    return encoded;
  }

  /** The record itself: from one to the next only digits change, and seldom their number. */
  #putPosition(offset: number): void {
    if (offset < this.#least || offset >= this.#beyond) {
      const text = `${this.#position}${offset}`;
      this.#putInput(Buffer.from(text));
      this.#beyond = 10 ** (text.length - this.#position.length);
      this.#least = offset < 10 ? 0 : this.#beyond / 10;
      return;
    }
    let at = this.#inputAt + this.#inputBytes - 1;
    let rest = offset;
    // Beyond 32 bits division is slower, and few partitions come there.
    for (; rest > MAX_INT32; rest = Math.floor(rest / 10)) this.#template[at--] = ZERO + (rest % 10);
    for (const end = this.#inputAt + this.#position.length; at >= end; at--) {
      const tens = (rest / 10) | 0;
      this.#template[at] = ZERO + rest - 10 * tens;
      rest = tens;
    }
  }

  #putInput(text: Buffer): void {
    if (text.length !== this.#inputBytes) this.#layOut(text.length);
    text.copy(this.#template, this.#inputAt);
    this.#least = this.#beyond = 0;
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
