import { LineFile } from '../csv/line-file.ts';
import { escapeText } from './svg.ts';

/** A picture for a page. */
export interface Figure {
  readonly title: string;
  /** SVG that refers to nothing outside itself. */
  readonly markup: string;
}

const STYLE = [
  'body { font: 14px system-ui, sans-serif; margin: 2em auto; max-width: 1000px; color: #222; }',
  'svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; fill: #444; }',
  'svg path { stroke-linecap: round; stroke-linejoin: round; }',
  'svg .grid { stroke: #ddd; stroke-width: 1; }',
  'svg .value { font-size: 10px; fill: #222; pointer-events: none; }',
].join('\n');

/** Figures as one HTML page that needs no script, no network and no other file. */
export function htmlPage(title: string, figures: readonly Figure[]): string {
  const sections = figures.map((figure) => `<section>\n<h2>${escapeText(figure.title)}</h2>\n${figure.markup}\n</section>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
<h1>${escapeText(title)}</h1>
${sections.join('\n')}
</body>
</html>`;
}

/** Writes figures as one HTML file that opens offline. It stands under its name only when it is whole. */
export function writeHtml(path: string, title: string, figures: readonly Figure[]): void {
  const file = new LineFile(path);
  try {
    file.write(htmlPage(title, figures));
    file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
}
