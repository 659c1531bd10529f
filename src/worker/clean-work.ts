import type { CleanState } from '../codec/generated/records.ts';
import type { CleanBar } from '../domain/clean-bar.ts';
import type { Refusal } from '../domain/reason.ts';
import type { BarSettings } from '../domain/settings.ts';
import type { LiveClock, SymbolSink, TickCounts } from '../domain/symbol-stage.ts';
import type { Tick } from '../domain/tick.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { StageHeaders } from '../lineage/stage-headers.ts';
import type { ChangelogBuffer } from '../runtime/changelog-buffer.ts';
import { CleanStage } from '../runtime/clean-stage.ts';
import type { OutputBuffer } from '../runtime/output-buffer.ts';
import type { InputRecord } from '../runtime/ports.ts';
import { fromCleanState, hasEmitted } from './clean-state.ts';
import { deadLetter } from './dead-letters.ts';
import { keptRecord } from './kept-record.ts';
import type { OutputCodec } from './output-codec.ts';
import { type LoadedState, SavedState } from './saved-state.ts';

/** Where the clean stage of one partition reads and writes. */
export interface CleanTopics {
  readonly partition: number;
  /** ticks, clean-ohlcv, dead-letters and clean-changelog, as Kafka knows them. */
  readonly input: string;
  readonly output: string;
  readonly deadLetters: string;
  readonly changelog: string;
}

/** Called for every clean bar, with the offset of the tick that closed it. */
export type OnCleanBar = (bar: CleanBar, position: number) => void;

/** The clean stage of one tick partition with its outputs, dead letters and changelog. */
export class CleanWork {
  readonly #stage: CleanStage<InputRecord>;
  readonly #topics: CleanTopics;
  readonly #codec: OutputCodec;
  readonly #outputs: OutputBuffer;
  readonly #headers: StageHeaders;
  readonly #sink: SymbolSink<InputRecord>;
  readonly #saved: SavedState<CleanState>;
  #hasEmitted = false;
  /** Input positions of the restored states, by symbol. */
  readonly #included = new Map<string, number>();
  /** The tick being worked on, its offset and its symbol; null while bars close without one. */
  #record: InputRecord | null = null;
  #position = 0;
  #symbol = '';
  #lastRefusal: Refusal | null = null;

  /** When `onBar` is called, `headers` stand on the record that closed the bar. */
  constructor(
    settings: BarSettings,
    topics: CleanTopics,
    codec: OutputCodec,
    outputs: OutputBuffer,
    headers: StageHeaders,
    onBar: OnCleanBar | null,
  ) {
    this.#stage = new CleanStage(settings);
    this.#topics = topics;
    this.#codec = codec;
    this.#saved = new SavedState((values) => codec.readCleanStates(values));
    this.#outputs = outputs;
    this.#headers = headers;
    this.#sink = {
      bar: (bar) => {
        this.#writeBar(bar);
        onBar?.(bar, this.#position);
      },
      refused: (reason, record, timeframes) => this.refuse(reason, record, this.#symbol, timeframes),
      duplicate: () => {},
      held: keptRecord,
    };
  }

  /** What became of the ticks since the task began. */
  counts(): TickCounts {
    return this.#stage.counts();
  }

  /** The stage, for metrics. */
  get stage(): CleanStage<InputRecord> {
    return this.#stage;
  }

  /** Why a record was refused since this was last asked, null where none was: the last reason of several. */
  takeRefusal(): Refusal | null {
    const refusal = this.#lastRefusal;
    this.#lastRefusal = null;
    return refusal;
  }

  /** One record of the changelog, in order. */
  restore(record: InputRecord): void {
    this.#saved.add(record);
  }

  /** The changelog has been read: what of it can be used. Nothing is taken over yet. */
  load(): Promise<LoadedState> {
    return this.#saved.load((state) => {
      this.#hasEmitted ||= hasEmitted(state);
      return state.input_offset;
    });
  }

  /** True where the loaded state has put out bars: tier 1 must have state of them. */
  get hasEmitted(): boolean {
    return this.#hasEmitted;
  }

  /** Takes over what was loaded. */
  apply(): void {
    for (const record of this.#saved.take()) {
      this.#stage.restore(record.symbol, fromCleanState(record));
      this.#included.set(record.symbol, record.input_offset);
    }
  }

  /** True where the symbol's restored state includes the tick at `offset`: the symbols of a partition do not all include the same. */
  includes(symbol: string, offset: number): boolean {
    return offset < (this.#included.get(symbol) ?? 0);
  }

  /** Begins without state; the changelog's is deleted with the next commit. */
  discard(): void {
    this.#saved.discard();
  }

  /** Works on one tick. */
  process(tick: Tick, record: InputRecord, live: LiveClock | null): void {
    this.#record = record;
    this.#position = record.offset;
    this.#symbol = tick.symbol;
    this.#stage.process(tick, record, this.#sink, live);
  }

  /** Closes what the wall clock has left behind, as of input position `nextOffset`. */
  idle(nowMs: number, idleMs: number, nextOffset: number): void {
    this.#record = null;
    this.#position = nextOffset - 1;
    this.#stage.idle(nowMs, idleMs, this.#sink);
  }

  /** Sends a record to the dead letters. */
  refuse(reason: Refusal, record: InputRecord, symbol: string | null, timeframes: readonly Timeframe[] = [], detail?: string): void {
    const { input: topic, partition } = this.#topics;
    this.#lastRefusal = reason;
    const refused = { reason, topic, partition, record, stage: 'clean', symbol, timeframes, ...(detail === undefined ? {} : { detail }) };
    this.#outputs.add(this.#topics.deadLetters, deadLetter(this.#codec, this.#headers, refused));
  }

  /** Writes the state of every symbol touched since the last call; it includes all input below `nextOffset`. */
  takeChanges(changelog: ChangelogBuffer, nextOffset: number): void {
    this.#saved.writeRepairs(changelog, this.#topics.changelog, this.#topics.partition);
    this.#stage.takeChanges((symbol, state) => {
      changelog.add(this.#topics.changelog, {
        partition: this.#topics.partition,
        key: symbol,
        value: this.#codec.cleanState(symbol, nextOffset, state),
        timestamp: Math.max(0, state.highestEventTime),
      });
    });
  }

  #writeBar(bar: CleanBar): void {
    const timestamp = Math.max(0, bar.timestampUtc);
    // Of the many ticks of a bar only the headers of the one that closes it are looked at.
    this.#headers.standOn(this.#position, this.#record);
    this.#outputs.add(this.#topics.output, {
      partition: this.#topics.partition,
      key: bar.symbol,
      value: this.#codec.cleanBar(bar),
      timestamp,
      encodedHeaders: this.#headers.encode('clean', bar.symbol, bar.timeframe, timestamp),
    });
  }
}
