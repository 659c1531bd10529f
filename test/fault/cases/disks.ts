import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from './case.ts';

/** The broker's disk is full; after it has been given room, and the broker a restart, work goes on. */
export const disks: FaultCase[] = [
  {
    name: 'disk-full',
    about: "the broker's disk (a small tmpfs) is filled up, freed again, and the broker started anew",
    options: { cluster: 'tiny', minutes: 300 },
    impossible: () => (canMount() ? null : 'mounting a tmpfs needs root'),
    async disturb(run) {
      const [node] = run.cluster.nodes;
      const worker = run.worker();
      await run.untilProgress(0.2 + 0.3 * run.random());
      const filler = join(dirname(node!.data), 'filler');
      fill(filler);
      run.faults++;
      // Long enough for writes to fail; the broker may give up by itself.
      await sleep(3_000);
      rmSync(filler);
      await node!.kill();
      await node!.start();
      await run.untilEnded(worker);
    },
  },
];

function fill(file: string): void {
  const { bavail, bsize } = statfsSync(dirname(file));
  try {
    writeFileSync(file, Buffer.alloc(bavail * bsize + bsize));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'arbitrex-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
