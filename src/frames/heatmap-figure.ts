import type { DataFrame } from 'danfojs-node';
import { rowsOf } from './frame.ts';
import type { Figure } from './html-page.ts';
import { element, escapeText } from './svg.ts';

const CELL = 34;
const LABEL = 72;
/** Symbols up to which a cell has room for its number. */
const MAX_NUMBERED = 30;
const DIGITS = 2;

/** A square frame of correlations as colours, red above 0 and blue below, with the number in the cell and both names where the pointer rests. */
export function heatmapFigure(matrix: DataFrame, title: string): Figure {
  const names = matrix.columns;
  const size = LABEL + names.length * CELL;
  const cells = (rowsOf(matrix) as readonly number[][]).flatMap((row, at) =>
    row.map((rho, column) => cell(rho, `${names[at]} ${names[column]}`, LABEL + column * CELL, LABEL + at * CELL, names.length)),
  );
  const labels = names.flatMap((name, at) => {
    const middle = LABEL + (at + 0.5) * CELL;
    return [
      element('text', { x: LABEL - 6, y: middle + 4, 'text-anchor': 'end' }, escapeText(name)),
      element('text', { x: 0, y: 0, transform: `translate(${middle + 4} ${LABEL - 6}) rotate(-90)` }, escapeText(name)),
    ];
  });
  return {
    title,
    markup: element('svg', { viewBox: `0 0 ${size} ${size}`, style: `max-width: ${size}px`, role: 'img' }, ...cells, ...labels),
  };
}

function cell(rho: number, names: string, x: number, y: number, symbols: number): string {
  const isNull = Number.isNaN(rho);
  const text = isNull ? 'null' : String(rho);
  const rect = element(
    'rect',
    { x, y, width: CELL, height: CELL, fill: isNull ? '#eee' : colorOf(rho) },
    element('title', {}, `${escapeText(names)} ${text}`),
  );
  if (isNull || symbols > MAX_NUMBERED) return rect;
  const label = { x: x + CELL / 2, y: y + CELL / 2 + 4, 'text-anchor': 'middle', class: 'value' };
  return rect + element('text', label, rho.toFixed(DIGITS));
}

/** White at 0, to red at 1 and blue at -1. */
function colorOf(rho: number): string {
  const lightness = 100 - 45 * Math.min(1, Math.abs(rho));
  return `hsl(${rho < 0 ? 215 : 10} 75% ${Math.round(lightness)}%)`;
}
