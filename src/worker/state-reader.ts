import { cleanStateHash, joinStateHash, tier1StateHash } from '../../topology/settings-hash.ts';
import type { JoinSlot } from '../../topology/topics.ts';
import { RecordDecoder } from '../codec/decoder.ts';
import { type CleanState, type JoinState, schemas, type Tier1State } from '../codec/generated/records.ts';
import type { SchemaSource } from '../codec/writer-schemas.ts';
import type { DomainSettings } from '../domain/settings.ts';

/** Version of what the fields of state records mean. */
export const STATE_FORMAT_VERSION = 1;

/** What every state record says of the definition it was made under. */
export interface StateRecord {
  readonly format_version: number;
  readonly settings_hash: string;
}

/** State records as read back. */
export interface SavedRecords<T> {
  readonly records: readonly T[];
  /** False where one is of another format or was made under other settings: two definitions are never mixed. */
  readonly isUsable: boolean;
}

/** Reads the state records of workers back, and knows the hashes of the settings that they must have been made under. */
export class StateReader {
  readonly cleanHash: string;
  readonly tier1Hash: string;
  readonly #domain: DomainSettings;
  /** By universe. */
  readonly #joinHashes = new Map<string, string>();
  readonly #cleanStates: RecordDecoder<CleanState>;
  readonly #tier1States: RecordDecoder<Tier1State>;
  readonly #joinStates: RecordDecoder<JoinState>;

  constructor(domain: DomainSettings, registry: SchemaSource) {
    this.#domain = domain;
    this.cleanHash = cleanStateHash(domain);
    this.tier1Hash = tier1StateHash(domain);
    this.#cleanStates = new RecordDecoder(registry, schemas['clean-state']);
    this.#tier1States = new RecordDecoder(registry, schemas['tier1-state']);
    this.#joinStates = new RecordDecoder(registry, schemas['join-state']);
  }

  joinHash({ universe }: JoinSlot): string {
    let hash = this.#joinHashes.get(universe.name);
    if (hash === undefined) {
      hash = joinStateHash(this.#domain, universe);
      this.#joinHashes.set(universe.name, hash);
    }
    return hash;
  }

  readCleanStates(values: readonly Buffer[]): Promise<SavedRecords<CleanState>> {
    return readStates(this.#cleanStates, values, this.cleanHash);
  }

  readTier1States(values: readonly Buffer[]): Promise<SavedRecords<Tier1State>> {
    return readStates(this.#tier1States, values, this.tier1Hash);
  }

  readJoinStates(values: readonly Buffer[], slot: JoinSlot): Promise<SavedRecords<JoinState>> {
    return readStates(this.#joinStates, values, this.joinHash(slot));
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
