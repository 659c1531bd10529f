import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplayConfig } from '../../topology/settings.ts';
import { LineFile } from '../csv/line-file.ts';
import { CLEAN_HEADER, cleanLine, FEATURES_HEADER, featureLine, matrixLine, REJECTED_HEADER } from '../csv/results.ts';
import type { Reason } from '../domain/reason.ts';
import { TopologyDriver } from '../runtime/driver.ts';
import { feedFile } from './feed-file.ts';

/** What a replay has done so far, or in all. */
export interface ReplaySummary {
  /** Data rows read. */
  rows: number;
  cleanBars: number;
  featureRows: number;
  matrices: number;
  /** Rows refused or dropped, by reason. */
  rejected: Partial<Record<Reason, number>>;
}

/** Told what has been done so far, and how many bytes of the input file have been read. */
export type OnReplayProgress = (summary: ReplaySummary, bytesRead: number) => void;

/**
 * Runs the topology over a CSV file without a broker and writes clean.csv, tier1.csv, tier2.jsonl and rejected.csv into `outFolder` (made if
 * need be). Bars and rows are written in the order they close; rejected.csv is sorted by row. `onProgress` is called now and then.
 *
 * @throws UserError where the input cannot be read or the results cannot be written.
 */
export async function replay(
  inputPath: string,
  config: ReplayConfig,
  outFolder: string,
  onProgress: OnReplayProgress = () => {},
): Promise<ReplaySummary> {
  mkdirSync(outFolder, { recursive: true });
  const open = (name: string): LineFile => new LineFile(join(outFolder, name));
  const files = { clean: open('clean.csv'), features: open('tier1.csv'), matrices: open('tier2.jsonl'), rejected: open('rejected.csv') };
  try {
    const summary = await run(inputPath, config, files, onProgress);
    for (const file of Object.values(files)) file.finish();
    return summary;
  } catch (error) {
    for (const file of Object.values(files)) file.discard();
    throw error;
  }
}

interface ResultFiles {
  readonly clean: LineFile;
  readonly features: LineFile;
  readonly matrices: LineFile;
  readonly rejected: LineFile;
}

async function run(inputPath: string, config: ReplayConfig, files: ResultFiles, onProgress: OnReplayProgress): Promise<ReplaySummary> {
  const summary: ReplaySummary = { rows: 0, cleanBars: 0, featureRows: 0, matrices: 0, rejected: {} };
  // A held tick is refused after rows that came later, so the lines are sorted at the end.
  const rejected: { row: number; line: string }[] = [];
  const reject = (row: number, reason: Reason, timeframes: readonly string[]): void => {
    summary.rejected[reason] = (summary.rejected[reason] ?? 0) + 1;
    rejected.push({ row, line: `${row},${reason},${timeframes.join(';')}` });
  };
  const driver = new TopologyDriver<number>(config.domain, {
    bar(bar) {
      summary.cleanBars++;
      files.clean.write(cleanLine(bar));
    },
    features(row) {
      summary.featureRows++;
      files.features.write(featureLine(row));
    },
    matrix(matrix) {
      summary.matrices++;
      files.matrices.write(matrixLine(matrix));
    },
    refused: (reason, row, timeframes) => reject(row, reason, timeframes),
    duplicate: (row) => reject(row, 'DUPLICATE', []),
  });

  files.clean.write(CLEAN_HEADER);
  files.features.write(FEATURES_HEADER);
  files.rejected.write(REJECTED_HEADER);
  let bytesRead = 0;
  const onBytes = (bytes: number): void => {
    bytesRead = bytes;
  };
  for await (const count of feedFile(inputPath, config.input, driver, (row) => reject(row, 'UNDECODABLE', []), onBytes)) {
    summary.rows += count;
    onProgress(summary, bytesRead);
  }
  driver.end();
  for (const { line } of rejected.sort((a, b) => a.row - b.row)) files.rejected.write(line);
  return summary;
}
