/**
 * The research client: topics, replays and files as danfojs DataFrames. It needs danfojs-node, which is optional (docs/research.md); the
 * rest of the package neither imports nor needs it.
 *
 *     import { correlate, pivot, topicFrame } from 'arbitrex/frames';
 *
 *     const tier1 = await topicFrame(consumer, { topic: 'features-tier1', timeframe: '1H', from: '2026-01-05T00:00Z' });
 *     const returns = pivot(tier1, 'log_return_1');
 *     correlate(returns, { window: 100, minObs: 30 }).rho.print();
 */

export type { FrameTopic } from './columns.ts';
export { type CorrelationWindow, correlate, type FrameCorrelations } from './correlate.ts';
export { type CsvFrameOptions, readCsvFrame, writeCsvFrame } from './csv-frame.ts';
export type { DataFrame } from './frame.ts';
export { FrameRecorder } from './frame-recorder.ts';
export { heatmapFigure } from './heatmap-figure.ts';
export { type Figure, htmlPage, writeHtml } from './html-page.ts';
export { lineFigure } from './line-figure.ts';
export { matrixFrame, type Triangle } from './matrix-frame.ts';
export { type PivotOptions, pivot } from './pivot.ts';
export { type ReplayFrames, replayFrames } from './replay-frames.ts';
export { type TopicRange, topicFrame } from './topic-frame.ts';
