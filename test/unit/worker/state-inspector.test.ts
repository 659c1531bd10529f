import { describe, expect, test } from 'vitest';
import type { InputRecord } from '../../../src/runtime/ports.ts';
import { joinSealKey, toJoinStates } from '../../../src/worker/join-state.ts';
import { StateInspector } from '../../../src/worker/state-inspector.ts';
import { buildTopology } from '../../../topology/fx.ts';
import { parseSettings } from '../../../topology/settings.ts';
import { codecFor, ourSchemas } from './support.ts';

const SETTINGS = parseSettings('symbols: [A, B]\ntimeframes: [1m]\nwindow: 2\nmin_obs: 2\nuniverses: [{name: u, symbols: [A, B]}]', 'test');
const TOPOLOGY = buildTopology(SETTINGS);
const SLOT = TOPOLOGY.joins[0]!;
const CODEC = codecFor(SETTINGS.domain);

/** The changelog records of a join that has emitted timestamps 1 … `count`, rows from `from` on among them. */
function commit(from: number, count: number): InputRecord[] {
  const rows = Array.from({ length: count - from }, (_, i) => ({
    index: from + i,
    timestampUtc: from + i + 1,
    version: from + i + 1,
    returns: Float64Array.of(0.1, 0.2),
  }));
  const counters = { window: 2, symbols: 2, rows: count, version: count, behind: [] };
  return toJoinStates({ rows, counters }, count).map(({ place, body }, offset) => ({
    offset,
    timestamp: 0,
    key: Buffer.from(`u/1m/${place}`),
    value: CODEC.joinState(SLOT, [{ partition: 0, offset: 10 * count }], body),
    headers: [],
  }));
}

async function inspectJoin(log: readonly InputRecord[], hasMatrix = false) {
  const inspector = new StateInspector({
    settings: SETTINGS,
    topology: TOPOLOGY,
    admin: { committedOffsets: async () => [null, null], watermarks: async () => [{ low: 0, high: 35 }] },
    schemas: ourSchemas(),
    readChangelog: async (_topic, _partition, onRecord) => log.forEach(onRecord),
    hasMatrix: async () => hasMatrix,
  });
  return (await inspector.inspect({ partitions: [], joins: [SLOT] })).joins[0]!;
}

describe('the inspection of a join', () => {
  test('shows its state and positions against the ends of what it reads', async () => {
    const { outlook, why, state, ends, stores } = await inspectJoin(commit(0, 3));
    expect({ outlook, why, ends }).toEqual({ outlook: 'restore', why: null, ends: [35] });
    expect(state).toEqual({
      version: 3,
      timestamps: 3,
      rows: 3,
      lastEmitted: 3,
      behind: [],
      positions: [{ partition: 0, offset: 30 }],
    });
    expect(stores).toMatchObject([{ records: 4, unsealed: 0, formatVersions: [1] }]);
  });

  test('counts what a commit that was cut short has left, and shows the state before it', async () => {
    const { outlook, state, stores } = await inspectJoin([...commit(0, 3), ...commit(3, 6).slice(0, -1)]);
    expect({ outlook, version: state?.version }).toEqual({ outlook: 'restore', version: 3 });
    expect(stores).toMatchObject([{ records: 4, unsealed: 3 }]);
  });

  test('says that it would be rebuilt where compaction has taken replaced rows', async () => {
    const cut = commit(3, 6).slice(0, -1);
    const left = commit(0, 3).filter(({ key }) => !cut.some((later) => later.key!.equals(key!)));
    expect(left.map(({ key }) => String(key))).toContain(joinSealKey(SLOT));
    expect(await inspectJoin([...left, ...cut])).toMatchObject({
      outlook: 'rebuild',
      why: 'rows were replaced by a commit that was cut short, and compacted away',
    });
  });

  test('without state begins, unless matrices have gone out', async () => {
    expect(await inspectJoin([])).toMatchObject({ outlook: 'begin', state: null, ends: [] });
    expect(await inspectJoin([], true)).toMatchObject({ outlook: 'rebuild', why: 'matrices have gone out, and there is no state of them' });
  });
});
