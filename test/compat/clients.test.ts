/**
 * Clients of other languages against a real Kafka, registry and worker: their ticks in, our records out. What has to come out is what
 * `arbitrex replay` makes of the same ticks, to the bit.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { CorrelationMatrix } from '../../src/codec/generated/records.ts';
import { FORWARDED_FROM } from '../../src/worker/tick-task.ts';
import { drive, lineDifferences, type OutputLines, toMatrixRow, writtenLines } from '../integration/worker/golden-input.ts';
import type { CleanUp } from '../integration/worker/installation.ts';
import { type Desk, headersOf, isCrossed } from './desks.ts';
import { docsBlocks } from './docs.ts';
import { ALL_TOPICS, printedBy } from './own-reading.ts';
import { type PrintedRecord, READERS, type Reader, readTopics } from './programs.ts';
import { runProgram } from './run-program.ts';
import type { Runtime } from './runtimes.ts';
import { ofDesk, runScenario, type Scenario, toTicks } from './scenario.ts';

const RUNTIMES = { python: inject('python'), java: inject('java'), kcat: inject('kcat') };

/** On partitions by the table. What each client does by itself misses most of them: crc32 of the symbol in librdkafka, murmur2 in Java. */
const LISTED: readonly Desk[] = [
  { client: 'python', partitioning: 'table', symbols: ['EURUSD', 'GBPUSD', 'EURGBP'] },
  { client: 'java', partitioning: 'table', symbols: ['AUDUSD', 'NZDUSD', 'AUDNZD'] },
  { client: 'python', partitioning: 'default', symbols: ['USDJPY', 'EURJPY', 'GBPJPY'] },
  { client: 'java', partitioning: 'default', symbols: ['USDCAD', 'EURCAD', 'GBPCAD'] },
];
/** Where no symbol is listed a tick belongs where murmur2 puts it. */
const SHARED: readonly Desk[] = [
  { client: 'python', partitioning: 'murmur2', symbols: ['EURUSD', 'GBPUSD', 'EURGBP'] },
  { client: 'java', partitioning: 'murmur2', symbols: ['AUDUSD', 'NZDUSD', 'AUDNZD'] },
];

const endings: (() => Promise<void>)[] = [];
const atTheEnd: CleanUp = (end) => void endings.unshift(end);
afterAll(async () => {
  for (const end of endings) await end();
});

/** Why tests that need a runtime are skipped, for their name; '' where it is there. */
function whySkipped(runtime: Runtime): string {
  return 'missing' in runtime ? ` (skipped: ${runtime.missing})` : '';
}

const canSend = ({ client }: Desk): boolean => 'command' in RUNTIMES[client];
const scenarios = new Map<readonly Desk[], Scenario>();

beforeAll(async () => {
  for (const [desks, partitions] of [[LISTED, 'listed'] as const, [SHARED, 'shared'] as const]) {
    const able = desks.filter(canSend);
    if (able.length > 0) scenarios.set(desks, await runScenario(able, partitions, atTheEnd));
  }
});

