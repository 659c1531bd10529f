import {
  type Closure,
  type DomainSettings,
  defaultMaxJumpMs,
  type FeatureSettings,
  type MatrixSettings,
  type Universe,
} from '../src/domain/settings.ts';
import { closureOf } from './closures.ts';
import { largestMatrixBytes } from './matrix-size.ts';
import { readSettingsFile } from './settings-file.ts';
import { checkAcrossKeys, type DomainFile } from './settings-rules.ts';
import { replayFileSchema, type SettingsFile, settingsFileSchema } from './settings-schema.ts';

/** Everything one settings file decides. Defaults are filled in; every list is in the file's order unless said otherwise. */
export interface Settings {
  /** The rules of every number. */
  readonly domain: DomainSettings;
  /** Symbols with a partition each; the i-th one has partition `sharedPartitions + i`. */
  readonly symbols: readonly string[];
  /** Partitions 0 … n - 1, for symbols that are not listed; 0: none. */
  readonly sharedPartitions: number;
  /** What becomes of a tick outside its symbol's partition. */
  readonly misrouted: 'forward' | 'reject';
  readonly live: LiveSettings;
  readonly topics: TopicSettings;
  readonly kafka: KafkaSettings;
  readonly registry: RegistrySettings;
  readonly runtime: RuntimeSettings;
  readonly halts: HaltSettings;
}

/** The two rules that look at the wall clock, in ms; null is off. Replay and rebuild never apply them. */
export interface LiveSettings {
  readonly aheadMs: number | null;
  readonly idleMs: number | null;
}

/** How the topics are created. */
export interface TopicSettings {
  readonly prefix: string;
  /** Copies of every partition; null: 3, or as many as there are brokers. */
  readonly replicationFactor: number | null;
  /** Retention of data topics by record time, ms; -1: for ever. */
  readonly retentionMs: number;
  /** The largest record of ticks, bytes. */
  readonly maxMessageBytes: number;
  /** The largest record of features-tier2, bytes: every matrix of the universes fits. */
  readonly tier2MaxMessageBytes: number;
  readonly tier2Partitions: number;
}

/** TLS with files of one's own. */
export interface TlsFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** Where the cluster is. The environment goes before it (src/cli/context.ts). */
export interface KafkaSettings {
  /** Null: not in the file. */
  readonly brokers: readonly string[] | null;
  readonly clientId: string;
  readonly ssl: boolean | TlsFiles;
  readonly sasl: SaslSettings | null;
}

/** The login. */
export interface SaslSettings {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  /** Null: to come from the environment. */
  readonly password: string | null;
}

/** Where the schema registry is; null: not in the file. */
export interface RegistrySettings {
  readonly url: string | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly token: string | null;
  readonly caFile: string | null;
  readonly cacheDir: string | null;
}

/** How workers commit, and every limit of theirs with its unit. docs/settings.md explains each. */
export interface RuntimeSettings {
  readonly applicationId: string;
  readonly guarantee: 'exactly_once' | 'at_least_once';
  readonly commitIntervalMs: number;
  /** A transaction begins as soon as a bar is out, whatever the interval. At least once outputs wait for no commit anyway. */
  readonly commitOnBar: boolean;
  readonly commitRecords: number;
  /** Output that may wait for a task's next commit before the task takes no more input. */
  readonly commitBytes: number;
  readonly transactionTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly metadataMaxAgeMs: number;
  readonly drainTimeoutMs: number;
  readonly fetchMaxBytes: number;
  readonly fetchMaxBytesPerPartition: number;
  /** Timestamps the join holds before it pauses symbols that run ahead. */
  readonly joinMaxPending: number;
}

/** Limits at which a worker halts a symbol by itself. */
export interface HaltSettings {
  /** Of a symbol's last records, the share in dead-letters above which it is halted, 0 … 1; null: off. */
  readonly maxDeadLetterShare: number | null;
  /** How many of its last records that share is of. */
  readonly deadLetterWindow: number;
  /** Records of a symbol before its share is looked at. */
  readonly deadLetterMinRecords: number;
  /** A tick of a schema that the registry does not know halts its symbol. */
  readonly onSchemaRefusal: boolean;
}

/** What a replay without a broker needs: the kind of its input and the rules. */
export interface ReplayConfig {
  readonly input: 'ticks' | 'bars';
  readonly domain: DomainSettings;
}

/**
 * Reads the settings file (YAML, or JSON, which is YAML too).
 * Throws one UserError that lists every problem with file, line, key and what is allowed. `fileName` is for its messages only.
 */
