import { cleanStateHash, featureVersion, joinStateHash, tier1StateHash } from '../../topology/settings-hash.ts';
import type { JoinSlot } from '../../topology/topics.ts';
import { RecordDecoder } from '../codec/decoder.ts';
import { encodeRecord } from '../codec/encode-record.ts';
import { encodeCleanBar, encodeFeatureRow, encodeMatrix, encodeTier1State } from '../codec/encoders.ts';
import { type CleanState, type DeadLetter, type JoinState, type SchemaName, schemas, type Tier1State } from '../codec/generated/records.ts';
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
import type { UnsavedRow } from './unsaved-rows.ts';

/** Version of what the fields of state records mean. */
export const STATE_FORMAT_VERSION = 1;

/** The ids that the registry gave our schemas. */
export type SchemaIds = Readonly<Record<SchemaName, number>>;

interface StateRecord {
  readonly format_version: number;
  readonly settings_hash: string;
}

/** State records as read back. */
export interface SavedRecords<T> {
  readonly records: readonly T[];
  /** False where one is of another format or was made under other settings: two definitions are never mixed. */
  readonly isUsable: boolean;
}

/** Everything a worker writes, as bytes; and its own state records back again. */
export class OutputCodec {
  readonly #domain: DomainSettings;
  readonly #ids: SchemaIds;
  readonly #writer = new AvroWriter();
  readonly #featureVersion: string;
  readonly #cleanHash: string;
  readonly #tier1Hash: string;
  /** By universe. */
  readonly #joinHashes = new Map<string, string>();
  readonly #cleanStates: RecordDecoder<CleanState>;
  readonly #tier1States: RecordDecoder<Tier1State>;
  readonly #joinStates: RecordDecoder<JoinState>;

  constructor(domain: DomainSettings, ids: SchemaIds, registry: SchemaSource) {
    this.#domain = domain;
    this.#ids = ids;
    this.#featureVersion = featureVersion(domain.features);
    this.#cleanHash = cleanStateHash(domain);
    this.#tier1Hash = tier1StateHash(domain);
    this.#cleanStates = new RecordDecoder(registry, schemas['clean-state']);
    this.#tier1States = new RecordDecoder(registry, schemas['tier1-state']);
    this.#joinStates = new RecordDecoder(registry, schemas['join-state']);
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
      settings_hash: this.#cleanHash,
      input_offset: inputOffset,
      ...toCleanState(symbol, this.#domain.bars.timeframes, state),
    });
  }

  /** One row of the tier-1 stage's state of a series. */
  tier1State(symbol: string, timeframe: Timeframe, row: UnsavedRow): Buffer {
    const head = { formatVersion: STATE_FORMAT_VERSION, settingsHash: this.#tier1Hash, symbol, timeframe };
    return encodeTier1State(this.#writer, this.#ids['tier1-state'], head, row);
  }

  joinState(slot: JoinSlot, positions: JoinState['positions'], body: JoinStateBody): Buffer {
    return encodeRecord('join-state', this.#ids['join-state'], {
      format_version: STATE_FORMAT_VERSION,
      settings_hash: this.#joinHash(slot),
      universe: slot.universe.name,
      timeframe: slot.timeframe,
      symbols: [...slot.universe.symbols],
      positions,
      ...body,
    });
  }

  readCleanStates(values: readonly Buffer[]): Promise<SavedRecords<CleanState>> {
    return readStates(this.#cleanStates, values, this.#cleanHash);
  }

  readTier1States(values: readonly Buffer[]): Promise<SavedRecords<Tier1State>> {
    return readStates(this.#tier1States, values, this.#tier1Hash);
  }

  readJoinStates(values: readonly Buffer[], slot: JoinSlot): Promise<SavedRecords<JoinState>> {
    return readStates(this.#joinStates, values, this.#joinHash(slot));
  }

  #joinHash({ universe }: JoinSlot): string {
    let hash = this.#joinHashes.get(universe.name);
    if (hash === undefined) {
      hash = joinStateHash(this.#domain, universe);
      this.#joinHashes.set(universe.name, hash);
    }
    return hash;
  }
}

async function readStates<T extends StateRecord>(
  decoder: RecordDecoder<T>,
  values: readonly Buffer[],
  hash: string,
): Promise<SavedRecords<T>> {
  await decoder.prepare(values);
  const records = values.map((value) => decoder.decode(value));
  const isUsable = records.every((state) => state.format_version === STATE_FORMAT_VERSION && state.settings_hash === hash);
  return { records, isUsable };
}
