import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BARS, DEFAULT_FEATURES, DEFAULT_MATRICES } from '../../../src/domain/settings.ts';
import { UserError } from '../../../src/errors.ts';
import { packageRoot } from '../../../src/paths.ts';
import { worstMatrixBytes } from '../../../topology/matrix-size.ts';
import { parseSettings } from '../../../topology/settings.ts';

/** The lines of the error that a file gives. */
function problemsOf(yaml: string): string[] {
  try {
    parseSettings(yaml, 'settings.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(2);
    return (error as UserError).message.split('\n');
  }
  throw new Error(`accepted: ${yaml}`);
}

describe('the settings file', () => {
  it('needs no key but a symbol: everything else has a default', () => {
    const settings = parseSettings('symbols: [EURUSD]', 'settings.yaml');
    expect(settings.domain).toEqual({ bars: DEFAULT_BARS, features: DEFAULT_FEATURES, matrices: DEFAULT_MATRICES });
    expect(settings).toMatchObject({
      symbols: ['EURUSD'],
      sharedPartitions: 0,
      misrouted: 'forward',
      live: { aheadMs: null, idleMs: null },
      topics: { prefix: '', replicationFactor: null, retentionMs: -1, maxMessageBytes: 1_048_576, tier2Partitions: 1 },
      kafka: { brokers: null, clientId: 'arbitrex', ssl: false, sasl: null },
      registry: { url: null, username: null, password: null, token: null, caFile: null, cacheDir: null },
      runtime: { applicationId: 'arbitrex', guarantee: 'exactly_once', commitIntervalMs: 100, sessionTimeoutMs: 10_000 },
    });
  });

  it('may be JSON', () => {
    const settings = parseSettings('{"symbols": ["EURUSD"], "timeframes": ["1m"], "grace_ms": {"1m": 2000}}', 'settings.json');
    expect(settings.domain.bars).toMatchObject({ timeframes: ['1m'], graceMs: { '1m': 2000 } });
  });

  it('may have a group whose keys are all commented out', () => {
    expect(parseSettings('symbols: [EURUSD]\nkafka:\n  # brokers: [a:9092]\n', 'settings.yaml').kafka.brokers).toBeNull();
  });

  it('keeps the order of symbols, which is the order of partitions, and sorts those of a universe', () => {
    const settings = parseSettings('symbols: [USDJPY, EURUSD]\nuniverses: [{name: u, symbols: [USDJPY, EURUSD]}]', 'settings.yaml');
    expect(settings.symbols).toEqual(['USDJPY', 'EURUSD']);
    expect(settings.domain.matrices.universes).toEqual([{ name: 'u', symbols: ['EURUSD', 'USDJPY'] }]);
  });

  it('derives max_jump_ms from the largest timeframe unless it is given', () => {
    const maxJump = (rest: string) => parseSettings(`symbols: [A]\n${rest}`, 'settings.yaml').domain.bars.maxJumpMs;
    expect(maxJump('timeframes: [1m, 5m]')).toBe(3_600_000);
    expect(maxJump('timeframes: [1m, 1D]')).toBe(4 * 86_400_000);
    expect(maxJump('timeframes: [1m]\nmax_jump_ms: 5000')).toBe(5000);
  });

  it('takes closures as epoch ms, as dates, and as instants that name their zone', () => {
    const yaml = `
symbols: [A]
closures:
  - [1000, 2000]
  - { from: 2026-12-25, to: 2026-12-26 }
  - { from: 2026-12-31T17:00:00-05:00, to: 2027-01-01T22:00Z }`;
    expect(parseSettings(yaml, 'settings.yaml').domain.bars.closures).toEqual([
      { fromMs: 1000, toMs: 2000 },
      { fromMs: Date.UTC(2026, 11, 25), toMs: Date.UTC(2026, 11, 26) },
      { fromMs: Date.UTC(2026, 11, 31, 22), toMs: Date.UTC(2027, 0, 1, 22) },
    ]);
  });

  it('comes with the package: 28 pairs of 8 currencies, one universe of them all', () => {
    const settings = parseSettings(readFileSync(join(packageRoot, 'topology', 'default.yaml'), 'utf8'), 'default.yaml');
    const currencies = ['EUR', 'GBP', 'AUD', 'NZD', 'USD', 'CAD', 'CHF', 'JPY'];
    const pairs = currencies.flatMap((base, i) => currencies.slice(i + 1).map((quote) => base + quote));
    expect([...settings.symbols].sort()).toEqual(pairs.sort());
    expect(settings.domain.matrices.universes).toEqual([{ name: 'majors', symbols: pairs }]);
  });
});

describe('a wrong value names its file, line and key, what is allowed and what is there', () => {
  const universe = (count: number) =>
    `shared_partitions: 1\nuniverses:\n  - name: big\n    symbols: [${Array.from({ length: count }, (_, i) => `S${1000 + i}XX`).join(', ')}]`;

  it.each([
    ['a text for a number', 'symbols: [A]\ngrace_ms:\n  1m: 2s', 'settings.yaml:3: grace_ms.1m: expected a number >= 0, got "2s"'],
    ['a negative number', 'symbols: [A]\nmax_gap_bars: 0', 'settings.yaml:2: max_gap_bars: expected a whole number >= 1, got 0'],
    ['an unknown word', 'symbols: [A]\nprice: median', 'settings.yaml:2: price: expected mid, bid, ask or last, got "median"'],
    [
      'an unknown timeframe',
      'symbols: [A]\ntimeframes: [1m, 2m]',
      'settings.yaml:2: timeframes.1: expected a list out of 1s, 1m, 5m, 15m, 1H, 4H, 1D, got "2m"',
    ],
    [
      'no timeframe',
      'symbols: [A]\ntimeframes: []',
      'settings.yaml:2: timeframes: expected a list out of 1s, 1m, 5m, 15m, 1H, 4H, 1D, got []',
    ],
    ['a timeframe twice', 'symbols: [A]\ntimeframes: [1m, 1m]', 'settings.yaml:2: timeframes.1: timeframe 1m is listed twice'],
    ['a mistyped key', 'symbols: [A]\nmin_vol: 3', 'settings.yaml:2: min_vol: unknown key; did you mean min_volume?'],
    ['a key in camel case', 'symbols: [A]\nminObs: 3', 'settings.yaml:2: minObs: unknown key; did you mean min_obs?'],
    ['a key unlike any other', 'symbols: [A]\nlive:\n  zzz: 1', 'settings.yaml:3: live.zzz: unknown key; known here: ahead_ms, idle_ms'],
    ['a key twice', 'symbols: [A]\nwindow: 3\nwindow: 4', 'settings.yaml:3: not readable as YAML: Map keys must be unique'],
    [
      'a missing key',
      'symbols: [A]\nuniverses:\n  - symbols: [A]',
      'settings.yaml:3: universes.0.name: missing: expected 1 to 64 letters, digits, dots, dashes or underscores',
    ],
    [
      'a number for a symbol',
      'symbols: [A, 600519]',
      'settings.yaml:1: symbols.1: expected a symbol (text; quote it if it looks like a number), got 600519',
    ],
    ['a symbol twice', 'symbols: [A, B, A]', 'settings.yaml:1: symbols.2: symbol A is listed twice'],
    [
      'a reserved symbol',
      'symbols: [A, topology]',
      'settings.yaml:1: symbols.1: topology is a reserved key of the control topic, not a symbol',
    ],
    [
      'no symbol and no shared partition',
      'window: 50',
      'settings.yaml: symbols: expected at least one symbol, or shared_partitions >= 1: no tick would have a partition',
    ],
    [
      'two universes of one name',
      'symbols: [A]\nuniverses:\n  - {name: u, symbols: [A]}\n  - {name: u, symbols: [A]}',
      'settings.yaml:4: universes.1.name: two universes are called u',
    ],
    [
      'an empty universe',
      'symbols: [A]\nuniverses: [{name: u, symbols: []}]',
      'settings.yaml:2: universes.0.symbols: expected a list of at least one symbol, got []',
    ],
    [
      'a symbol twice in a universe',
      'symbols: [A]\nuniverses: [{name: u, symbols: [A, A]}]',
      'settings.yaml:2: universes.0.symbols.1: symbol A is listed twice',
    ],
    [
      'a symbol of a universe that could never come',
      'symbols: [A]\nuniverses: [{name: u, symbols: [A, B]}]',
      'settings.yaml:2: universes.0.symbols.1: B is not among symbols: it could never come (list it there, or set shared_partitions)',
    ],
    [
      'a universe whose matrix would not fit into its topic',
      universe(800),
      'settings.yaml:4: universes.0.symbols: a matrix of the 800 symbols of big takes 3554585 bytes, topics.tier2_max_message_bytes is 1048576: set topics.tier2_max_message_bytes to at least 3554585, or split the universe; its first 432 symbols fit',
    ],
    [
      'a universe whose matrix no topic could take',
      universe(1500),
      'settings.yaml:4: universes.0.symbols: a matrix of the 1500 symbols of big takes 12439337 bytes, topics.tier2_max_message_bytes is 1048576: split the universe; its first 432 symbols fit',
    ],
    [
      'a grace of another timeframe',
      'symbols: [A]\ntimeframes: [1m]\ngrace_ms: {5m: 1}',
      'settings.yaml:3: grace_ms.5m: 5m is not among timeframes (1m)',
    ],
    [
      'min_obs above window',
      'symbols: [A]\nwindow: 20',
      'settings.yaml: min_obs: expected at most window, 20, got 30: no pair would ever have a rho',
    ],
    [
      'ml_min_valid above ml_window',
      'symbols: [A]\nfeatures:\n  ml_window: 50',
      'settings.yaml:2: features.ml_min_valid: expected at most ml_window, 50, got 95: no bar would ever be ml_ready',
    ],
    [
      'a date that is none',
      'symbols: [A]\nclosures:\n  - {from: 2026-02-30, to: 2026-03-01}',
      'settings.yaml:3: closures.0: expected an ISO date (2026-12-25), or a date and time that names its zone (2026-12-25T17:00:00Z), got "2026-02-30"',
    ],
    [
      'an instant without a zone',
      'symbols: [A]\nclosures:\n  - {from: 2026-02-01, to: 2026-02-03T17:00}',
      'settings.yaml:3: closures.0: expected an ISO date (2026-12-25), or a date and time that names its zone (2026-12-25T17:00:00Z), got "2026-02-03T17:00"',
    ],
    [
      'a closure that ends before it begins',
      'symbols: [A]\nclosures: [[2, 1]]',
      'settings.yaml:2: closures.0: a closure must end after it begins',
    ],
    [
      'a broker without a port',
      'symbols: [A]\nkafka:\n  brokers: [localhost]',
      'settings.yaml:3: kafka.brokers.0: expected a list of host:port, got "localhost"',
    ],
    [
      'a heartbeat too slow for the session',
      'symbols: [A]\nruntime:\n  session_timeout_ms: 2000',
      'settings.yaml:2: runtime.heartbeat_interval_ms: expected at most a third of session_timeout_ms, 2000, got 1000',
    ],
    [
      'a commit interval beyond the transaction timeout',
      'symbols: [A]\nruntime: {commit_interval_ms: 30000}',
      'settings.yaml:2: runtime.commit_interval_ms: expected less than transaction_timeout_ms, 30000, got 30000',
    ],
    [
      'fewer pending timestamps than the grace',
      'symbols: [A]\njoin_grace: 5\nruntime: {join_max_pending: 4}',
      'settings.yaml:3: runtime.join_max_pending: expected at least join_grace, 5, got 4: no matrix would ever go out without a silent symbol',
    ],
    ['a list instead of keys', '[1, 2]', 'settings.yaml: expected keys and values'],
    [
      'no YAML at all',
      'symbols: [A',
      'settings.yaml:1: not readable as YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'an alias without its anchor',
      'symbols: [*A]',
      'settings.yaml: not readable as YAML: Unresolved alias (the anchor must be set before the alias): A',
    ],
  ])('%s', (_, yaml, problem) => {
    expect(problemsOf(yaml)).toEqual([problem]);
  });

  it('all at once, in the order of the lines', () => {
    expect(problemsOf('window: 1\nsymbols: [A]\nprice: x\nruntime: {guarantee: maybe}\n')).toEqual([
      'settings.yaml:1: window: expected a whole number >= 2, got 1',
      'settings.yaml:3: price: expected mid, bid, ask or last, got "x"',
      'settings.yaml:4: runtime.guarantee: expected exactly_once or at_least_once, got "maybe"',
    ]);
  });

  it('but universes that fit are taken, and the topic takes them with every pair a strong one', () => {
    const limit = (yaml: string) => parseSettings(yaml, 'settings.yaml').topics.tier2MaxMessageBytes;
    const worst = (yaml: string) => worstMatrixBytes(parseSettings(yaml, 'settings.yaml').domain.matrices.universes[0]!, 100);
    expect(limit('symbols: [A]')).toBe(1_048_576);
    expect(limit(universe(240))).toBe(1_048_576);
    expect(limit(universe(432))).toBe(worst(universe(432)));
    const raised = `topics: {tier2_max_message_bytes: 8388608}\n${universe(1000)}`;
    expect(limit(raised)).toBe(worst(raised));
  });

  it.each([
    ['a password of the wrong kind', 'kafka: {sasl: {mechanism: plain, username: a, password: 12345678}}'],
    ['a login that is one text', 'kafka: {sasl: "me:12345678"}'],
    ['a login that is a list', 'kafka: {sasl: [me, "12345678"]}'],
    ['a group that is a list', 'registry: [{password: "12345678"}]'],
    ['an address that holds one', 'registry: {url: "ftp://me:12345678@host"}'],
    ['a file that is no YAML', 'registry:\n  password: "12345678\n  url: x'],
  ])('never shows a password: %s', (_, yaml) => {
    expect(problemsOf(yaml).join('\n')).not.toContain('12345678');
  });
});
