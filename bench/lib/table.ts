import type { Cell, Row } from './result.ts';

/** A table for people: a heading, a rule, one line a row; numbers to the right, text to the left. Empty where there is no row. */
export function renderTable(rows: readonly Row[]): string {
  const keys = Object.keys(rows[0] ?? {});
  if (keys.length === 0) return '';
  const columns = keys.map((key) => {
    const cells = rows.map((row) => row[key] ?? null);
    const texts = [key.replaceAll('_', ' '), ...cells.map(renderCell)];
    const width = Math.max(...texts.map(({ length }) => length));
    const isText = cells.every((cell) => typeof cell === 'string' || typeof cell === 'boolean');
    return { width, texts: texts.map((text) => (isText ? text.padEnd(width) : text.padStart(width))) };
  });
  const lines = [0, ...rows.map((_, at) => at + 1)].map((line) => columns.map(({ texts }) => texts[line]!).join('  '));
  const rule = columns.map(({ width }) => '-'.repeat(width)).join('  ');
  return [lines[0]!, rule, ...lines.slice(1)].map((line) => line.trimEnd()).join('\n');
}

/** Three significant digits are more than a benchmark can promise; whole numbers stay whole. */
function renderCell(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'NO';
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell) || Math.abs(cell) >= 100) return Math.round(cell).toLocaleString('en');
  return Number(cell.toPrecision(3)).toString();
}
