import type { DataFrame } from 'danfojs-node';
import { UserError } from '../errors.ts';
import { type AxisTick, numberTicks, timeTicks } from './axis-ticks.ts';
import { rowsOf } from './frame.ts';
import type { Figure } from './html-page.ts';
import { element, escapeText, rounded } from './svg.ts';

const WIDTH = 960;
const HEIGHT = 360;
const MARGIN = { left: 64, right: 96, top: 12, bottom: 28 };
const TIME_TICKS = 8;
const VALUE_TICKS = 6;
const LEGEND_LINE = 15;

/** Lines over time: every column of a pivoted frame against its index. A NaN leaves a gap. Throws UserError where there is nothing to draw. */
export function lineFigure(frame: DataFrame, title: string): Figure {
  const times = frame.index as number[];
  const rows = rowsOf(frame) as readonly number[][];
  const values = rows.flat().filter((value) => Number.isFinite(value));
  if (values.length === 0) throw new UserError(`${title}: the frame holds no number to draw`);
  const x = scale(extent(times), MARGIN.left, WIDTH - MARGIN.right);
  const y = scale(padded(extent(values)), HEIGHT - MARGIN.bottom, MARGIN.top);
  const lines = frame.columns.map((name, column) => {
    const color = colorOf(column, frame.columns.length);
    const d = pathOf(times, (row) => rows[row]![column]!, x, y);
    return element('path', { d, fill: 'none', stroke: color, 'stroke-width': 1.2 }, element('title', {}, escapeText(name)));
  });
  const legend = frame.columns.map((name, column) =>
    element(
      'text',
      { x: WIDTH - MARGIN.right + 8, y: MARGIN.top + 10 + column * LEGEND_LINE, fill: colorOf(column, frame.columns.length) },
      escapeText(name),
    ),
  );
  // A long list of symbols makes the picture taller, never unreadable.
  const height = Math.max(HEIGHT, MARGIN.top + frame.columns.length * LEGEND_LINE + MARGIN.bottom);
  const marks = [...timeMarks(timeTicks(x.from, x.to, TIME_TICKS), x), ...valueMarks(numberTicks(y.from, y.to, VALUE_TICKS), y)];
  return { title, markup: element('svg', { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img' }, ...marks, ...lines, ...legend) };
}

/** Where values of a range lie on the picture. */
interface Scale {
  readonly from: number;
  readonly to: number;
  at(value: number): number;
}

function scale([from, to]: readonly [number, number], start: number, end: number): Scale {
  return { from, to, at: (value) => start + ((value - from) / (to - from)) * (end - start) };
}

/** Least and greatest of some numbers; where they are one, a range around it. */
function extent(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const half = low === high ? Math.abs(low) / 2 || 1 : 0;
  return [low - half, high + half];
}

/** A little room above and below the lines. */
function padded([low, high]: readonly [number, number]): [number, number] {
  const room = (high - low) / 20;
  return [low - room, high + room];
}

/** The path of one series; it is lifted over NaN. */
function pathOf(times: readonly number[], value: (row: number) => number, x: Scale, y: Scale): string {
  let path = '';
  let isDown = false;
  times.forEach((time, row) => {
    const at = value(row);
    if (!Number.isFinite(at)) {
      isDown = false;
      return;
    }
    // A point with gaps on both sides is a line of no length with round ends.
    path += `${isDown ? 'L' : 'M'}${rounded(x.at(time))} ${rounded(y.at(at))}${isDown ? '' : 'h0'}`;
    isDown = true;
  });
  return path;
}

function timeMarks(ticks: readonly AxisTick[], x: Scale): string[] {
  return ticks.flatMap(({ at, label }) => [
    element('line', { x1: x.at(at), x2: x.at(at), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, class: 'grid' }),
    element('text', { x: x.at(at), y: HEIGHT - MARGIN.bottom + 16, 'text-anchor': 'middle' }, label),
  ]);
}

function valueMarks(ticks: readonly AxisTick[], y: Scale): string[] {
  return ticks.flatMap(({ at, label }) => [
    element('line', { x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y.at(at), y2: y.at(at), class: 'grid' }),
    element('text', { x: MARGIN.left - 6, y: y.at(at) + 4, 'text-anchor': 'end' }, label),
  ]);
}

/** Colours evenly around the wheel, dark enough on white. */
function colorOf(column: number, columns: number): string {
  return `hsl(${Math.round((360 * column) / columns)} 65% 40%)`;
}
