import { encodeHeaders } from '../kafka/encoded-headers.ts';
import { EMITTED, EMITTED_DIGITS, INPUT, LINK_BYTES, LINKS, TRACEPARENT } from './header-names.ts';
import { finish, mixNumber, putSpanId, putTraceId, SPAN_WORDS, seedsOf, TRACE_WORDS } from './ids.ts';
import { EMPTY_TRACEPARENT, SPAN_ID_AT, TRACE_ID_AT } from './traceparent.ts';

/** The tier-1 records that a matrix has joined at its last T. */
export interface JoinedRecords {
  /** Offset of each symbol's record, in the order of the universe; -1 where there is none. */
  readonly offsets: Float64Array;
  /** The symbol, by index, whose record was read last: it completed the matrix. */
  readonly last: number;
}

/**
 * The headers of the matrices of one join. A matrix joins the traces of many bars, so it begins one of its own, with an id made from its key
 * and version, and says where the records lie that it has joined.
 */
export class MatrixHeaders {
  readonly #inputTopic: string;
  readonly #partitions: readonly number[];
  readonly #traceSeeds: Int32Array;
  readonly #spanSeeds: Int32Array;

  /** `inputTopic` is features-tier1 as Kafka knows it, `partitions` where on it each symbol of the universe is; `key` is that of the matrices. */
  constructor(inputTopic: string, partitions: readonly number[], output: { readonly topic: string; readonly key: string }) {
    this.#inputTopic = inputTopic;
    this.#partitions = partitions;
    const seeds = seedsOf(`${output.topic} ${output.key}`, TRACE_WORDS + SPAN_WORDS);
    this.#traceSeeds = seeds.subarray(0, TRACE_WORDS);
    this.#spanSeeds = seeds.subarray(TRACE_WORDS);
  }

  /** The headers of one matrix, encoded. When it goes out is written over them by `stampEmission`. */
  encode(version: number, { offsets, last }: JoinedRecords): Buffer {
    const links = Buffer.allocUnsafe(offsets.length * LINK_BYTES);
    offsets.forEach((offset, symbol) => {
      links.writeInt32BE(this.#partitions[symbol]!, symbol * LINK_BYTES);
      links.writeBigInt64BE(BigInt(offset), symbol * LINK_BYTES + 4);
    });
    return encodeHeaders([
      { key: TRACEPARENT, value: this.#traceparent(version) },
      { key: INPUT, value: `${this.#inputTopic}/${this.#partitions[last]}@${offsets[last]}` },
      { key: LINKS, value: links },
      { key: EMITTED, value: '0'.repeat(EMITTED_DIGITS) },
    ]);
  }

  #traceparent(version: number): Buffer {
    const text = Buffer.from(EMPTY_TRACEPARENT);
    putTraceId(text, TRACE_ID_AT, this.#traceSeeds, version);
    const [first, second] = this.#spanSeeds;
    putSpanId(text, SPAN_ID_AT, finish(mixNumber(first!, version)), finish(mixNumber(second!, version)));
    return text;
  }
}
