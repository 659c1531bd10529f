import { nearest } from '../../topology/nearest.ts';
import type { PartitionTable } from '../../topology/partition-table.ts';
import { UserError } from '../errors.ts';

/** A symbol to be halted or resumed, and who shares its fate. */
export interface HaltTarget {
  readonly symbol: string;
  /** Its partition of ticks, null where it has none any more. */
  readonly partition: number | null;
  /** The other known symbols of that partition, in alphabetical order: what is halted is the reading of a partition. */
  readonly together: readonly string[];
}

/** Symbols that are listed in an error at the most. */
const MAX_SHOWN = 12;

/**
 * Finds the partitions of symbols. `known` are the symbols that the settings name, that have ticked or that are halted; any other is a typing
 * error more likely than not, and halting it would leave the symbol that was meant running: it throws a UserError that names a near one.
 */
export function findTargets(symbols: readonly string[], known: readonly string[], table: PartitionTable): HaltTarget[] {
  const unknown = symbols.find((symbol) => !known.includes(symbol));
  if (unknown !== undefined) throw unknownSymbol(unknown, known);
  const byPartition = Map.groupBy([...new Set(known)].sort(), (symbol) => table.partitionOf(symbol));
  return [...new Set(symbols)].map((symbol) => {
    const partition = table.partitionOf(symbol);
    const together = partition === null ? [] : byPartition.get(partition)!.filter((other) => other !== symbol);
    return { symbol, partition, together };
  });
}

function unknownSymbol(symbol: string, known: readonly string[]): UserError {
  const near = nearest(symbol, known);
  const shown = known.length > MAX_SHOWN ? `${known.slice(0, MAX_SHOWN).join(', ')}, … (${known.length} in all)` : known.join(', ');
  return new UserError(`there is no symbol ${symbol}: it is not in the settings and has not ticked; nothing was changed`, {
    hint: near === null ? `known are ${shown}` : `did you mean ${near}?`,
    exitCode: 2,
  });
}
