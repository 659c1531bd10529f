import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { replay } from '../../../src/clients/replay.ts';
import { readCsvFrame } from '../../../src/frames/csv-frame.ts';
import { type ReplayFrames, replayFrames } from '../../../src/frames/replay-frames.ts';
import { parseReplayConfig } from '../../../topology/settings.ts';
import { readCase, SHIPPED_CASES } from '../../golden/case.ts';
import { describeWithDanfo, FIRST_LOAD_MS } from '../../with-danfo.ts';
import { temporaryFolder } from '../csv/support.ts';
import { parityOf } from './support.ts';

const golden = readCase(join(SHIPPED_CASES, 'synth_adversarial'));
const config = parseReplayConfig(golden.configText, 'config.json');
const folder = temporaryFolder();

describeWithDanfo('a replay as frames', () => {
  let frames: ReplayFrames;

  beforeAll(async () => {
    frames = await replayFrames(golden.inputPath, config);
    await replay(golden.inputPath, config, folder.path);
  }, FIRST_LOAD_MS);

  it('holds what the same replay writes into files, read back', async () => {
    const clean = await readCsvFrame(join(folder.path, 'clean.csv'));
    expect(clean.columns).toEqual(frames.bars.columns);
    expect(clean.dtypes).toEqual(frames.bars.dtypes);
    expect(sorted(clean.values as Row[])).toEqual(sorted(frames.bars.values as Row[]));
    const tier1 = await readCsvFrame(join(folder.path, 'tier1.csv'));
    // The file has neither the version of the features nor the bar's return.
    const shared = tier1.columns;
    expect(frames.tier1.columns.filter((name) => !shared.includes(name))).toEqual(['feature_version', 'log_return_1']);
    expect(sorted(tier1.values as Row[])).toEqual(sorted(frames.tier1.loc({ columns: shared }).values as Row[]));
  });

  it('counts what was rejected', () => {
    const lines = readFileSync(join(folder.path, 'rejected.csv'), 'utf8').trimEnd().split('\n').slice(1);
    expect(Object.values(frames.rejected).reduce((sum, count) => sum + count, 0)).toBe(lines.length);
    expect(frames.rejected.LATE).toBe(lines.filter((line) => line.includes(',LATE,')).length);
  });

  it('has matrices that its own columns confirm: every version, over gaps, outliers, missing bars and a symbol that never comes', () => {
    const { correlations, differences } = parityOf(frames.tier1, frames.matrices, config.domain.matrices.minObs);
    expect(differences.slice(0, 5)).toEqual([]);
    expect(frames.matrices).toHaveLength(297 + 57 + 299 + 59);
    expect(correlations).toBeGreaterThan(frames.matrices.length);
  });

  it('differs from matrices that are one slot off', () => {
    const late = frames.matrices.slice(100, 110).map((matrix) => ({ ...matrix, windowEnd: matrix.windowEnd + 60_000 }));
    expect(parityOf(frames.tier1, late, config.domain.matrices.minObs).differences).not.toEqual([]);
  });
});

type Row = readonly unknown[];

/** Rows in an order that depends on what they hold alone. */
function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => row.map(String).join()).sort();
}
