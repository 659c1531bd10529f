import { describe, expect, test } from 'vitest';
import { RecordDecoder } from '../../../src/codec/decoder.ts';
import { type CorrelationMatrix, schemas } from '../../../src/codec/generated/records.ts';
import type { JoinedReturn } from '../../../src/codec/return-reader.ts';
import { FEATURE_COLUMNS } from '../../../src/domain/feature-row.ts';
import { silentLog } from '../../../src/log.ts';
import { JoinStage } from '../../../src/runtime/join-stage.ts';
import type { InputRecord, OutputRecord, TopicOutput } from '../../../src/runtime/ports.ts';
import { JoinTask } from '../../../src/worker/join-task.ts';
import { joinSlots } from '../../../topology/topics.ts';
import { barSettings, MINUTE } from '../domain/support.ts';
import { domainSettings } from '../runtime/support.ts';
import { batchOf, codecFor, ourSchemas } from './support.ts';

const CHANGELOG = { topic: 'join-changelog', partition: 0 };
const WINDOW = 3;
const SYMBOLS = ['A', 'B', 'C'];
const DOMAIN = domainSettings(barSettings({ timeframes: ['1m'] }), {
  universes: [{ name: 'u', symbols: SYMBOLS }],
  window: WINDOW,
  corrections: 'all',
});
const CODEC = codecFor(DOMAIN);
const RETURNS = new RecordDecoder<JoinedReturn>(ourSchemas(), schemas['features-tier1']);
const MATRICES = new RecordDecoder<CorrelationMatrix>(ourSchemas(), schemas['features-tier2']);

/** One step of the input: a bar of a symbol at the end of a minute, or the news that nothing more of it comes up to then. */
interface Step {
  readonly symbol: string;
  readonly minute: number;
  readonly isSilent?: boolean;
}

/** The input log: a step's place is its offset. */
function recordOf({ symbol, minute }: Step, offset: number): InputRecord {
  const logReturn1 = Math.sin(offset * 7 + symbol.charCodeAt(0));
  const values = new Float64Array(FEATURE_COLUMNS.length).fill(Number.NaN);
  const row = { symbol, timeframe: '1m', timestampUtc: minute * MINUTE, validBar: true, mlReady: false, logReturn1, values } as const;
  return { offset, timestamp: 0, key: Buffer.from(symbol), value: CODEC.featureRow(row), headers: [] };
}

/** All that was written: the changelog record by record, and every matrix under its version, as bytes. */
class Written {
  readonly changelog: OutputRecord[] = [];
  readonly matrices = new Map<number, string>();
  last: CorrelationMatrix | null = null;

  copy(): Written {
    const copy = new Written();
    copy.changelog.push(...this.changelog);
    for (const [version, bytes] of this.matrices) copy.matrices.set(version, bytes);
    copy.last = this.last;
    return copy;
  }

  /** Repeats are allowed at least once, if they say the same. */
  async addMatrices(outputs: readonly TopicOutput[]): Promise<void> {
    for (const { value } of outputs.flatMap(({ records }) => records)) {
      await MATRICES.prepare([value]);
      const matrix = MATRICES.decode(value);
      const bytes = value!.toString('base64');
      expect(this.matrices.get(matrix.version) ?? bytes, `version ${matrix.version}`).toBe(bytes);
      this.matrices.set(matrix.version, bytes);
      if (matrix.version > (this.last?.version ?? 0)) this.last = matrix;
    }
  }
}

/** The newest record of every key, in the order of the log. */
function compacted(log: readonly OutputRecord[]): OutputRecord[] {
  return log.filter(({ key }, at) => !log.slice(at + 1).some((later) => later.key === key));
}

async function started(written: Written): Promise<JoinTask> {
  const task = new JoinTask({
    stage: new JoinStage(joinSlots({ domain: DOMAIN })[0]!, DOMAIN),
    input: 'features-tier1',
    partitionOf: () => 0,
    output: { topic: 'features-tier2', partition: 0 },
    changelog: CHANGELOG,
    codec: CODEC,
    lastMatrix: async () => written.last,
    decoder: RETURNS,
    maxPending: 100,
    commitBytes: 1_000_000,
    log: silentLog,
  });
  for (const [offset, { key, value }] of written.changelog.entries()) {
    task.restore(CHANGELOG, { offset, timestamp: 0, key: Buffer.from(key as string), value, headers: [] });
  }
  await task.restored();
  return task;
}

/** Works on the input from the task's position up to `end`. */
async function feed(task: JoinTask, steps: readonly Step[], end: number): Promise<void> {
  const input = task.inputs.get(0)!;
  for (let offset = input.position ?? 0; offset < end; offset++) {
    const step = steps[offset]!;
    if (step.isSilent === true) {
      task.stage.join.workedOff(SYMBOLS.indexOf(step.symbol), step.minute * MINUTE);
      input.position = offset + 1;
      task.poll();
    } else {
      const record = recordOf(step, offset);
      await RETURNS.prepare([record.value]);
      task.process(batchOf('features-tier1', 0, [record]));
    }
  }
}

