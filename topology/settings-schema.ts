import { z } from 'zod';
import { DEFAULT_BARS, DEFAULT_FEATURES, DEFAULT_MATRICES } from '../src/domain/settings.ts';
import { TIMEFRAMES } from '../src/domain/timeframe.ts';

/** What a key says about itself: `expected` completes the sentence "expected …" of an error, `about` explains it in the reference. */
export interface FieldDoc {
  readonly expected: string;
  readonly about: string;
  /** The value is never shown. */
  readonly secret?: boolean;
}

const MIB = 1024 * 1024;
/** The largest record that a topic may be set to take. */
const MOST_LIMIT_BYTES = 16 * MIB;
/** A matrix without strong pairs; with all of them it is about three times as large. */
export const MOST_TIER2_BYTES = 8 * MIB;
/** The longest name Kafka allows a topic is 249; ours add at most 15 to the prefix, and 17 more with a variant's suffix. */
const MAX_PREFIX_LENGTH = 200;

function field<T extends z.ZodType>(type: T, expected: string, about: string): T {
  return type.meta({ expected, about } satisfies FieldDoc);
}

function secret<T extends z.ZodType>(type: T, expected: string, about: string): T {
  return type.meta({ expected, about, secret: true } satisfies FieldDoc);
}

/** A group of keys. A group whose keys are all commented out reads as null in YAML: that is the same as leaving it out. */
function section<T extends z.ZodRawShape>(shape: T, about: string) {
  return z
    .preprocess((value) => value ?? {}, z.strictObject(shape))
    .prefault({})
    .meta({ expected: 'a group of keys', about } satisfies FieldDoc);
}

const text = z.string().min(1);
const millis = z.int().min(0);

const closure = z.union([z.tuple([z.int(), z.int()]), z.strictObject({ from: z.union([z.int(), text]), to: z.union([z.int(), text]) })]);

const domainKeys = {
  timeframes: field(z.array(z.enum(TIMEFRAMES)).min(1), `a list out of ${TIMEFRAMES.join(', ')}`, 'Bar sizes, any set at once.').default([
    ...DEFAULT_BARS.timeframes,
  ]),
  price: field(
    z.enum(['mid', 'bid', 'ask', 'last']),
    'mid, bid, ask or last',
    'The price a bar is built from; mid is (bid + ask) / 2.',
  ).default(DEFAULT_BARS.price),
  calendar: field(
    z.enum(['24x7', 'fx']),
    '24x7 or fx',
    'Which slots are on the grid; fx is closed from Friday 17:00 to Sunday 17:00 in New York.',
  ).default(DEFAULT_BARS.calendar),
  closures: field(
    z.array(
      field(closure, '[from, to) in epoch ms, or {from, to} with ISO dates such as 2026-12-25 or 2026-12-25T17:00:00Z', 'One closure.'),
    ),
    'a list of closures',
    'Closures of the market besides the calendar: `[from, to)` in epoch ms, or `{from, to}` with ISO dates (UTC).',
  ).default([]),
  max_jump_ms: field(
    millis.nullable(),
    'a whole number of ms >= 0, or null',
    'A tick further ahead of its symbol is held until a second one confirms it; null: the larger of 1 h and 4 slots of the largest timeframe.',
  ).default(null),
  grace_ms: field(
    z.partialRecord(z.enum(TIMEFRAMES), field(z.number().min(0), 'a number >= 0', 'Grace of one timeframe.')),
    'a map from timeframe to ms, such as {1m: 2000}',
    'How long after its end a slot stays open for late ticks, in ms of event time; 0 where absent.',
  ).default({}),
  max_gap_bars: field(z.int().min(1), 'a whole number >= 1', 'A longer run of empty slots restarts the series.').default(
    DEFAULT_BARS.maxGapBars,
  ),
  min_volume: field(z.number().min(0), 'a number >= 0', 'A bar with less volume is not valid.').default(DEFAULT_BARS.minVolume),
  spread: field(
    z.enum(['quoted', 'hl', 'off']),
    'quoted, hl or off',
    'The raw spread behind spread_estimate: mean (ask - bid) / mid, (high - low) / close, or none.',
  ).default(DEFAULT_BARS.spread),
  spread_alpha: field(
    z.number().gt(0).max(1),
    'a number above 0, at most 1',
    'Weight of the newest value in the average of the spread.',
  ).default(DEFAULT_BARS.spreadAlpha),
  normalizer: field(
    z.enum(['zscore', 'robust']),
    'zscore or robust',
    'What the `_norm` twins are measured in: standard deviations, or 1.4826 x the median absolute deviation.',
  ).default(DEFAULT_FEATURES.normalizer),
  universes: field(
    z.array(
      z.strictObject({
        name: field(z.string().regex(/^[A-Za-z0-9._-]{1,64}$/), '1 to 64 letters, digits, dots, dashes or underscores', 'Its name.'),
        symbols: field(
          z.array(field(text, 'a symbol (text)', 'A symbol.')).min(1),
          'a list of at least one symbol',
          'The symbols it correlates, in any order.',
        ),
      }),
    ),
    'a list of {name, symbols}',
    'Named lists of symbols; each gives one stream of correlation matrices a timeframe.',
  ).default([]),
  window: field(z.int().min(2), 'a whole number >= 2', 'Timestamps a matrix looks back over.').default(DEFAULT_MATRICES.window),
  min_obs: field(z.int().min(2), 'a whole number >= 2, at most window', 'Shared returns a pair needs; with fewer its rho is null.').default(
    DEFAULT_MATRICES.minObs,
  ),
  join_grace: field(
    z.int().min(0),
    'a whole number of slots >= 0',
    'Slots some symbol must be past a timestamp before its matrix goes out without a silent symbol.',
  ).default(DEFAULT_MATRICES.joinGrace),
  corrections: field(
    z.enum(['latest', 'all', 'none']),
    'latest, all or none',
    'What a record for a matrix already emitted as partial re-emits: the newest matrix it touches, every one, or none.',
  ).default(DEFAULT_MATRICES.corrections),
};