describe.each([...LISTED.map((desk) => ({ ...desk, desks: LISTED })), ...SHARED.map((desk) => ({ ...desk, desks: SHARED }))])(
  '$client, partitions by $partitioning',
  ({ desks, ...desk }) => {
    const runtime = RUNTIMES[desk.client];
    describe.skipIf('missing' in runtime)(`sends ticks${whySkipped(runtime)}`, () => {
      /** The desk's ticks as they lie in the log, those that a worker forwarded apart. */
      async function ticksInTheLog() {
        const { installation } = scenarios.get(desks)!;
        const all = (await installation.records('ticks')).filter(({ key }) => desk.symbols.includes(String(key)));
        const isForwarded = ({ headers }: (typeof all)[number]) => headers.some(({ key }) => key === FORWARDED_FROM);
        return { sent: all.filter((record) => !isForwarded(record)), forwarded: all.filter(isForwarded) };
      }

      test('with key, record time and headers, in their order', async () => {
        const { ticks } = scenarios.get(desks)!;
        const rows = ofDesk(ticks, desk).map((tick, i) => ({ ...tick, row: i + 1 }));
        const { sent } = await ticksInTheLog();
        for (const symbol of desk.symbols) {
          expect(sent.filter(({ key }) => String(key) === symbol).map(({ timestamp, headers }) => ({ timestamp, headers }))).toEqual(
            rows.filter((row) => row.symbol === symbol).map(({ eventTime, row }) => ({ timestamp: eventTime, headers: headersOf(row) })),
          );
        }
      });

      test(`which ${desk.partitioning === 'default' ? 'are forwarded, unchanged, from wherever they were sent' : 'lie where they belong'}`, async () => {
        const { installation } = scenarios.get(desks)!;
        const { sent, forwarded } = await ticksInTheLog();
        const strays = sent.filter(({ key, partition }) => partition !== installation.partitionOf(String(key)));
        expect(strays.length > 0).toBe(desk.partitioning === 'default');
        const copies = new Map(forwarded.map((record) => [String(record.headers.at(-1)!.value), record]));
        expect([copies.size, forwarded.length]).toEqual([strays.length, strays.length]);
        for (const { key, value, timestamp, headers, partition, offset } of strays) {
          const from = `${installation.topic('ticks')}/${partition}@${offset}`;
          expect(copies.get(from)).toMatchObject({
            key,
            value,
            timestamp,
            partition: installation.partitionOf(String(key)),
            headers: [...headers, { key: FORWARDED_FROM, value: Buffer.from(from) }],
          });
        }
      });

      test('of which the crossed one comes back as a dead letter, byte for byte', async () => {
        const { installation, ticks } = scenarios.get(desks)!;
        const row = 1 + ofDesk(ticks, desk).findIndex((tick) => isCrossed(tick, desk));
        const { sent } = await ticksInTheLog();
        const original = sent.find(({ headers }) => headers[0]!.value!.equals(headersOf(row)[0]!.value!))!;
        const letters = (await installation.deadLetters()).filter(({ record: { symbol } }) => desk.symbols.includes(symbol!));
        expect(letters.map(({ record: { reason, key, value } }) => ({ reason, key, value }))).toEqual([
          { reason: 'CROSSED', key: original.key, value: original.value },
        ]);
        expect(letters[0]!.record.headers.slice(0, 4)).toEqual(headersOf(row));
      });
    });
  },
);

const isIdle = LISTED.every((desk) => !canSend(desk));
describe.skipIf(isIdle)('what the worker made of all of it', () => {
  test.each([
    ['listed symbols', LISTED, inPlace],
    // Symbols that share a partition come in the order that their desks happened to send.
    ['shared partitions', SHARED, bySymbol],
  ])('is what the in-process driver gives, to the bit: %s', async (_, desks, arranged) => {
    const { installation, ticks, replayed } = scenarios.get(desks)!;
    const driven = drive(installation, toTicks(ticks));
    expect(lineDifferences(arranged(await writtenLines(installation)), arranged(driven))).toEqual([]);
    // Every desk delivered: no matrix is held back, none is partial, and both nulls and numbers are among what has to be read.
    expect(replayed.tier2).toHaveLength(89);
    expect(replayed.tier2.flatMap(({ missing }) => missing)).toEqual([]);
    expect(replayed.tier2[0]!.rho).toContain(null);
    expect(replayed.tier2.at(-1)!.rho).not.toContain(null);
  });

  test('is written with the one schema of ticks that the topology registered: no client added a version', async () => {
    const { installation } = scenarios.get(LISTED)!;
    const answer = await fetch(`${inject('registryUrl')}/subjects/${installation.topic('ticks')}-value/versions`);
    expect(await answer.json()).toEqual([1]);
  });
});

