import { closureOf } from './closures.ts';
import { plainMatrixBytes, symbolsThatFit } from './matrix-size.ts';
import { PARTITION_RECORD_KEY } from './partition-record.ts';
import type { Path, Problem } from './settings-file.ts';
import { MOST_TIER2_BYTES, type ReplayFile, type SettingsFile } from './settings-schema.ts';

/** The keys that decide a number, which settings files and replay configs share. */
export type DomainFile = Pick<
  ReplayFile,
  | 'timeframes'
  | 'price'
  | 'calendar'
  | 'closures'
  | 'max_jump_ms'
  | 'grace_ms'
  | 'max_gap_bars'
  | 'min_volume'
  | 'spread'
  | 'spread_alpha'
  | 'normalizer'
  | 'universes'
  | 'window'
  | 'min_obs'
  | 'join_grace'
  | 'corrections'
  | 'features'
>;

/** Keys of the control topic that are not symbols: the halt of all, and the partition rule. */
const RESERVED_SYMBOLS = new Set(['*', PARTITION_RECORD_KEY]);

/**
 * What no key can tell by itself: repeats, unlisted symbols, limits that contradict each other.
 * `symbols` is null where partitions do not matter (a replay); `cluster` likewise for what only topics limit.
 */
export function checkAcrossKeys(file: DomainFile, symbols: readonly string[] | null, cluster: SettingsFile | null): Problem[] {
  return [
    ...repeats(file.timeframes, ['timeframes'], 'timeframe'),
    ...graces(file),
    ...closures(file),
    ...windows(file),
    ...universes(file),
    ...(symbols === null || cluster === null ? [] : [...listedSymbols(symbols, cluster), ...membership(file, symbols, cluster)]),
    ...(cluster === null
      ? []
      : [...matrixSizes(file, cluster), ...timeouts(cluster), ...haltLimits(cluster), ...pendingRows(file, cluster)]),
  ];
}

function repeats(values: readonly string[], path: Path, noun: string): Problem[] {
  return values.flatMap((value, i) =>
    values.indexOf(value) === i ? [] : [{ path: [...path, i], message: `${noun} ${value} is listed twice` }],
  );
}

function graces(file: DomainFile): Problem[] {
  return Object.keys(file.grace_ms)
    .filter((timeframe) => !file.timeframes.includes(timeframe as DomainFile['timeframes'][number]))
    .map((timeframe) => ({
      path: ['grace_ms', timeframe],
      message: `${timeframe} is not among timeframes (${file.timeframes.join(', ')})`,
    }));
}

function closures(file: DomainFile): Problem[] {
  return file.closures.flatMap((entry, i): Problem[] => {
    const { fromMs, toMs } = closureOf(entry);
    if (Number.isNaN(fromMs) || Number.isNaN(toMs)) {
      const wrong = 'from' in entry && Number.isNaN(fromMs) ? entry.from : 'to' in entry ? entry.to : '';
      const allowed = 'an ISO date (2026-12-25), or a date and time that names its zone (2026-12-25T17:00:00Z)';
      return [{ path: ['closures', i], message: `expected ${allowed}, got ${JSON.stringify(wrong)}` }];
    }
    return fromMs < toMs ? [] : [{ path: ['closures', i], message: 'a closure must end after it begins' }];
  });
}

function windows(file: DomainFile): Problem[] {
  const problems: Problem[] = [];
  if (file.min_obs > file.window) {
    problems.push({
      path: ['min_obs'],
      message: `expected at most window, ${file.window}, got ${file.min_obs}: no pair would ever have a rho`,
    });
  }
  if (file.features.ml_min_valid > file.features.ml_window) {
    problems.push({
      path: ['features', 'ml_min_valid'],
      message: `expected at most ml_window, ${file.features.ml_window}, got ${file.features.ml_min_valid}: no bar would ever be ml_ready`,
    });
  }
  return problems;
}

