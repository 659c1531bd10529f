import type { Cell, Row } from './result.ts';

/** A table for people: a heading, a rule, one line a row; numbers to the right, text to the left. Empty where there is no row. */
export function renderTable(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {}).map((key) => columnOf(key, rows));
  if (columns.length === 0) return '';
  const headingLines = Math.max(...columns.map(({ heading }) => heading.length));
  const lineOf = (textOf: (column: Column) => string) =>
    columns
      .map((column) => (column.isText ? textOf(column).padEnd(column.width) : textOf(column).padStart(column.width)))
      .join('  ')
      .trimEnd();
  return [
    // Short headings stand on the rule.
    ...Array.from({ length: headingLines }, (_, at) => lineOf(({ heading }) => heading[at - headingLines + heading.length] ?? '')),
    lineOf(({ width }) => '-'.repeat(width)),
    ...rows.map((_, at) => lineOf(({ cells }) => cells[at]!)),
  ].join('\n');
}

interface Column {
  /** As many lines as it takes not to be wider than what is below it, or its longest word. */
  readonly heading: readonly string[];
  readonly cells: readonly string[];
  readonly width: number;
  readonly isText: boolean;
}

function columnOf(key: string, rows: readonly Row[]): Column {
  const found = rows.map((row) => row[key] ?? null);
  const cells = found.map(renderCell);
  const words = key.split('_');
  const width = Math.max(...[...words, ...cells].map(({ length }) => length));
  const heading: string[] = [];
  for (const word of words) {
    const longer = `${heading.at(-1)} ${word}`;
    if (heading.length > 0 && longer.length <= width) heading[heading.length - 1] = longer;
    else heading.push(word);
  }
  return { heading, cells, width, isText: !found.some((cell) => typeof cell === 'number') };
}

/** Three significant digits are more than a benchmark can promise; whole numbers stay whole. */
function renderCell(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'NO';
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell) || Math.abs(cell) >= 100) return Math.round(cell).toLocaleString('en');
  return Number(cell.toPrecision(3)).toString();
}