describe.each(READERS)('%s', (reader: Reader) => {
  const runtime = RUNTIMES[reader === 'java' ? 'java' : 'python'];
  describe.skipIf('missing' in runtime)(`reads${whySkipped(runtime)}`, () => {
    let printed: PrintedRecord[];
    beforeAll(async () => {
      const { installation } = scenarios.get(LISTED)!;
      printed = await readTopics(
        reader,
        ALL_TOPICS.map((role) => installation.topic(role)),
      );
    });

    test.each(ALL_TOPICS)('%s as our own consumer does', async (role) => {
      const { installation } = scenarios.get(LISTED)!;
      const topic = installation.topic(role);
      const own = await printedBy(installation, role);
      expect(own.length).toBeGreaterThan(0);
      expect(inOrder(printed.filter((record) => record.topic === topic))).toEqual(inOrder(own));
    });

    test('the numbers of a replay: every feature and every matrix', () => {
      const { installation, replayed } = scenarios.get(LISTED)!;
      const values = (topic: string) => printed.filter((record) => record.topic === topic).map(({ value }) => value);
      const columns = Object.keys(replayed.tier1[0]!);
      const features = values(installation.topic('features-tier1')).map((row) =>
        Object.fromEntries(columns.map((name) => [name, row[name]])),
      );
      const byBar = (row: Readonly<Record<string, unknown>>) => `${row.symbol} ${row.timestamp_utc}`;
      expect(new Map(features.map((row) => [byBar(row), row]))).toEqual(new Map(replayed.tier1.map((row) => [byBar(row), row])));
      const matrices = values(installation.topic('features-tier2')).map((value) => toMatrixRow(value as unknown as CorrelationMatrix));
      expect(matrices).toEqual(replayed.tier2);
    });
  });
});

describe.skipIf(isIdle || 'missing' in RUNTIMES.kcat)(`kcat${whySkipped(RUNTIMES.kcat)}`, () => {
  /** What each line of the docs prints. */
  let printed: string[];
  beforeAll(async () => {
    const { installation } = scenarios.get(LISTED)!;
    const { text } = docsBlocks().find(({ source }) => source === 'kcat')!;
    const commands = text.trimEnd().replaceAll(/ -t (\S+)/g, (_, role: string) => ` -t ${installation.settings.topics.prefix}${role}`);
    const shell: Runtime = { command: ['env', `KAFKA_BROKERS=${inject('brokers').join(',')}`, 'bash', '-euc'] };
    printed = [];
    for (const command of commands.split('\n')) printed.push(await runProgram(shell, [command]));
  });

  test('lists the partitions of a topic', () => {
    const { installation } = scenarios.get(LISTED)!;
    const { name, partitions } = installation.topology.topics['features-tier1'];
    expect(printed[0]).toContain(`topic "${name}" with ${partitions} partitions:`);
  });

  test('reads the table of partitions from the topic control', () => {
    const { installation } = scenarios.get(LISTED)!;
    const [key, value] = printed[1]!.trimEnd().split(' ');
    expect(key).toBe('topology');
    expect(JSON.parse(value!)).toEqual({ format: 1, shared_partitions: 0, symbols: installation.settings.symbols });
  });

  test('lists records with place, time, key and size', async () => {
    const { installation } = scenarios.get(LISTED)!;
    const lines = (await installation.records('features-tier1')).map(
      ({ partition, offset, timestamp, key, value }) => `${partition}@${offset} ${timestamp} ${key} ${value!.length}`,
    );
    expect(printed[2]!.trimEnd().split('\n').toSorted()).toEqual(lines.toSorted());
  });

  test('shows the headers of a tick', async () => {
    const { installation } = scenarios.get(LISTED)!;
    const [first] = await installation.records('ticks');
    expect(printed[3]).toContain(`${first!.key} traceparent=${first!.headers[0]!.value},desk=`);
  });
});

function inOrder(records: readonly PrintedRecord[]): PrintedRecord[] {
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

function inPlace(lines: OutputLines): OutputLines {
  return lines;
}

/** The same lines by key instead of partition, each key's in their order. */
function bySymbol({ clean, tier1, tier2 }: OutputLines): OutputLines {
  const byKey = (lines: OutputLines['clean']) => Map.groupBy([...lines.values()].flat(), (line) => line.split(' ')[0]!);
  return { clean: byKey(clean), tier1: byKey(tier1), tier2 };
}
