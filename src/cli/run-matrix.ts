import type { Command } from 'commander';
import { buildTopology } from '../../topology/fx.ts';
import { FeatureConsumer } from '../clients/feature-consumer.ts';
import { matricesMeant, readMatrix, toMatrix } from '../clients/read-matrix.ts';
import type { CorrelationMatrix as MatrixRecord } from '../codec/generated/records.ts';
import { Registry } from '../codec/registry.ts';
import { UserError } from '../errors.ts';
import { loadContext } from './context.ts';
import type { MatrixOptions } from './matrix.ts';
import { renderMatrix } from './matrix-table.ts';

const DEFAULT_WIDTH = 160;

/** Prints the matrix that the command line asks for. */
export async function runMatrix(options: MatrixOptions, command: Command): Promise<void> {
  const context = await loadContext(command);
  const topology = buildTopology(context.settings, context.suffix);
  const meant = matricesMeant(topology, options);
  if (meant.length === 0) {
    const known = topology.joins.map(({ universe, timeframe }) => `${universe.name}/${timeframe}`);
    throw new UserError('the settings have no such universe and timeframe', {
      hint: `they have ${known.join(', ') || 'none'}`,
      exitCode: 2,
    });
  }
  const { connection, registryConnection, log } = context;
  const consumer = new FeatureConsumer({ topology, connection, registry: new Registry(registryConnection), log });
  let record: MatrixRecord | null = null;
  for (const id of meant) record ??= await readMatrix(consumer, { ...id, version: options.version ?? null });
  if (record === null) {
    const which = options.version === undefined ? 'no matrix' : `no version ${options.version}`;
    throw new UserError(`there is ${which} of ${meant.map(({ universe, timeframe }) => `${universe}/${timeframe}`).join(', ')}`, {
      hint: 'matrices come of `arbitrex run` once ticks have closed a bar: `arbitrex produce --synthetic` makes some',
    });
  }
  if (context.json) process.stdout.write(`${JSON.stringify(record)}\n`);
  else
    process.stdout.write(`${renderMatrix(toMatrix(record), { color: context.color, width: process.stdout.columns ?? DEFAULT_WIDTH })}\n`);
}
