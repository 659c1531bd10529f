import type { StageSetName, Topology } from '../../topology/fx.ts';
import type { Settings } from '../../topology/settings.ts';
import type { JoinSlot, TopicRole } from '../../topology/topics.ts';
import { PoisonError } from '../codec/errors.ts';
import type { JoinState } from '../codec/generated/records.ts';
import type { SchemaSource } from '../codec/writer-schemas.ts';
import { historyBars } from '../domain/feature-series.ts';
import type { KafkaAdmin } from '../kafka/admin.ts';
import type { InputRecord } from '../runtime/ports.ts';
import { hasEmitted } from './clean-state.ts';
import {
  type InspectedJoin,
  type InspectedSeries,
  type InspectedSymbol,
  inspectedJoin,
  inspectedSeries,
  inspectedSymbols,
} from './inspected-state.ts';
import { joinSealKey, savedJoin } from './join-state.ts';
import { whyLost } from './lost-state.ts';
import { SavedState } from './saved-state.ts';
import { hasPositions } from './start-checks.ts';
import { STATE_FORMAT_VERSION, StateReader, type StateRecord } from './state-reader.ts';
import { inputTaskName, joinTaskName } from './task-names.ts';

/** What a start would do with saved state: take it over, make it again from the retained input, begin without any, or fail on it. */
export type Outlook = 'restore' | 'rebuild' | 'begin' | 'unreadable';

/** One partition of a changelog. */
export interface InspectedStore {
  readonly changelog: string;
  readonly partition: number;
  /** Keys, and the bytes of their values. */
  readonly records: number;
  readonly bytes: number;
  /** Keys written by a commit that was cut short: they do not count. */
  readonly unsealed: number;
  /** Of its records, each value once; more than one where definitions are mixed. */
  readonly formatVersions: readonly number[];
  readonly settingsHashes: readonly string[];
  /** What a start requires. */
  readonly currentFormatVersion: number;
  readonly currentSettingsHash: string;
}

interface InspectedTask {
  /** As logs name it. */
  readonly task: string;
  readonly outlook: Outlook;
  /** Why the state is not restored, null where it is. */
  readonly why: string | null;
  readonly stores: readonly InspectedStore[];
}

/** The state of a task with one input partition. */
export interface InspectedInputTask extends InspectedTask {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** The group's position, null where it has none; and the end of the partition. */
  readonly committed: number | null;
  readonly end: number;
  readonly symbols: readonly InspectedSymbol[];
  readonly series: readonly InspectedSeries[];
}

/** The state of a join's task. */
export interface InspectedJoinTask extends InspectedTask {
  readonly universe: string;
  readonly timeframe: string;
  /** Null where it holds none. */
  readonly state: InspectedJoin | null;
  /** The end of each partition of features-tier1 that the state has a position of, in the same order. */
  readonly ends: readonly number[];
}

/** What changelogs hold. */
export interface StateInspection {
  readonly inputs: readonly InspectedInputTask[];
  readonly joins: readonly InspectedJoinTask[];
}

/** Which tasks to look at. */
export interface InspectedPart {
  /** Partitions of ticks. */
  readonly partitions: readonly number[];
  readonly joins: readonly JoinSlot[];
}

/** What an inspection reads from. */
export interface InspectorParts {
  readonly settings: Settings;
  readonly topology: Topology;
  readonly admin: Pick<KafkaAdmin, 'committedOffsets' | 'watermarks'>;
  readonly schemas: SchemaSource;
  /** Reads a changelog partition from its start to its last stable offset. */
  readonly readChangelog: (topic: string, partition: number, onRecord: (record: InputRecord) => void) => Promise<void>;
  /** True where features-tier2 holds a matrix of the join. */
  readonly hasMatrix: (slot: JoinSlot) => Promise<boolean>;
}

/** A changelog partition as read: its state records, or why they cannot be read. */
interface Loaded<T> {
  readonly store: InspectedStore;
  readonly records: readonly T[];
  readonly position: number | null;
  /** Why it cannot be used, null where it can. */
  readonly unreadable: string | null;
  readonly other: string | null;
}

/** Reads what changelogs hold and judges it as a worker that starts under these settings would. Changes nothing. */
export class StateInspector {
  readonly #parts: InspectorParts;
  readonly #states: StateReader;

  constructor(parts: InspectorParts) {
    this.#parts = parts;
    this.#states = new StateReader(parts.settings.domain, parts.schemas);
  }