const bars = (least: number) => z.int().min(least);

const features = section(
  {
    norm_window: field(bars(2), 'a whole number >= 2', 'Window of the `_norm` twins, valid bars.').default(DEFAULT_FEATURES.normWindow),
    atr_window: field(bars(1), 'a whole number >= 1', 'Window of the average true range.').default(DEFAULT_FEATURES.atrWindow),
    efficiency_window: field(bars(1), 'a whole number >= 1', 'Window of efficiency_ratio.').default(DEFAULT_FEATURES.efficiencyWindow),
    range_window: field(bars(1), 'a whole number >= 1', 'Window of range_compression.').default(DEFAULT_FEATURES.rangeWindow),
    slope_lag: field(bars(1), 'a whole number >= 1', 'Bars between the two averages that make a slope.').default(DEFAULT_FEATURES.slopeLag),
    spread_window: field(bars(1), 'a whole number >= 1', 'Window of the mean spread in spread_ratio.').default(
      DEFAULT_FEATURES.spreadWindow,
    ),
    ml_window: field(bars(1), 'a whole number >= 1', 'Grid bars that ml_ready looks back over.').default(DEFAULT_FEATURES.mlWindow),
    ml_min_valid: field(bars(0), 'a whole number >= 0, at most ml_window', 'Valid bars among them that ml_ready asks for.').default(
      DEFAULT_FEATURES.mlMinValid,
    ),
    trend_threshold: field(
      z.number().min(0),
      'a number >= 0',
      'trend_regime is +1 or -1 where the averages differ by more than this fraction.',
    ).default(DEFAULT_FEATURES.trendThreshold),
  },
  'Windows of the tier-1 features. A change gives the records another feature_version.',
);

const live = section(
  {
    ahead_ms: field(
      millis.nullable(),
      'a whole number of ms >= 0, or null',
      'Hold a tick whose event time is further ahead of the wall clock than this; null: off.',
    ).default(null),
    idle_ms: field(
      millis.nullable(),
      'a whole number of ms >= 0, or null',
      'Close a slot this long after its end and grace by the wall clock, though no tick came; null: off.',
    ).default(null),
  },
  'Rules that look at the wall clock; replay and rebuild never apply them.',
);