export function parseSettings(text: string, fileName: string): Settings {
  const file = readSettingsFile(text, fileName, settingsFileSchema, (value) => checkAcrossKeys(value, value.symbols, value));
  return {
    domain: domainOf(file),
    symbols: file.symbols,
    sharedPartitions: file.shared_partitions,
    misrouted: file.misrouted,
    live: { aheadMs: file.live.ahead_ms, idleMs: file.live.idle_ms },
    topics: {
      prefix: file.topics.prefix,
      replicationFactor: file.topics.replication_factor,
      retentionMs: file.topics.retention_ms,
      maxMessageBytes: file.topics.max_message_bytes,
      tier2MaxMessageBytes: Math.max(file.topics.tier2_max_message_bytes, largestMatrixBytes(file.universes, file.window)),
      tier2Partitions: file.topics.tier2_partitions,
    },
    kafka: kafkaOf(file.kafka),
    registry: {
      url: file.registry.url ?? null,
      username: file.registry.username ?? null,
      password: file.registry.password ?? null,
      token: file.registry.token ?? null,
      caFile: file.registry.ca_file ?? null,
      cacheDir: file.registry.cache_dir ?? null,
    },
    runtime: runtimeOf(file.runtime),
    halts: {
      maxDeadLetterShare: file.halts.max_dead_letter_share,
      deadLetterWindow: file.halts.dead_letter_window,
      deadLetterMinRecords: file.halts.dead_letter_min_records,
      onSchemaRefusal: file.halts.on_schema_refusal,
    },
  };
}

/**
 * Reads the config of a replay: a settings file, in which `input` may say `bars` and symbols need not be listed.
 * Throws like `parseSettings`.
 */
export function parseReplayConfig(text: string, fileName: string): ReplayConfig {
  const file = readSettingsFile(text, fileName, replayFileSchema, (value) => checkAcrossKeys(value, null, null));
  return { input: file.input, domain: domainOf(file) };
}

function domainOf(file: DomainFile): DomainSettings {
  return {
    bars: {
      timeframes: file.timeframes,
      price: file.price,
      calendar: file.calendar,
      closures: file.closures.map((entry): Closure => closureOf(entry)),
      maxJumpMs: file.max_jump_ms ?? defaultMaxJumpMs(file.timeframes),
      graceMs: file.grace_ms,
      maxGapBars: file.max_gap_bars,
      minVolume: file.min_volume,
      spread: file.spread,
      spreadAlpha: file.spread_alpha,
    },
    features: featuresOf(file),
    matrices: matricesOf(file),
  };
}

function featuresOf(file: DomainFile): FeatureSettings {
  return {
    normalizer: file.normalizer,
    normWindow: file.features.norm_window,
    atrWindow: file.features.atr_window,
    efficiencyWindow: file.features.efficiency_window,
    rangeWindow: file.features.range_window,
    slopeLag: file.features.slope_lag,
    spreadWindow: file.features.spread_window,
    mlWindow: file.features.ml_window,
    mlMinValid: file.features.ml_min_valid,
    trendThreshold: file.features.trend_threshold,
  };
}

function matricesOf(file: DomainFile): MatrixSettings {
  return {
    universes: file.universes.map(({ name, symbols }): Universe => ({ name, symbols: [...symbols].sort() })),
    window: file.window,
    minObs: file.min_obs,
    joinGrace: file.join_grace,
    corrections: file.corrections,
  };
}

function kafkaOf(file: SettingsFile['kafka']): KafkaSettings {
  return {
    brokers: file.brokers ?? null,
    clientId: file.client_id,
    ssl: typeof file.ssl === 'boolean' ? file.ssl : tlsFilesOf(file.ssl),
    sasl: file.sasl === undefined ? null : { ...file.sasl, password: file.sasl.password ?? null },
  };
}

function tlsFilesOf(file: { ca_file?: string | undefined; cert_file?: string | undefined; key_file?: string | undefined }): TlsFiles {
  return {
    ...(file.ca_file === undefined ? {} : { caFile: file.ca_file }),
    ...(file.cert_file === undefined ? {} : { certFile: file.cert_file }),
    ...(file.key_file === undefined ? {} : { keyFile: file.key_file }),
  };
}

function runtimeOf(file: SettingsFile['runtime']): RuntimeSettings {
  return {
    applicationId: file.application_id,
    guarantee: file.guarantee,
    commitIntervalMs: file.commit_interval_ms,
    commitOnBar: file.commit_on_bar,
    commitRecords: file.commit_records,
    commitBytes: file.commit_bytes,
    transactionTimeoutMs: file.transaction_timeout_ms,
    sessionTimeoutMs: file.session_timeout_ms,
    heartbeatIntervalMs: file.heartbeat_interval_ms,
    rebalanceTimeoutMs: file.rebalance_timeout_ms,
    metadataMaxAgeMs: file.metadata_max_age_ms,
    drainTimeoutMs: file.drain_timeout_ms,
    fetchMaxBytes: file.fetch_max_bytes,
    fetchMaxBytesPerPartition: file.fetch_max_bytes_per_partition,
    joinMaxPending: file.join_max_pending,
  };
}
