import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFile, type Outputs, readOutputs, readTable } from './outputs.ts';

/** What a case's config.json says besides the settings. */
interface CaseConfig {
  readonly input: 'ticks' | 'bars';
  /** Symbols that tier1.csv holds; null: all. */
  readonly tier1_symbols: readonly string[] | null;
  readonly tier2_every: number;
  /** Of the complete outputs; tier2 by `universe/timeframe`. */
  readonly expected_counts: { readonly clean: number; readonly tier1: number; readonly tier2: Readonly<Record<string, number>> };
  readonly universes: readonly { readonly name: string; readonly symbols: readonly string[] }[];
}

/** An input and the outputs that the domain rules ask for; of tier 1 and tier 2 it may hold a sample. */
export interface GoldenCase {
  readonly folder: string;
  /** The config file as text, for the parser of settings. */
  readonly configText: string;
  readonly config: CaseConfig;
  readonly inputPath: string;
  readonly outputs: Outputs;
  /** Cells of tier 1 that double arithmetic cannot hold to the tolerance, with their own, by `looseKey`. */
  readonly loose: ReadonlyMap<string, number>;
}

/** The cases that come with this repository. */
export const SHIPPED_CASES = join(import.meta.dirname, 'cases');

/** Names of the cases in a folder, sorted. */
export function caseNames(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export function readCase(folder: string): GoldenCase {
  const configText = readFileSync(join(folder, 'config.json'), 'utf8');
  const config = JSON.parse(configText) as CaseConfig;
  const inputPath = findFile(folder, config.input === 'ticks' ? 'input.csv' : 'bars.csv');
  if (inputPath === undefined) throw new Error(`${folder} holds no input`);
  const loose = findFile(folder, 'loose.csv') === undefined ? [] : readTable(folder, 'loose.csv');
  return {
    folder,
    configText,
    config,
    inputPath,
    outputs: readOutputs(folder),
    loose: new Map(
      loose.map(({ symbol, timeframe, timestamp_utc, column, tolerance }) => [
        looseKey(`${symbol}/${timeframe}/${timestamp_utc}`, String(column)),
        Number(tolerance),
      ]),
    ),
  };
}

/** Key of one cell of tier 1. */
export function looseKey(rowKey: string, column: string): string {
  return `${rowKey} ${column}`;
}
