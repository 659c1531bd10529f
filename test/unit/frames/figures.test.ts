import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeFrame } from '../../../src/frames/frame.ts';
import { heatmapFigure } from '../../../src/frames/heatmap-figure.ts';
import { htmlPage, writeHtml } from '../../../src/frames/html-page.ts';
import { lineFigure } from '../../../src/frames/line-figure.ts';
import { matrixFrame } from '../../../src/frames/matrix-frame.ts';
import { describeWithDanfo } from '../../with-danfo.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 5);
const HOSTILE = '<script>alert("x")</script> & \'more\'';

const lines = (columns: Record<string, number[]>) =>
  makeFrame(
    Object.keys(columns).map((name) => ({ name, kind: 'number' })),
    Object.values(columns)[0]!.map((_, row) => Object.values(columns).map((values) => values[row]!)),
    Object.values(columns)[0]!.map((_, row) => START + row * DAY),
  );
/** The paths of a picture: what each pen stroke begins with, M to lift and L to draw. */
const strokes = (markup: string) => [...markup.matchAll(/<path d="([^"]*)"/g)].map(([, d]) => d!.replace(/[^ML]/g, ''));

describeWithDanfo('a figure of lines', () => {
  it('draws every column over the times, lifted where there is no value', () => {
    const { markup } = lineFigure(lines({ A: [1, 2, 3, 4], B: [1, Number.NaN, 3, 4], C: [Number.NaN, 1, Number.NaN, 2] }), 'three');
    expect(strokes(markup)).toEqual(['MLLL', 'MML', 'MM']);
    for (const name of ['A', 'B', 'C', '2026-01-05']) expect(markup).toContain(`>${name}<`);
    expect(markup).not.toContain('NaN');
  });

  it('has its values where they belong: the greatest above the least, time from left to right', () => {
    const [d] = [...lineFigure(lines({ A: [10, 30] }), 'up').markup.matchAll(/<path d="M([\d.]+) ([\d.]+)h0L([\d.]+) ([\d.]+)"/g)];
    const [x1, y1, x2, y2] = d!.slice(1).map(Number);
    expect(x2!).toBeGreaterThan(x1!);
    expect(y2!).toBeLessThan(y1!);
  });

  it('of one value, or one time, is still a picture', () => {
    expect(strokes(lineFigure(lines({ A: [5, 5] }), 'flat').markup)).toEqual(['ML']);
    const { markup } = lineFigure(lines({ A: [0] }), 'lonely');
    expect(strokes(markup)).toEqual(['M']);
    expect(markup).not.toMatch(/NaN|Infinity/);
  });

  it('of no value at all is refused', () => {
    expect(() => lineFigure(lines({ A: [Number.NaN] }), 'nothing')).toThrow('nothing: the frame holds no number to draw');
  });
});

describeWithDanfo('a heatmap', () => {
  it('has a cell for every pair, with its number, both names and a colour by its sign; null is grey', () => {
    const { markup } = heatmapFigure(matrixFrame({ symbols: ['A', 'B'], rho: [1, -0.5, null] }), 'two');
    expect(markup.match(/<rect /g)).toHaveLength(4);
    expect(markup.match(/>-0\.50</g)).toHaveLength(2);
    expect(markup).toContain('<title>A B -0.5</title>');
    expect(markup).toContain('<title>B B null</title>');
    expect(markup).toMatch(/fill="hsl\(10 [^"]*"><title>A A 1</);
    expect(markup).toMatch(/fill="hsl\(215 [^"]*"><title>A B/);
    expect(markup).toMatch(/fill="#eee"><title>B B/);
  });
});

describe('a page', () => {
  it('shows titles as text, whatever they hold', () => {
    const page = htmlPage(HOSTILE, [{ title: HOSTILE, markup: '<svg></svg>' }]);
    expect(page).not.toContain('<script');
    expect(page.match(/&#60;script&#62;alert\(&#34;x&#34;\)/g)).toHaveLength(3);
  });

  it('is one file that refers to nothing: no script, no address', () => {
    const folder = mkdtempSync(join(tmpdir(), 'arbitrex-page-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeHtml(join(folder, 'page.html'), 'title', [{ title: 'figure', markup: '<svg></svg>' }]);
    const page = readFileSync(join(folder, 'page.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>[\s\S]*<h2>figure<\/h2>\n<svg><\/svg>[\s\S]*<\/html>\n$/);
    expect(page).not.toMatch(/<script|https?:|src=|href=|@import|url\(/);
    expect(readdirSync(folder)).toEqual(['page.html']);
  });
});

describeWithDanfo('the names on a figure', () => {
  it('are text, whatever they hold', () => {
    const matrix = matrixFrame({ symbols: [HOSTILE], rho: [1] });
    for (const figure of [lineFigure(lines({ [HOSTILE]: [1, 2] }), 'a'), heatmapFigure(matrix, 'b')]) {
      expect(figure.markup).not.toContain('<script');
      expect(figure.markup).toContain('&#60;script&#62;');
    }
  });
});