function universes(file: DomainFile): Problem[] {
  const names = file.universes.map(({ name }) => name);
  return file.universes.flatMap(({ name, symbols }, i) => [
    ...(names.indexOf(name) === i ? [] : [{ path: ['universes', i, 'name'], message: `two universes are called ${name}` }]),
    ...repeats(symbols, ['universes', i, 'symbols'], 'symbol'),
  ]);
}

function listedSymbols(symbols: readonly string[], file: SettingsFile): Problem[] {
  if (symbols.length === 0 && file.shared_partitions === 0) {
    return [{ path: ['symbols'], message: 'expected at least one symbol, or shared_partitions >= 1: no tick would have a partition' }];
  }
  return [
    ...repeats(symbols, ['symbols'], 'symbol'),
    ...symbols.flatMap((symbol, i) =>
      RESERVED_SYMBOLS.has(symbol)
        ? [{ path: ['symbols', i], message: `${symbol} is a reserved key of the control topic, not a symbol` }]
        : [],
    ),
  ];
}

function membership(file: DomainFile, symbols: readonly string[], cluster: SettingsFile): Problem[] {
  if (cluster.shared_partitions > 0) return [];
  const listed = new Set(symbols);
  return file.universes.flatMap((universe, i) =>
    universe.symbols.flatMap((symbol, j) =>
      listed.has(symbol)
        ? []
        : [
            {
              path: ['universes', i, 'symbols', j],
              message: `${symbol} is not among symbols: it could never come (list it there, or set shared_partitions)`,
            },
          ],
    ),
  );
}

function matrixSizes(file: DomainFile, { topics }: SettingsFile): Problem[] {
  const limit = topics.tier2_max_message_bytes;
  return file.universes.flatMap((universe, i) => {
    const bytes = plainMatrixBytes(universe, file.window);
    if (bytes <= limit) return [];
    const fits = symbolsThatFit(universe, file.window, limit);
    const more = bytes <= MOST_TIER2_BYTES ? `set topics.tier2_max_message_bytes to at least ${bytes}, or ` : '';
    const message =
      `a matrix of the ${universe.symbols.length} symbols of ${universe.name} takes ${bytes} bytes, ` +
      `topics.tier2_max_message_bytes is ${limit}: ${more}split the universe; its first ${fits} symbols fit`;
    return [{ path: ['universes', i, 'symbols'], message }];
  });
}

function timeouts({ runtime }: SettingsFile): Problem[] {
  const problems: Problem[] = [];
  if (runtime.heartbeat_interval_ms * 3 > runtime.session_timeout_ms) {
    problems.push({
      path: ['runtime', 'heartbeat_interval_ms'],
      message: `expected at most a third of session_timeout_ms, ${runtime.session_timeout_ms}, got ${runtime.heartbeat_interval_ms}`,
    });
  }
  if (runtime.commit_interval_ms >= runtime.transaction_timeout_ms) {
    problems.push({
      path: ['runtime', 'commit_interval_ms'],
      message: `expected less than transaction_timeout_ms, ${runtime.transaction_timeout_ms}, got ${runtime.commit_interval_ms}`,
    });
  }
  return problems;
}

/** A join that holds fewer T's than the grace would pause everybody before anybody is past the grace, and wait for ever. */
function pendingRows({ join_grace }: DomainFile, { runtime }: SettingsFile): Problem[] {
  if (runtime.join_max_pending >= join_grace) return [];
  const message = `expected at least join_grace, ${join_grace}, got ${runtime.join_max_pending}: no matrix would ever go out without a silent symbol`;
  return [{ path: ['runtime', 'join_max_pending'], message }];
}

function haltLimits({ halts }: SettingsFile): Problem[] {
  if (halts.dead_letter_min_records <= halts.dead_letter_window) return [];
  const message = `expected at most dead_letter_window, ${halts.dead_letter_window}, got ${halts.dead_letter_min_records}: no symbol would ever be halted`;
  return [{ path: ['halts', 'dead_letter_min_records'], message }];
}
