import { createColors } from 'picocolors';
import type { CorrelationMatrix } from '../domain/matrix.ts';
import { triangleIndex } from '../domain/triangle.ts';

/** How a matrix is drawn. */
export interface MatrixView {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

const STRONGEST_SHOWN = 10;
const CELL_WIDTH = 6;
/** |rho| from which a cell is drawn strong, or at least plain. */
const STRONG = 0.85;
const NOTABLE = 0.5;

/**
 * A matrix for people: what it is, the lower triangle as far as the terminal is wide, the strongest pairs and the metrics. Lines end with \n
 * but for the last. A null is drawn as a dot.
 */
export function renderMatrix(matrix: CorrelationMatrix, view: MatrixView): string {
  const colors = createColors(view.color);
  const blocks = [header(matrix), triangle(matrix, view), strongest(matrix), metrics(matrix)];
  blocks[0] = colors.bold(blocks[0]!);
  return blocks.filter((block) => block !== '').join('\n\n');
}

function header(matrix: CorrelationMatrix): string {
  const { universe, timeframe, version, supersedes, windowStart, windowEnd, completeness, missing } = matrix;
  const corrects = supersedes === null ? '' : `, corrects version ${supersedes}`;
  const without = missing.length === 0 ? '' : ` (without ${missing.join(', ')})`;
  return `${universe}/${timeframe} version ${version}${corrects}: ${isoMinute(windowStart)} to ${isoMinute(windowEnd)}, ${completeness}${without}`;
}

function triangle(matrix: CorrelationMatrix, { color, width }: MatrixView): string {
  const { symbols } = matrix;
  const nameWidth = Math.max(...symbols.map((symbol) => symbol.length));
  const columns = Math.max(1, Math.min(symbols.length - 1, Math.floor((width - nameWidth) / CELL_WIDTH)));
  const lines = symbols.slice(1).map((symbol, at) => {
    const row = at + 1;
    const cells = Array.from({ length: Math.min(row, columns) }, (_, column) => cell(rhoOf(matrix, column, row), color));
    return `${symbol.padEnd(nameWidth)}${cells.join('')}`;
  });
  // A heading has room for little: what all symbols begin with says nothing.
  const shared = commonPrefix(symbols);
  const names = symbols.slice(0, columns).map((symbol) =>
    symbol
      .slice(shared)
      .slice(-CELL_WIDTH + 1)
      .padStart(CELL_WIDTH),
  );
  const cut = columns < symbols.length - 1 ? `\n${symbols.length - 1 - columns} more columns do not fit: --json has them all` : '';
  return `${' '.repeat(nameWidth)}${names.join('')}\n${lines.join('\n')}${cut}`;
}

/** How many characters all names begin with in common, less than the shortest name has. */
function commonPrefix(names: readonly string[]): number {
  const shortest = Math.min(...names.map((name) => name.length));
  let length = 0;
  while (length < shortest - 1 && names.every((name) => name[length] === names[0]![length])) length++;
  return length;
}

function cell(rho: number, color: boolean): string {
  if (Number.isNaN(rho)) return '·'.padStart(CELL_WIDTH);
  const text = rho.toFixed(2).padStart(CELL_WIDTH);
  const { bold, green, red, dim } = createColors(color);
  if (Math.abs(rho) < NOTABLE) return dim(text);
  const tinted = rho > 0 ? green(text) : red(text);
  return Math.abs(rho) > STRONG ? bold(tinted) : tinted;
}

function strongest(matrix: CorrelationMatrix): string {
  const { symbols, nObs } = matrix;
  const pairs: { name: string; rho: number; observations: number }[] = [];
  for (let a = 0; a < symbols.length; a++) {
    for (let b = a + 1; b < symbols.length; b++) {
      const rho = rhoOf(matrix, a, b);
      if (!Number.isNaN(rho))
        pairs.push({ name: `${symbols[a]} ${symbols[b]}`, rho, observations: nObs[triangleIndex(a, b, symbols.length)]! });
    }
  }
  if (pairs.length === 0) return 'no pair has enough shared returns yet';
  pairs.sort((x, y) => Math.abs(y.rho) - Math.abs(x.rho));
  const shown = pairs.slice(0, STRONGEST_SHOWN);
  const nameWidth = Math.max(16, ...shown.map(({ name }) => name.length));
  const lines = shown.map(
    ({ name, rho, observations }) => `  ${name.padEnd(nameWidth)} ${rho.toFixed(4).padStart(8)}  ${observations} returns`,
  );
  return `strongest pairs\n${lines.join('\n')}`;
}

function metrics({ meanAbsRho, maxAbsRho, dispersion, strongPairs }: CorrelationMatrix): string {
  return `mean |rho| ${fixed(meanAbsRho)}, max |rho| ${fixed(maxAbsRho)}, dispersion ${fixed(dispersion)}, ${strongPairs.length} pairs above ${STRONG}`;
}

function rhoOf({ symbols, rho }: CorrelationMatrix, a: number, b: number): number {
  return rho[triangleIndex(a, b, symbols.length)]!;
}

function fixed(value: number): string {
  return Number.isNaN(value) ? 'unknown' : value.toFixed(4);
}

function isoMinute(timestampUtc: number): string {
  return `${new Date(timestampUtc).toISOString().slice(0, 16)}Z`;
}
