/**
 * The library: the same producers, consumers and stages that the commands use.
 *
 *     import { buildTopology, parseSettings, Registry, TickProducer } from 'arbitrex';
 *
 *     const topology = buildTopology(parseSettings(yaml, 'arbitrex.yaml'));
 *     const registry = new Registry({ url: 'http://127.0.0.1:8081/apis/ccompat/v7' });
 *     const producer = await TickProducer.open({ topology, registry, connection: { brokers: ['127.0.0.1:9092'], clientId: 'desk' } });
 *     await producer.send({ symbol: 'EURUSD', eventTime: Date.now(), bid: 1.1, ask: 1.1002 });
 *     await producer.close();
 */

export { buildTopology, type StageSetName, type Topology } from '../topology/fx.ts';
export { parseReplayConfig, parseSettings, type ReplayConfig, type Settings } from '../topology/settings.ts';
export {
  type ConsumableTopic,
  type Consumed,
  FeatureConsumer,
  type FeatureConsumerOptions,
  type ReadOptions,
  type RecordOf,
} from './clients/feature-consumer.ts';
export { type KnownRow, type KnownRowsOptions, knownRows, type LeftOut } from './clients/known-rows.ts';
export { type MatrixId, readMatrix, toMatrix } from './clients/read-matrix.ts';
export { type ReplaySummary, replay } from './clients/replay.ts';
export { type SyntheticOptions, syntheticTicks } from './clients/synthetic.ts';
export { type NewTick, TickProducer, type TickProducerOptions } from './clients/tick-producer.ts';
export { type BarId, type BarTrace, traceBar } from './clients/trace-bar.ts';
export type {
  CleanOhlcv,
  CorrelationMatrix as CorrelationMatrixRecord,
  DeadLetter,
  Tick as TickRecord,
  Tier1Features,
} from './codec/generated/records.ts';
export { Registry, type RegistryConnection } from './codec/registry.ts';
export type { CleanBar } from './domain/clean-bar.ts';
export { FEATURE_COLUMNS, FEATURES, type FeatureName, type FeatureRow } from './domain/feature-row.ts';
export type { CorrelationMatrix } from './domain/matrix.ts';
export type { DomainSettings } from './domain/settings.ts';
export { emptyTick, type Tick } from './domain/tick.ts';
export type { Timeframe } from './domain/timeframe.ts';
export { UserError } from './errors.ts';
export type { KafkaConnection } from './kafka/connection.ts';
export { type Lineage, lineageOf } from './lineage/read-lineage.ts';
export type { Log } from './log.ts';
export type { TickColumns } from './runtime/columns.ts';
export { type DriverSink, TopologyDriver } from './runtime/driver.ts';
export { Worker, type WorkerOptions, type WorkerStats } from './worker/worker.ts';
