import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runCli } from '../../unit/cli/run-cli.ts';

/** What a person types, one command after the other, on a cluster with topics of this test's own. */
const prefix = `cli-${randomBytes(4).toString('hex')}.`;
const settings = `timeframes: [1m]
symbols: [EURUSD, GBPUSD, EURGBP]
universes: [{ name: three, symbols: [EURUSD, GBPUSD, EURGBP] }]
window: 60
topics: { prefix: ${prefix} }
`;
const env = { KAFKA_BROKERS: inject('brokers').join(','), SCHEMA_REGISTRY_URL: inject('registryUrl') };
const arbitrex = (...args: string[]) => runCli(args, { files: { 'arbitrex.yaml': settings }, env });

const folder = mkdtempSync(join(tmpdir(), 'arbitrex-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MINUTES = 120;
const TICKS = MINUTES * 60 * 3;

beforeAll(() => {
  expect(arbitrex('topology', 'apply')).toMatchObject({ code: 0, stderr: '' });
});

describe('the pipeline by command', () => {
  it('produces synthetic ticks, works them off and prints what came out', () => {
    const produced = arbitrex('produce', '--synthetic', '--ticks', String(TICKS), '--interval', String(1_000 / 3), '--json');
    expect(produced).toMatchObject({ code: 0 });
    expect(JSON.parse(produced.stdout)).toMatchObject({ sent: TICKS, bad_rows: 0 });

    const run = arbitrex('run', '--until-end', '--json');
    expect(run).toMatchObject({ code: 0 });
    // The last minute of each symbol stays open: end of input closes nothing.
    expect(JSON.parse(run.stdout.trim())).toMatchObject({ taken: TICKS, matrices: MINUTES - 1, failures: 0, lag: 0 });

    const bars = arbitrex('consume', 'clean-ohlcv', '--symbol', 'EURUSD', '--format', 'csv').stdout.trimEnd().split('\n');
    expect(bars).toHaveLength(1 + MINUTES - 1);
    expect(bars[0]).toMatch(/^timestamp_utc,symbol,timeframe,open,/);
    expect(bars[1]).toMatch(/^\d+,EURUSD,1m,/);

    const rows = arbitrex('consume', 'features-tier1', '--json', '--limit', '5').stdout.trimEnd().split('\n');
    expect(rows.map((line) => JSON.parse(line).timeframe)).toEqual(['1m', '1m', '1m', '1m', '1m']);

    const matrix = arbitrex('matrix');
    expect(matrix.stdout).toMatch(new RegExp(`^three/1m version ${MINUTES - 1}: .*, complete\\n`));
    expect(matrix.stdout).toContain('strongest pairs');
    expect(JSON.parse(arbitrex('matrix', '--version', '40', '--json').stdout)).toMatchObject({ universe: 'three', version: 40 });
  });

  it('shares the partitions between two processes and writes nothing twice', () => {
    expect(arbitrex('reset', '--yes')).toMatchObject({ code: 0 });
    const run = arbitrex('run', '--workers', '2', '--until-end', '--json');
    expect(run).toMatchObject({ code: 0 });
    expect(JSON.parse(run.stdout.trim())).toMatchObject({ workers: 2, matrices: MINUTES - 1 });
    const bars = arbitrex('consume', 'clean-ohlcv', '--format', 'csv').stdout.trimEnd().split('\n');
    expect(bars).toHaveLength(1 + 3 * (MINUTES - 1));
    expect(new Set(bars).size).toBe(bars.length);
  });

  it('names a bad row by its line and goes on; --strict ends there', () => {
    const file = join(folder, 'ticks.csv');
    writeFileSync(
      file,
      'symbol,event_time,bid,ask\nEURUSD,1767571200000,1.1,1.2\nEURUSD,soon,1.1,1.2\n,1767571200000,1.1,1.2\nEURUSD,1767571200001,nan,1\n',
    );
    const lenient = arbitrex('produce', file);
    expect(lenient).toMatchObject({ code: 0 });
    expect(lenient.stdout).toMatch(/^1 ticks in .*, 3 bad rows passed over\n$/);
    expect(lenient.stderr.trimEnd().split('\n')).toEqual([
      `${file}: line 3: does not read as a number: event_time "soon"`,
      `${file}: line 4: has no symbol`,
      `${file}: line 5: bid is NaN`,
    ]);
    const strict = arbitrex('produce', file, '--strict');
    expect(strict).toMatchObject({ code: 1, stdout: '' });
    expect(strict.stderr).toBe(`error: ${file}: line 3: does not read as a number: event_time "soon"\n`);
  });

  it('runs the demo to the printed matrix, and a second time without producing anything twice', () => {
    const first = runCli(['demo'], { env });
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(/demo\.features-tier2 +890 ok/);
    expect(first.stdout).toMatch(/^euro\/1D version 890: /m);
    const second = runCli(['demo'], { env });
    expect(second).toMatchObject({ code: 0 });
    expect(second.stdout).toMatch(/demo\.ticks +22,275 ok/);
  });

  it.each([
    [['consume', 'features'], 2, 'error: no topic "features"\nhint: topics: ticks, clean-ohlcv,'],
    [['consume', 'ticks', '--from', 'noon'], 2, 'error: --from: "noon" is neither'],
    [['produce', 'absent.csv'], 1, 'error: absent.csv: no such file\n'],
    [['produce'], 2, 'error: name a file'],
    [['matrix', '--universe', 'none'], 2, 'hint: they have three/1m\n'],
    [['matrix', '--version', '1000000'], 1, 'error: there is no version 1000000 of three/1m\n'],
    [['run', '--stages', 'clean'], 1, 'error: stage set all has worked on these topics'],
  ])('says in one line what is wrong: %j', (args, code, message) => {
    const result = arbitrex(...(args as string[]));
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });
});
