import { describe, expect, test } from 'vitest';
import type { SymbolStageState } from '../../../src/domain/symbol-stage.ts';
import { CleanStage } from '../../../src/runtime/clean-stage.ts';
import { barSettings, MINUTE, Recorder, SECOND, tickAt, timeline } from '../domain/support.ts';

const SETTINGS = barSettings();

function stageWith(...ticks: Parameters<CleanStage<string>['process']>[0][]): { stage: CleanStage<string>; out: Recorder } {
  const stage = new CleanStage<string>(SETTINGS);
  const out = new Recorder();
  ticks.forEach((tick, i) => {
    stage.process(tick, `#${i}`, out);
  });
  return { stage, out };
}

const of = (symbol: string, minute: number) => tickAt(minute * MINUTE, 1, { symbol });
const changes = (stage: CleanStage<string>) => {
  const found = new Map<string, SymbolStageState<string>>();
  stage.takeChanges((symbol, state) => found.set(symbol, state));
  return found;
};

describe('the clean stage of a partition', () => {
  test('keeps the symbols that share it apart', () => {
    const { out } = stageWith(of('A', 0), of('B', 7), of('A', 1), of('B', 8), of('A', 2));
    expect(timeline(out.bars.filter(({ symbol }) => symbol === 'A'))).toBe('1* 2');
    expect(timeline(out.bars.filter(({ symbol }) => symbol === 'B'))).toBe('8*');
    expect(out.refusals).toEqual([]);
  });

  test('refuses a tick without a symbol, or under another key, before it belongs to any', () => {
    const { stage, out } = stageWith(tickAt(0, 1, { symbol: '' }), tickAt(0, 1, { symbol: 'A', key: 'B' }), of('A', 0));
    expect(out.refusedLines).toEqual(['#0 BAD_SYMBOL', '#1 BAD_SYMBOL']);
    expect([...stage.symbols()].map(({ symbol }) => symbol)).toEqual(['A']);
  });

  test('counts what became of the ticks, over all symbols', () => {
    const { stage } = stageWith(
      tickAt(0, 1, { symbol: '' }),
      of('A', 1),
      of('B', 1),
      tickAt(0, 1, { symbol: 'A' }),
      tickAt(MINUTE, -1, { symbol: 'B' }),
    );
    expect(stage.counts()).toEqual({ accepted: 3, late: 1, duplicates: 0, refused: 2, held: 0 });
  });

  test('gives the state of the symbols touched since it was last asked, and of no other', () => {
    const { stage, out } = stageWith(of('A', 0), of('B', 0));
    expect([...changes(stage).keys()]).toEqual(['A', 'B']);
    expect([...changes(stage).keys()]).toEqual([]);
    stage.process(of('B', 1), '#', out);
    expect([...changes(stage).keys()]).toEqual(['B']);
  });

  test('goes on with a restored symbol where that one was', () => {
    const { stage } = stageWith(of('A', 0), tickAt(SECOND, 3, { symbol: 'A' }));
    const restored = new CleanStage<string>(SETTINGS);
    for (const [symbol, state] of changes(stage)) restored.restore(symbol, state);
    const out = new Recorder();
    restored.process(of('A', 1), '#', out);
    expect(out.bars).toMatchObject([{ open: 1, close: 3, tickCount: 2, isPartial: true }]);
    // What was restored has not changed.
    expect([...changes(restored).keys()]).toEqual(['A']);
  });

  test('closes by the wall clock only what it has left behind', () => {
    const { stage, out } = stageWith(of('A', 0), of('B', 5));
    stage.idle(6 * MINUTE + 10 * SECOND - 1, 10 * SECOND, out);
    expect(out.bars.map(({ symbol }) => symbol)).toContain('A');
    expect(out.bars.map(({ symbol }) => symbol)).not.toContain('B');
    stage.idle(6 * MINUTE + 10 * SECOND, 10 * SECOND, out);
    expect(timeline(out.bars.filter(({ symbol }) => symbol === 'B'))).toBe('6*');
  });
});
