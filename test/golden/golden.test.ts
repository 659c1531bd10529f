import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { replay } from '../../src/clients/replay.ts';
import { parseReplayConfig } from '../../topology/settings.ts';
import { caseNames, readCase, SHIPPED_CASES } from './case.ts';
import { compareOutputs, inLines } from './compare.ts';
import { readOutputs } from './outputs.ts';

/** GOLDEN_CASES names a folder with further cases. */
const further = process.env.GOLDEN_CASES;
const folders = further === undefined || further === '' ? [SHIPPED_CASES] : [SHIPPED_CASES, further];

describe.each(folders)('a replay gives the numbers of the golden cases in %s', (folder) => {
  test.each(caseNames(folder))('%s', async (name) => {
    const golden = readCase(join(folder, name));
    const out = mkdtempSync(join(tmpdir(), 'arbitrex-golden-'));
    onTestFinished(() => rmSync(out, { recursive: true, force: true }));

    await replay(golden.inputPath, parseReplayConfig(golden.configText, 'config.json'), out);

    expect(inLines(compareOutputs(golden, readOutputs(out)))).toEqual([]);
  });
});
