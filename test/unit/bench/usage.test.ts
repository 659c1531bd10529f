import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { hasProc, residentMb, treeOf, treeUsage } from '../../../bench/lib/usage.ts';

const BURN = 'const end = Date.now() + 300; while (Date.now() < end);';

describe.runIf(hasProc())('usage of processes', () => {
  test('a child belongs to the tree while it runs', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    expect(treeOf(process.pid)).toContain(child.pid);
    child.kill();
    await once(child, 'exit');
    expect(treeOf(process.pid)).not.toContain(child.pid);
  });

  test('processor time of children that have ended counts', () => {
    const before = treeUsage(process.pid).cpuS;
    execFileSync(process.execPath, ['-e', BURN]);
    expect(treeUsage(process.pid).cpuS).toBeGreaterThan(before);
  });

  test('memory is that of the largest, and of all together', () => {
    const { peakRssMb, largestRssMb } = treeUsage(process.pid);
    expect(largestRssMb).toBeGreaterThanOrEqual(residentMb(process.pid) - 1);
    expect(peakRssMb).toBeGreaterThanOrEqual(largestRssMb);
  });

  test('of a process that is gone there is nothing', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    expect(treeUsage(child.pid!)).toEqual({ cpuS: 0, peakRssMb: 0, largestRssMb: 0 });
    expect(residentMb(child.pid!)).toBe(0);
  });
});