/** One commit as far as `changelogRecords` of it, at least once: its outputs come first. */
async function commit(task: JoinTask, written: Written, changelogRecords = Number.POSITIVE_INFINITY): Promise<number> {
  if (!task.hasWork()) return 0;
  const { outputs, changelog } = task.takeCommit();
  await written.addMatrices(outputs);
  const records = changelog.flatMap((output) => output.records);
  written.changelog.push(...records.slice(0, changelogRecords));
  return records.length;
}

/** Bars of all symbols at some minutes. */
const bars = (...minutes: number[]): Step[] => minutes.flatMap((minute) => SYMBOLS.map((symbol) => ({ symbol, minute })));

/** Commits end after these parts: a full ring and more, a partial, and late bars that make a row and move and correct others. */
const PARTS: readonly (readonly Step[])[] = [
  bars(1, 2, 4, 5, 6, 7, 8, 9),
  [
    { symbol: 'A', minute: 11 },
    { symbol: 'B', minute: 11 },
    { symbol: 'A', minute: 14 },
    { symbol: 'B', minute: 14 },
    { symbol: 'C', minute: 11, isSilent: true },
  ],
  [
    { symbol: 'C', minute: 10 },
    { symbol: 'C', minute: 11 },
    { symbol: 'C', minute: 14 },
  ],
  bars(15, 16),
];
const STEPS = PARTS.flat();
const ENDS = PARTS.map((_, i) => PARTS.slice(0, i + 1).flat().length);

/** The whole input without a crash. */
async function undisturbed(): Promise<Written> {
  const written = new Written();
  const task = await started(written);
  for (const end of ENDS) {
    await feed(task, STEPS, end);
    await commit(task, written);
  }
  return written;
}

/** Every way to cut commit number `cut` short, with the log and the input position before it. */
async function* cutShort(cut: number): AsyncGenerator<{ written: Written; records: number; of: number; before: JoinTask }> {
  for (let records = 0, of = 1; records <= of; records++) {
    const written = new Written();
    const task = await started(written);
    for (const end of ENDS.slice(0, cut)) {
      await feed(task, STEPS, end);
      await commit(task, written);
    }
    const before = await started(written);
    await feed(task, STEPS, ENDS[cut]!);
    of = await commit(task, written, records);
    yield { written, records, of, before };
  }
}

describe('a commit of the join that was cut short', () => {
  test('the input has what is needed: several rows a commit, a full ring, a partial, corrections', async () => {
    const { matrices, changelog } = await undisturbed();
    expect([...matrices.keys()]).toEqual(Array.from({ length: matrices.size }, (_, i) => i + 1));
    expect(matrices.size).toBeGreaterThan(12);
    expect(changelog.length).toBeGreaterThan(compacted(changelog).length + 4);
  });

  test.each([...PARTS.keys()])('leaves, at any record of commit %i, the state before it or after it, and its positions', async (cut) => {
    for await (const { written, records, of, before } of cutShort(cut)) {
      const { stage, inputs } = await started(written);
      if (records === of) {
        expect(stage.join.version, `all ${of} records`).toBe(written.last!.version);
        continue;
      }
      expect([stage.join.version, stage.join.newestEmitted], `${records} of ${of} records`).toEqual([
        before.stage.join.version,
        before.stage.join.newestEmitted,
      ]);
      expect(inputs.get(0)!.position).toBe(before.inputs.get(0)!.position);
    }
  });

  test.each([...PARTS.keys()])(
    'at any record of commit %i, loses and changes no matrix, nor does the next commit cut short',
    async (cut) => {
      const whole = await undisturbed();
      for await (const { written } of cutShort(cut)) {
        for (const again of [0, 1, 2, 4, Number.POSITIVE_INFINITY]) {
          const log = written.copy();
          const successor = await started(log);
          await feed(successor, STEPS, Math.min(ENDS[cut]! + 2, STEPS.length));
          await commit(successor, log, again);
          const last = await started(log);
          await feed(last, STEPS, STEPS.length);
          await commit(last, log);
          expect(log.matrices).toEqual(whole.matrices);
          // What the repaired changelog holds is whole, compacted too.
          log.changelog.splice(0, log.changelog.length, ...compacted(log.changelog));
          const end = await started(log);
          expect([end.stage.join.version, end.hasWork()]).toEqual([last.stage.join.version, false]);
        }
      }
    },
  );

  test('is made again from the input where compaction has taken the rows that it replaced', async () => {
    const whole = await undisturbed();
    const cut = ENDS.length - 1;
    let rebuilt = 0;
    for await (const { written, before } of cutShort(cut)) {
      written.changelog.splice(0, written.changelog.length, ...compacted(written.changelog));
      const task = await started(written);
      if (task.inputs.get(0)!.position === null) rebuilt++;
      await feed(task, STEPS, STEPS.length);
      await commit(task, written);
      expect([...written.matrices.keys()].sort((a, b) => a - b)).toEqual([...whole.matrices.keys()]);
      expect(before.stage.join.version).toBeLessThan(task.stage.join.version);
      const end = await started(written);
      expect(end.stage.join.version).toBe(whole.matrices.size);
    }
    expect(rebuilt).toBeGreaterThan(0);
  });
});
