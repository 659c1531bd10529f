import { createGrid, type Grid } from '../domain/grid.ts';
import { Join } from '../domain/join.ts';
import type { EmitMatrix } from '../domain/matrix-window.ts';
import type { DomainSettings, Universe } from '../domain/settings.ts';
import type { Timeframe } from '../domain/timeframe.ts';

/** One (universe, timeframe): the unit of work of the join, with a number of its own. */
export interface JoinId {
  /** Position in universes x timeframes: the partition of the join's changelog. */
  readonly index: number;
  readonly universe: Universe;
  readonly timeframe: Timeframe;
}

/** Every (universe, timeframe) of the settings, universes first, in the order of the file. */
export function joinIds(settings: DomainSettings): readonly JoinId[] {
  const { universes } = settings.matrices;
  const { timeframes } = settings.bars;
  return universes.flatMap((universe, u) => timeframes.map((timeframe, t) => ({ index: u * timeframes.length + t, universe, timeframe })));
}

/** A join with the look-up from symbol to its index in the universe. */
export class JoinStage {
  readonly id: JoinId;
  readonly join: Join;
  readonly grid: Grid;
  readonly #indexes: ReadonlyMap<string, number>;

  constructor(id: JoinId, settings: DomainSettings) {
    const grid = createGrid(id.timeframe, settings.bars);
    this.id = id;
    this.grid = grid;
    this.join = new Join(id.universe, id.timeframe, settings.matrices, {
      // Bars on the topic are on the grid, so the slot before the one that begins at their END is theirs.
      slotOfEnd: (timestampUtc) => grid.indexOf(timestampUtc) - 1,
    });
    this.#indexes = new Map(id.universe.symbols.map((symbol, index) => [symbol, index]));
  }

  /** The symbol's index in the universe, undefined where it is not in it. */
  indexOf(symbol: string): number | undefined {
    return this.#indexes.get(symbol);
  }

  /** Takes in a tier-1 record of this timeframe and emits what can go out; records of other symbols are passed over. */
  process(symbol: string, timestampUtc: number, logReturn1: number, emit: EmitMatrix): void {
    const index = this.#indexes.get(symbol);
    if (index === undefined) return;
    this.join.deliver(index, timestampUtc, logReturn1);
    this.join.poll(emit);
  }
}