  /** Throws UserError where topics are absent, RegistryOutage where the registry does not answer. */
  async inspect({ partitions, joins }: InspectedPart): Promise<StateInspection> {
    const { topology, admin } = this.#parts;
    const isSplit =
      (await hasPositions(topology, topology.stageSets.clean, admin)) || (await hasPositions(topology, topology.stageSets.tier1, admin));
    const inputs = isSplit
      ? [...(await this.#inputs('clean', 'ticks', partitions)), ...(await this.#inputs('tier1', 'clean-ohlcv', partitions))]
      : await this.#inputs('all', 'ticks', partitions);
    const ends = joins.length === 0 ? [] : (await admin.watermarks(this.#topic('features-tier1'))).map(({ high }) => high);
    return { inputs, joins: await Promise.all(joins.map((slot) => this.#join(slot, ends))) };
  }

  async #inputs(setName: StageSetName, role: TopicRole, partitions: readonly number[]): Promise<InspectedInputTask[]> {
    if (partitions.length === 0) return [];
    const { topology, admin } = this.#parts;
    const set = topology.stageSets[setName];
    const topic = this.#topic(role);
    const [positions, watermarks] = await Promise.all([admin.committedOffsets(set.groupId, topic), admin.watermarks(topic)]);
    return await Promise.all(
      partitions.map(async (partition) => {
        const committed = positions[partition] ?? null;
        const [clean, tier1] = await Promise.all([
          set.stages.includes('clean') ? this.#clean(partition) : undefined,
          set.stages.includes('tier1') ? this.#tier1(partition) : undefined,
        ]);
        const loaded = [clean, tier1].filter((one) => one !== undefined);
        const lost = whyLost(committed, {
          ...(clean === undefined ? {} : { clean: clean.position }),
          ...(tier1 === undefined ? {} : { tier1: tier1.position }),
          hasEmitted: clean?.records.some(hasEmitted) ?? false,
        });
        const { domain } = this.#parts.settings;
        return {
          task: inputTaskName(role, partition),
          ...outlookOf(loaded, lost),
          groupId: set.groupId,
          topic,
          partition,
          committed,
          end: watermarks[partition]?.high ?? 0,
          stores: loaded.map(({ store }) => store),
          symbols: inspectedSymbols(clean?.records ?? []),
          series: inspectedSeries(tier1?.records ?? [], historyBars(domain.features), domain.features),
        };
      }),
    );
  }

  async #join(slot: JoinSlot, ends: readonly number[]): Promise<InspectedJoinTask> {
    const hash = this.#states.joinHash(slot);
    const saved = new SavedState((values) => this.#states.readJoinStates(values, slot), joinSealKey(slot));
    const loaded = await this.#load('join-changelog', slot.partition, saved, hash, ({ rows }) => rows);
    const lost = await this.#whyJoinLost(slot, loaded.records);
    const state = inspectedJoin(loaded.records);
    return {
      task: joinTaskName(slot),
      ...outlookOf([loaded], lost),
      universe: slot.universe.name,
      timeframe: slot.timeframe,
      stores: [loaded.store],
      state,
      ends: (state?.positions ?? []).map(({ partition }) => ends[partition] ?? 0),
    };
  }

  async #whyJoinLost(slot: JoinSlot, records: readonly JoinState[]): Promise<string | null> {
    const saved = savedJoin(records);
    if (saved === null) return (await this.#parts.hasMatrix(slot)) ? 'matrices have gone out, and there is no state of them' : null;
    return saved.isWhole ? null : 'rows were replaced by a commit that was cut short, and compacted away';
  }

  #clean(partition: number) {
    const saved = new SavedState((values) => this.#states.readCleanStates(values));
    return this.#load('clean-changelog', partition, saved, this.#states.cleanHash, ({ input_offset }) => input_offset);
  }

  #tier1(partition: number) {
    const saved = new SavedState((values) => this.#states.readTier1States(values));
    return this.#load('tier1-changelog', partition, saved, this.#states.tier1Hash, ({ input_offset }) => input_offset);
  }

  async #load<T extends StateRecord>(
    role: TopicRole,
    partition: number,
    saved: SavedState<T>,
    hash: string,
    positionOf: (record: T) => number,
  ): Promise<Loaded<T>> {
    const changelog = this.#topic(role);
    await this.#parts.readChangelog(changelog, partition, (record) => saved.add(record));
    let position: number | null = null;
    let unreadable: string | null = null;
    try {
      position = (await saved.load(positionOf)).position;
    } catch (error) {
      if (!(error instanceof PoisonError)) throw error;
      unreadable = `${changelog} has a record that cannot be read: ${error.message}`;
    }
    const { records } = saved;
    const store = {
      changelog,
      partition,
      ...saved.size,
      formatVersions: [...new Set(records.map(({ format_version }) => format_version))],
      settingsHashes: [...new Set(records.map(({ settings_hash }) => settings_hash))],
      currentFormatVersion: STATE_FORMAT_VERSION,
      currentSettingsHash: hash,
    };
    return { store, records, position, unreadable, other: whyOther(store) };
  }

  #topic(role: TopicRole): string {
    return this.#parts.topology.topics[role].name;
  }
}

/** Why state is of another definition than the settings', null where it is not. */
function whyOther({ changelog, formatVersions, settingsHashes, currentFormatVersion, currentSettingsHash }: InspectedStore): string | null {
  const format = formatVersions.find((version) => version !== currentFormatVersion);
  if (format !== undefined) return `${changelog} is of format ${format}, this version writes ${currentFormatVersion}`;
  const hash = settingsHashes.find((other) => other !== currentSettingsHash);
  return hash === undefined ? null : `${changelog} was made under other settings (${hash}, now ${currentSettingsHash})`;
}

function outlookOf(loaded: readonly Loaded<unknown>[], lost: string | null): { outlook: Outlook; why: string | null } {
  const unreadable = loaded.find((one) => one.unreadable !== null)?.unreadable ?? null;
  if (unreadable !== null) return { outlook: 'unreadable', why: unreadable };
  const why = loaded.find(({ other }) => other !== null)?.other ?? lost;
  if (why !== null) return { outlook: 'rebuild', why };
  if (loaded.every(({ position }) => position === null)) return { outlook: 'begin', why: 'there is no state' };
  return { outlook: 'restore', why: null };
}
