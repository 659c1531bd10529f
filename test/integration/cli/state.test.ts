import { randomBytes } from 'node:crypto';
import { beforeAll, expect, inject, test } from 'vitest';
import { IdempotentProducer } from '../../../src/kafka/idempotent-producer.ts';
import { silentLog } from '../../../src/log.ts';
import { runCli } from '../../unit/cli/run-cli.ts';

const PREFIX = `state-${randomBytes(4).toString('hex')}.`;
const MINUTES = 30;
const SETTINGS = `timeframes: [1m, 5m]
symbols: [EURUSD, GBPUSD, EURGBP]
shared_partitions: 1
universes: [{ name: three, symbols: [EURUSD, GBPUSD, EURGBP] }]
window: 10
min_obs: 5
topics: { prefix: ${PREFIX} }
`;

const env = { KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') };
const arbitrex = (args: readonly string[], settings = SETTINGS) => runCli(args, { files: { 'arbitrex.yaml': settings }, env });

/** What `state inspect --json` prints. */
function inspected(args: readonly string[] = [], settings = SETTINGS) {
  const { code, stdout, stderr } = arbitrex(['state', 'inspect', ...args, '--json'], settings);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const why = (found: { inputs: { why: string | null }[]; joins: { why: string | null }[] }) =>
  [...found.inputs, ...found.joins].map((task) => task.why);

beforeAll(() => {
  expect(arbitrex(['topology', 'apply'])).toMatchObject({ code: 0 });
});

test('before anything has run there is no state, and a start begins', () => {
  expect(inspected().summary).toEqual({ tasks: 6, restore: 0, rebuild: 0, begin: 6, unreadable: 0, records: 0, bytes: 0 });
  expect(arbitrex(['state', 'inspect']).stdout).toMatch(
    /\n6 tasks: 0 restorable, 0 to be rebuilt, 6 without state yet; 0 records, 0.00 MB\n$/,
  );
});

test('after a run it shows how far each task has come and what it remembers, in numbers that agree with the run', () => {
  const ticks = MINUTES * 60 * 3;
  arbitrex(['produce', '--synthetic', '--ticks', String(ticks), '--interval', String(1_000 / 3)]);
  expect(arbitrex(['run', '--until-end'])).toMatchObject({ code: 0 });

  const { summary, inputs, joins } = inspected();
  expect(summary).toMatchObject({ tasks: 6, restore: 5, rebuild: 0, begin: 1 });
  expect(summary.bytes).toBeGreaterThan(1_000);
  const [shared, ...own] = inputs;
  expect(shared).toMatchObject({ partition: 0, outlook: 'begin', why: 'there is no state', committed: null, end: 0, symbols: [] });
  expect(own.map(({ symbols }: { symbols: { symbol: string }[] }) => symbols.map(({ symbol }) => symbol))).toEqual([
    ['EURUSD'],
    ['GBPUSD'],
    ['EURGBP'],
  ]);
  for (const task of own) {
    expect(task).toMatchObject({ outlook: 'restore', why: null, committed: task.end });
    const [symbol] = task.symbols;
    expect(symbol).toMatchObject({ includes: task.end, sources: 1, held: null });
    // End of input closes nothing: the last slot of each timeframe is open.
    expect(symbol.timeframes).toMatchObject([
      { timeframe: '1m', bars: MINUTES - 1, openBars: [{ lastTime: symbol.highestEventTime }] },
      { timeframe: '5m', bars: MINUTES / 5 - 1, openBars: [{ lastTime: symbol.highestEventTime }] },
    ]);
    expect(task.series).toMatchObject([
      { timeframe: '1m', bars: MINUTES - 1, validBars: MINUTES - 1, rows: MINUTES - 1 },
      { timeframe: '5m', bars: MINUTES / 5 - 1 },
    ]);
  }
  expect(joins[0]).toMatchObject({
    universe: 'three',
    timeframe: '1m',
    outlook: 'restore',
    state: { version: MINUTES - 1, timestamps: MINUTES - 1, rows: 20, behind: [] },
  });
  expect(joins[0].state.positions.map(({ partition }: { partition: number }) => partition)).toEqual([1, 2, 3]);
});

test('of one symbol, of one join, and as a table', () => {
  expect(inspected(['GBPUSD'])).toMatchObject({ summary: { tasks: 1 }, inputs: [{ partition: 2 }], joins: [] });
  expect(inspected(['three/5m'])).toMatchObject({ summary: { tasks: 1 }, inputs: [], joins: [{ timeframe: '5m' }] });
  const { code, stdout } = arbitrex(['state', 'inspect', 'GBPUSD']);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^input +at a start +committed .*\n${PREFIX}ticks-2 +restore .* 1 +current\n`));
  expect(stdout).toMatch(/\nsymbol +partition +includes +highest +sources +held +open\nGBPUSD +2 .*Z +1 +· +1m:1 5m:1\n/);
  expect(stdout).toMatch(/\nGBPUSD 1m +2 +\S+ +29 +29 +29\n/);
  expect(stdout).toMatch(/\n1 task: 1 restorable, 0 to be rebuilt; .* records, .* MB\n$/);
});

test('under changed settings it says what would be rebuilt, and why', () => {
  const found = inspected([], SETTINGS.replace('min_obs: 5', 'min_obs: 6'));
  expect(found.summary).toMatchObject({ restore: 3, rebuild: 2, begin: 1 });
  expect(why(found).slice(4)).toEqual([
    expect.stringMatching(new RegExp(`^${PREFIX}join-changelog was made under other settings \\([0-9a-f]{16}, now [0-9a-f]{16}\\)$`)),
    expect.stringContaining('other settings'),
  ]);
  const all = arbitrex(['state', 'inspect'], SETTINGS.replace('min_obs: 5', 'min_obs: 5\nmin_volume: 1'));
  expect(all.stdout).toMatch(/: to be rebuilt: \S+clean-changelog was made under other settings/);
  expect(all.stdout).toMatch(/\n6 tasks: 0 restorable, 5 to be rebuilt, 1 without state yet; /);
});

test('says what is wrong with the question, or the cluster', () => {
  expect(arbitrex(['state', 'inspect', 'GBPUSB'], SETTINGS.replace('shared_partitions: 1\n', ''))).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'error: the settings have no symbol and no universe/timeframe GBPUSB\nhint: did you mean GBPUSD?\n',
  });
  const absent = arbitrex(['state', 'inspect'], SETTINGS.replace(PREFIX, 'nowhere.'));
  expect(absent).toMatchObject({ code: 1, stdout: '' });
  expect(absent.stderr).toMatch(/^error: There is no topic nowhere\.\S+\nhint: arbitrex topology apply creates what is missing\.\n$/);
});

test('lost and unreadable state is told apart', async () => {
  const [partition, record] = [3, { key: 'EURGBP', timestamp: 0 }];
  const producer = await IdempotentProducer.open({ brokers: inject('brokers'), clientId: 'state-test' }, silentLog);
  const write = (value: Buffer | null) =>
    producer.send([{ topic: `${PREFIX}clean-changelog`, messages: [{ partition, value, ...record }] }]);
  try {
    await write(Buffer.from('no state'));
    expect(inspected(['EURGBP']).inputs[0]).toMatchObject({ outlook: 'unreadable', why: expect.stringContaining('cannot be read') });
    await write(null);
    expect(inspected(['EURGBP']).inputs[0]).toMatchObject({
      outlook: 'rebuild',
      why: 'the group has a position, and there is no state of it',
    });
  } finally {
    await producer.close();
  }
});
