/** The benchmarks run, count right and print what they promise. Figures are for quiet machines: none is looked at here. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, test } from 'vitest';
import type { Row } from '../../../bench/lib/result.ts';
import { packageRoot } from '../../../src/paths.ts';

const TIMEOUT_MS = 300_000;

interface Printed {
  readonly bench: string;
  readonly machine: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
  readonly runs: readonly Row[];
  readonly problems: readonly string[];
}

/** Runs a benchmark on the tests' platform; standard output must be one line of JSON. */
async function bench(...args: string[]): Promise<Printed> {
  const env = { ...process.env, KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') };
  const command = [join(packageRoot, 'bench/main.ts'), ...args, '--external', '--json', '--debug'];
  const { stdout } = await promisify(execFile)(process.execPath, command, { env, cwd: packageRoot });
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(stdout) as Printed;
}

const VARIANTS = [
  ['at_least_once', 1],
  ['at_least_once', 2],
  ['exactly_once', 1],
  ['exactly_once', 2],
];

describe('catchup', () => {
  test(
    'counts what came of the ticks, for both guarantees and 1 and 2 workers',
    async () => {
      const { rows, runs, machine, settings, problems } = await bench('catchup', '--n', '5600', '--runs', '1');
      expect(problems).toEqual([]);
      expect(settings).toMatchObject({ n_ticks: 5_600, runs: 1 });
      expect(machine).toMatchObject({ kafka: '4.4.0', node: process.version });
      expect(rows.map(({ guarantee, workers }) => [guarantee, workers])).toEqual(VARIANTS);
      expect(runs).toEqual(rows);
      // Ten minutes, of which the last stays open.
      for (const row of rows) {
        expect(row).toMatchObject({ bars: 9 * 28, matrices: 9, counts_as_expected: true });
        for (const figure of ['seconds', 'ticks_per_s', 'ticks_per_s_from_first', 'cpu_s', 'peak_rss_mb', 'others_cpu_s']) {
          expect(row[figure], figure).toBeTypeOf('number');
        }
      }
    },
    TIMEOUT_MS,
  );
});

describe('latency', () => {
  test(
    'sees every bar of every symbol, and every matrix',
    async () => {
      const { rows, problems } = await bench('latency', '--rates', '600', '--seconds', '3', '--warmup', '1', '--runs', '1');
      expect(problems).toEqual([]);
      expect(rows.map(({ guarantee, rate }) => [guarantee, rate])).toEqual([
        ['at_least_once', 600],
        ['exactly_once', 600],
      ]);
      for (const row of rows) {
        // Three seconds, and the ends of one at either side may fall into them or not.
        expect(row.bars).toBeGreaterThanOrEqual(2 * 28);
        expect(row.bars).toBeLessThanOrEqual(5 * 28);
        expect(row.matrices).toBeGreaterThanOrEqual(2);
        for (const output of ['tier1', 'matrix']) {
          expect(row[`${output}_p50_ms`]).toBeLessThanOrEqual(Number(row[`${output}_p99_ms`]));
          expect(row[`${output}_p99_ms`]).toBeLessThanOrEqual(Number(row[`${output}_max_ms`]));
        }
      }
    },
    TIMEOUT_MS,
  );

  test(
    'shows the others while a symbol is halted, resumed and poisoned',
    async () => {
      const args = ['--halt', 'EURUSD', '--guarantee', 'exactly_once', '--rates', '600', '--seconds', '3', '--warmup', '1', '--runs', '1'];
      const { rows, problems } = await bench('latency', ...args);
      expect(problems).toEqual([]);
      const phases = ['before', 'halted', 'resumed', 'poisoned'];
      expect(rows.map(({ guarantee, phase }) => [guarantee, phase])).toEqual(phases.map((phase) => ['exactly_once', phase]));
      for (const row of rows) {
        expect(row.others_bars).toBeGreaterThanOrEqual(2 * 27);
        if (row.phase === 'halted') expect(row.own_bars).toBe(0);
        else expect(row.own_bars).toBeGreaterThan(0);
      }
    },
    TIMEOUT_MS,
  );
});

describe('memory', () => {
  test(
    'samples a worker from the first bar to the last matrix',
    async () => {
      const { rows, problems } = await bench('memory', '--n', '100000');
      expect(problems).toEqual([]);
      for (const row of rows) {
        expect(row.samples).toBeGreaterThan(0);
        expect(row.rss_mb_first_quarter).toBeGreaterThan(0);
        expect(row.rss_mb_last_quarter).toBeLessThanOrEqual(Number(row.peak_rss_mb));
      }
    },
    TIMEOUT_MS,
  );
});

describe('a benchmark that is asked for nonsense', () => {
  test('says so and measures nothing', async () => {
    await expect(bench('catchup', '--n', 'many')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('whole number') });
    await expect(bench('latency', '--halt', 'NOSUCH', '--rates', 'x')).rejects.toMatchObject({ code: 2 });
  });
});
