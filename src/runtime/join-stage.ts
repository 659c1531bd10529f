import type { JoinSlot } from '../../topology/topics.ts';
import { createGrid, type Grid } from '../domain/grid.ts';
import { Join } from '../domain/join.ts';
import type { EmitMatrix } from '../domain/matrix-window.ts';
import type { DomainSettings } from '../domain/settings.ts';

/** A join with the look-up from symbol to its index in the universe. */
export class JoinStage {
  readonly slot: JoinSlot;
  readonly join: Join;
  readonly grid: Grid;
  readonly #indexes: ReadonlyMap<string, number>;

  constructor(slot: JoinSlot, settings: DomainSettings) {
    const grid = createGrid(slot.timeframe, settings.bars);
    this.slot = slot;
    this.grid = grid;
    this.join = new Join(slot.universe, slot.timeframe, settings.matrices, {
      // Bars on the topic are on the grid, so the slot before the one that begins at their END is theirs.
      slotOfEnd: (timestampUtc) => grid.indexOf(timestampUtc) - 1,
    });
    this.#indexes = new Map(slot.universe.symbols.map((symbol, index) => [symbol, index]));
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