const topics = section(
  {
    prefix: field(
      z
        .string()
        .regex(/^[A-Za-z0-9._-]*$/)
        .max(MAX_PREFIX_LENGTH),
      `up to ${MAX_PREFIX_LENGTH} letters, digits, dots, dashes or underscores`,
      'Put before every topic, consumer group and transactional id, so that several installations share a cluster.',
    ).default(''),
    replication_factor: field(
      z.int().min(1).max(32_767).nullable(),
      'a whole number >= 1, or null',
      'Copies of every partition; null: 3, or as many as there are brokers.',
    ).default(null),
    retention_ms: field(
      z.int().min(-1),
      'a whole number of ms >= -1',
      'How long data topics keep records, by event time; -1: for ever.',
    ).default(-1),
    max_message_bytes: field(
      z
        .int()
        .min(64 * 1024)
        .max(MOST_LIMIT_BYTES),
      'a whole number of bytes from 65536 to 16777216',
      'The largest record of ticks; dead-letters and the state topics allow 64 KiB more.',
    ).default(MIB),
    tier2_max_message_bytes: field(
      z
        .int()
        .min(64 * 1024)
        .max(MOST_TIER2_BYTES),
      'a whole number of bytes from 65536 to 8388608',
      'A universe whose matrix is larger than this is refused (about 400 symbols in 1 MiB). The topic takes more: strong pairs are named once more.',
    ).default(MIB),
    tier2_partitions: field(z.int().min(1).max(10_000), 'a whole number from 1 to 10000', 'Partitions of features-tier2.').default(1),
  },
  'How the topics are created.',
);

