import { join } from 'node:path';
import type { BenchContext } from '../lib/command.ts';
import { HelperProcess } from '../lib/helper-process.ts';
import { Program } from '../lib/program.ts';
import type { Row } from '../lib/result.ts';
import { median, rounded } from '../lib/statistics.ts';
import { peersWork } from '../peers/folder.ts';
import type { DriverMessage, DriverRun, DriverTask } from './driver-messages.ts';

const TICKS = 2_000_000;
const LIMIT_MS = 120_000;

/** What the pandas program prints, as far as it is used. */
interface PandasRun extends Omit<DriverRun, 'cpuSeconds'> {
  readonly cpu_s: number;
}

/** The comparison: rows like those of the kernels, and what it comes to. */
export interface PandasComparison {
  readonly rows: readonly Row[];
  /** Seconds for all ticks, medians, and how many times as fast as pandas. */
  readonly columns: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/**
 * The in-process driver over columns in memory and the peers' pandas program over a frame in memory, in turn, each in a process of its own, on
 * the same ticks: 28 symbols, 1m, all of tier 1, a matrix a minute. Reading the file counts on neither side.
 */
export async function compareWithPandas(folder: string, runs: number, { scope, progress }: BenchContext): Promise<PandasComparison> {
  const work = peersWork();
  const pandasRuns: PandasRun[] = [];
  const ours: DriverMessage[] = [];
  for (let i = 1; i <= runs; i++) {
    progress.show(`run ${i}: pandas, then the driver over columns`);
    const pandas = Program.start(scope, {
      command: join(folder, 'run'),
      args: ['catchup', 'pandas', '--n', String(TICKS)],
      cwd: work,
      env: { ...process.env, PEERS_WORK: work },
      logFile: join(work, 'pandas.log'),
    });
    pandasRuns.push(JSON.parse((await pandas.output()).findLast((line) => line.startsWith('{'))!) as PandasRun);
    const task: DriverTask = { file: join(work, `ticks-${TICKS}.bin`) };
    const driver = new HelperProcess<DriverMessage>(scope, join(import.meta.dirname, 'driver-main.ts'), task);
    ours.push(await driver.said('done', LIMIT_MS));
    await driver.end();
  }
  const passes = { first: ours.map(({ first }) => first), again: ours.map(({ again }) => again) };
  const seconds = {
    pandas: median(pandasRuns.map((run) => run.seconds)),
    first: median(passes.first.map((run) => run.seconds)),
    again: median(passes.again.map((run) => run.seconds)),
  };
  const row = (kernel: string, cpuSeconds: readonly number[]): Row => ({
    kernel,
    symbols: 28,
    window: 100,
    per: 'tick, with all that follows',
    cpu_ns: rounded((median(cpuSeconds) * 1e9) / TICKS, 1),
  });
  const cpu = (of: readonly DriverRun[]) => of.map(({ cpuSeconds }) => cpuSeconds);
  return {
    rows: [
      row('driver over columns, first pass', cpu(passes.first)),
      row('driver over columns, next pass', cpu(passes.again)),
      row(
        'pandas',
        pandasRuns.map(({ cpu_s }) => cpu_s),
      ),
    ],
    columns: {
      pandas_s: rounded(seconds.pandas, 3),
      first_pass_s: rounded(seconds.first, 3),
      next_pass_s: rounded(seconds.again, 3),
      first_pass_times_pandas: rounded(seconds.pandas / seconds.first, 2),
      next_pass_times_pandas: rounded(seconds.pandas / seconds.again, 2),
    },
    problems: [...passes.first, ...passes.again].flatMap((run) => differences(run, pandasRuns[0]!)),
  };
}

function differences(ours: DriverRun, pandas: PandasRun): string[] {
  return (['clean', 'tier1', 'tier2'] as const)
    .filter((output) => ours[output] !== pandas[output])
    .map((output) => `${output}: the driver made ${ours[output]}, pandas ${pandas[output]}`);
}
