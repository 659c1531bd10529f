import { featureVersion } from '../../topology/settings-hash.ts';
import type { JoinSlot } from '../../topology/topics.ts';
import { encodeRecord } from '../codec/encode-record.ts';
import { encodeCleanBar, encodeFeatureRow, encodeMatrix, encodeTier1State } from '../codec/encoders.ts';
import type { CleanState, DeadLetter, JoinState, SchemaName, Tier1State } from '../codec/generated/records.ts';
import { AvroWriter } from '../codec/writer.ts';
import type { SchemaSource } from '../codec/writer-schemas.ts';
import type { CleanBar } from '../domain/clean-bar.ts';
import type { FeatureRow } from '../domain/feature-row.ts';
import type { CorrelationMatrix } from '../domain/matrix.ts';
import type { DomainSettings } from '../domain/settings.ts';
import type { SymbolStageState } from '../domain/symbol-stage.ts';
import type { Timeframe } from '../domain/timeframe.ts';
import type { InputRecord } from '../runtime/ports.ts';
import { toCleanState } from './clean-state.ts';
import type { JoinStateBody } from './join-state.ts';
import { type SavedRecords, STATE_FORMAT_VERSION, StateReader } from './state-reader.ts';
import type { UnsavedRow } from './unsaved-rows.ts';

/** The ids that the registry gave our schemas. */
export type SchemaIds = Readonly<Record<SchemaName, number>>;

/** Everything a worker writes, as bytes; and its own state records back again. */
export class OutputCodec {
  readonly #domain: DomainSettings;
  readonly #ids: SchemaIds;
  readonly #writer = new AvroWriter();
  readonly #featureVersion: string;
  readonly #states: StateReader;

  constructor(domain: DomainSettings, ids: SchemaIds, registry: SchemaSource) {
    this.#domain = domain;
    this.#ids = ids;
    this.#featureVersion = featureVersion(domain.features);
    this.#states = new StateReader(domain, registry);
  }

  cleanBar(bar: CleanBar): Buffer {
    return encodeCleanBar(this.#writer, this.#ids['clean-ohlcv'], bar);
  }

  featureRow(row: FeatureRow): Buffer {
    return encodeFeatureRow(this.#writer, this.#ids['features-tier1'], this.#featureVersion, row);
  }

  matrix(matrix: CorrelationMatrix): Buffer {
    return encodeMatrix(this.#writer, this.#ids['features-tier2'], matrix);
  }

  deadLetter(letter: DeadLetter): Buffer {
    return encodeRecord('dead-letter', this.#ids['dead-letter'], letter);
  }

  /** The clean stage's state of a symbol, including all input below `inputOffset`. */
  cleanState(symbol: string, inputOffset: number, state: SymbolStageState<InputRecord>): Buffer {
    return encodeRecord('clean-state', this.#ids['clean-state'], {
      format_version: STATE_FORMAT_VERSION,
      settings_hash: this.#states.cleanHash,
      input_offset: inputOffset,
      ...toCleanState(symbol, this.#domain.bars.timeframes, state),
    });
  }

  /** One row of the tier-1 stage's state of a series. */
  tier1State(symbol: string, timeframe: Timeframe, row: UnsavedRow): Buffer {
    const head = { formatVersion: STATE_FORMAT_VERSION, settingsHash: this.#states.tier1Hash, symbol, timeframe };
    return encodeTier1State(this.#writer, this.#ids['tier1-state'], head, row);
  }

  joinState(slot: JoinSlot, positions: JoinState['positions'], body: JoinStateBody): Buffer {
    return encodeRecord('join-state', this.#ids['join-state'], {
      format_version: STATE_FORMAT_VERSION,
      settings_hash: this.#states.joinHash(slot),
      universe: slot.universe.name,
      timeframe: slot.timeframe,
      symbols: [...slot.universe.symbols],
      positions,
      ...body,
    });
  }

  readCleanStates(values: readonly Buffer[]): Promise<SavedRecords<CleanState>> {
    return this.#states.readCleanStates(values);
  }

  readTier1States(values: readonly Buffer[]): Promise<SavedRecords<Tier1State>> {
    return this.#states.readTier1States(values);
  }

  readJoinStates(values: readonly Buffer[], slot: JoinSlot): Promise<SavedRecords<JoinState>> {
    return this.#states.readJoinStates(values, slot);
  }
}
