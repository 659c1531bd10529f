import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { InputEnd } from '../../../src/worker/input-end.ts';

describe('the end of the input', () => {
  it('is reached when what the group forwarded is worked off too', async () => {
    // Ten ticks on partition 0, of which the group forwards five to partition 1 when it works them off.
    const log = { ends: [10, 0], committed: [0, 0] };
    const steps = [
      () => {},
      () => Object.assign(log, { ends: [10, 5], committed: [10, 0] }),
      () => {},
      () => Object.assign(log, { committed: [10, 3] }),
      () => Object.assign(log, { committed: [10, 5] }),
    ];
    const admin = {
      watermarks: async () => log.ends.map((high) => ({ low: 0, high })),
      committedOffsets: async () => {
        steps.shift()!();
        return log.committed;
      },
    };
    await new InputEnd(admin, silentLog, () => false).reachedWithForwards('group', 'ticks');
    expect(log.committed).toEqual([10, 5]);
    expect(steps).toEqual([]);
  });
});