const kafka = section(
  {
    brokers: field(
      z.array(z.string().regex(/^[^\s:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/)).min(1),
      'a list of host:port',
      'Brokers to start from. Unset: the local platform. Environment: KAFKA_BROKERS.',
    ).optional(),
    client_id: field(text, 'text', 'Name of this program in broker logs and quotas.').default('arbitrex'),
    ssl: field(
      z.union([z.boolean(), z.strictObject({ ca_file: text.optional(), cert_file: text.optional(), key_file: text.optional() })]),
      'true, false, or {ca_file, cert_file, key_file}',
      'TLS, with an own certificate authority or client certificate. Environment: KAFKA_SSL, KAFKA_SSL_CA, KAFKA_SSL_CERT, KAFKA_SSL_KEY.',
    ).default(false),
    sasl: secret(
      z.strictObject({
        mechanism: field(z.enum(['plain', 'scram-sha-256', 'scram-sha-512']), 'plain, scram-sha-256 or scram-sha-512', 'The mechanism.'),
        username: field(text, 'text', 'The user.'),
        password: secret(text, 'text', 'The password; better in the environment: KAFKA_SASL_PASSWORD.').optional(),
      }),
      '{mechanism, username, password}',
      'Login; mechanism is plain, scram-sha-256 or scram-sha-512. Environment: KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD.',
    ).optional(),
  },
  'The cluster. The environment goes before this file.',
);

const registry = section(
  {
    url: field(
      z.string().regex(/^https?:\/\/\S+$/),
      'an http:// or https:// address',
      'The Confluent-compatible base address. Environment: SCHEMA_REGISTRY_URL.',
    ).optional(),
    username: field(text, 'text', 'Basic authentication. Environment: SCHEMA_REGISTRY_USERNAME.').optional(),
    password: secret(text, 'text', 'Better in the environment: SCHEMA_REGISTRY_PASSWORD.').optional(),
    token: secret(text, 'text', 'Bearer token. Environment: SCHEMA_REGISTRY_TOKEN.').optional(),
    ca_file: field(text, 'a file name', 'Certificate authority to trust. Environment: SCHEMA_REGISTRY_CA.').optional(),
    cache_dir: field(
      text,
      'a folder',
      'Keeps schemas and ids, for a start while the registry is out of reach. Environment: SCHEMA_REGISTRY_CACHE.',
    ).optional(),
  },
  'The schema registry. The environment goes before this file.',
);

const wait = (about: string, fallback: number, least = 1) =>
  field(z.int().min(least).max(86_400_000), `a whole number of ms from ${least} to 86400000`, about).default(fallback);

const amount = (unit: string, about: string, fallback: number, least = 1) =>
  field(z.int().min(least).max(2_147_483_647), `a whole number of ${unit} from ${least} to 2147483647`, about).default(fallback);

const runtime = section(
  {
    application_id: field(
      z.string().regex(/^[A-Za-z0-9._-]{1,100}$/),
      '1 to 100 letters, digits, dots, dashes or underscores',
      'Names the consumer groups and transactional ids: one for every installation that runs by itself.',
    ).default('arbitrex'),
    guarantee: field(
      z.enum(['exactly_once', 'at_least_once']),
      'exactly_once or at_least_once',
      'One transaction for outputs, state and offsets; or a crash may repeat outputs (same key, value and version).',
    ).default('exactly_once'),
    commit_interval_ms: wait(
      'Time between two commits of a task. An output waits no longer, positions that nothing came of thirty times as long.',
      100,
    ),
    commit_on_bar: field(
      z.boolean(),
      'true or false',
      'Commit as soon as a bar is out, without waiting for the interval: less latency, more transactions. At least once no output waits.',
    ).default(false),
    commit_records: amount('records', 'A task commits after this many input records even if the interval has not passed.', 20_000),
    commit_bytes: amount(
      'bytes',
      'A task takes no more input while this much output waits for its commit; beside it as much may be on its way.',
      4 * MIB,
      1024,
    ),
    transaction_timeout_ms: wait('A transaction that takes longer is aborted by the broker.', 30_000, 1_000),
    session_timeout_ms: wait('A worker that is silent this long loses its partitions.', 10_000, 1_000),
    heartbeat_interval_ms: wait('Time between two signs of life to the group.', 1_000, 100),
    rebalance_timeout_ms: wait('How long a rebalance waits for members to commit and rejoin.', 30_000, 1_000),
    metadata_max_age_ms: wait('How soon a new partition is noticed.', 30_000, 1_000),
    drain_timeout_ms: wait('How long a stopping worker may take to commit and leave.', 5_000, 100),
    fetch_max_bytes: amount('bytes', 'Most bytes of one fetch answer.', MIB, 1024),
    fetch_max_bytes_per_partition: amount(
      'bytes',
      'Most bytes of one partition in it; with less than the record batches of the producers, a fetch brings one partition only.',
      MIB / 2,
      1024,
    ),
    join_max_pending: amount('timestamps', 'Timestamps the join holds before it pauses symbols that run ahead.', 5_000, 2),
  },
  'The workers.',
);

const halts = section(
  {
    max_dead_letter_share: field(
      z.number().min(0).max(1).nullable(),
      'a number from 0 to 1, or null',
      'A symbol is halted when more than this share of its last records went to dead-letters; null: off.',
    ).default(null),
    dead_letter_window: field(
      z.int().min(1).max(100_000),
      'a whole number of records from 1 to 100000',
      'How many of its last records that share is of.',
    ).default(1_000),
    dead_letter_min_records: amount('records', 'Records of a symbol before its share is looked at, at most dead_letter_window.', 100),
    on_schema_refusal: field(
      z.boolean(),
      'true or false',
      'A symbol is halted at its first tick of a schema that the registry does not know.',
    ).default(false),
  },
  'Limits at which a worker halts a symbol by itself (docs/operating.md).',
);

const ROOT = { expected: 'keys and values', about: 'The settings.' } satisfies FieldDoc;

/** The settings file as it is written: snake_case, every key optional, defaults filled in. Rules across keys are in settings-rules.ts. */
export const settingsFileSchema = z
  .strictObject({
    ...domainKeys,
    features,
    symbols: field(
      z.array(field(text, 'a symbol (text; quote it if it looks like a number)', 'A symbol.')),
      'a list of symbols',
      'The symbols with a partition each, in partition order. Append only: a live cluster refuses any other order.',
    ).default([]),
    shared_partitions: field(
      z.int().min(0).max(10_000),
      'a whole number from 0 to 10000',
      'Partitions for symbols that are not listed, fixed at creation; 0: such ticks are dead-lettered as UNLISTED.',
    ).default(0),
    misrouted: field(
      z.enum(['forward', 'reject']),
      'forward or reject',
      "What becomes of a tick outside its symbol's partition: sent on to it, or dead-lettered as WRONG_PARTITION.",
    ).default('forward'),
    live,
    topics,
    kafka,
    registry,
    runtime,
    halts,
  })
  .meta(ROOT);

/** What a replay's config may hold besides: the kind of input, and keys that are for people and comparison programs. */
export const replayFileSchema = settingsFileSchema
  .extend({
    input: field(z.enum(['ticks', 'bars']), 'ticks or bars', 'What the input file holds.').default('ticks'),
    name: z.unknown().optional(),
    about: z.unknown().optional(),
    expected_counts: z.unknown().optional(),
    tier1_symbols: z.unknown().optional(),
    tier2_every: z.unknown().optional(),
  })
  .meta(ROOT);

/** The validated file, before it becomes `Settings`. */
export type SettingsFile = z.output<typeof settingsFileSchema>;
export type ReplayFile = z.output<typeof replayFileSchema>;
