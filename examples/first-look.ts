/**
 * A first look: three and a half years of the European Central Bank's reference rates, from ticks to a correlation matrix, as data frames.
 * No broker is needed; danfojs-node is (docs/research.md).
 *
 *     node first-look.ts [FOLDER]     # the page and the CSV file go into FOLDER, default first-look
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseReplayConfig } from 'arbitrex';
import {
  correlate,
  heatmapFigure,
  lineFigure,
  matrixFrame,
  pivot,
  readCsvFrame,
  replayFrames,
  writeCsvFrame,
  writeHtml,
} from 'arbitrex/frames';

const folder = process.argv[2] ?? 'first-look';
mkdirSync(folder, { recursive: true });

// 1. The rates that come with the package, and the rules they are worked by: timeframe, calendar, universe, window.
const data = join(dirname(createRequire(import.meta.url).resolve('arbitrex/package.json')), 'data');
const config = parseReplayConfig(readFileSync(join(data, 'ecb-demo.yaml'), 'utf8'), 'ecb-demo.yaml');

// 2. Replay: the stages that the workers run, here in this process. Out come bars, tier-1 rows and every version of the matrix.
const { bars, tier1, matrices } = await replayFrames(join(data, 'ecb-reference-rates.csv.gz'), config);
console.log(`${bars.shape[0]} bars, ${tier1.shape[0]} tier-1 rows, ${matrices.length} matrices\n`);
bars
  .tail(3)
  .loc({ columns: ['timestamp_utc', 'symbol', 'close', 'log_return_1', 'valid_bar'] })
  .print();

// 3. Time × symbols: a row a day, a column a symbol, NaN where one has no bar. Values meet by time, whatever is missing where.
const streamed = matrices.at(-1)!;
const returns = pivot(tier1, 'log_return_1', { symbols: streamed.symbols });
console.log(`\nreturns: ${returns.shape[0]} days × ${returns.shape[1]} symbols`);

// 4. The correlation of the frame's own columns over the window of the newest matrix, and that matrix: one number, reached in two ways.
const { window, windowEnd, version } = streamed;
const own = correlate(returns, { window, minObs: config.domain.matrices.minObs, end: windowEnd });
const matrix = matrixFrame(streamed);
const [ours, theirs] = [own.rho.values.flat() as number[], matrix.values.flat() as number[]];
const largest = Math.max(...ours.map((rho, at) => Math.abs(rho - theirs[at]!)));
const pairs = ours.filter((rho) => !Number.isNaN(rho)).length;
console.log(`version ${version}: ${pairs} of ${ours.length} cells hold a correlation; largest difference ${largest.toExponential(1)}\n`);
matrix.loc({ rows: ['EURUSD', 'EURGBP', 'EURCHF'], columns: ['EURUSD', 'EURGBP', 'EURCHF'] }).print();

// 5. To a file and back, bit for bit.
writeCsvFrame(returns, join(folder, 'returns.csv'), { index: 'timestamp_utc' });
const again = await readCsvFrame(join(folder, 'returns.csv'), { index: 'timestamp_utc' });
console.log(`\nreturns.csv: ${again.shape[0]} rows read back`);

// 6. A page that opens offline.
const some = pivot(bars, 'close', { symbols: ['EURUSD', 'EURGBP', 'EURCHF', 'EURCAD'] });
writeHtml(join(folder, 'first-look.html'), 'A first look at the euro', [
  lineFigure(some, 'Reference rates, one euro in each currency'),
  lineFigure(pivot(tier1, 'vol_24', { symbols: ['EURUSD', 'EURTRY'] }), 'Volatility of the last 24 daily returns'),
  heatmapFigure(matrix, `Correlation of daily returns, version ${version}`),
]);
console.log(`open ${join(folder, 'first-look.html')}`);
