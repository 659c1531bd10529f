import type { Command } from 'commander';
import { globalOptions } from './options.ts';

const HELP = `
Stops only what 'arbitrex up' started in this folder: never a cluster that KAFKA_BROKERS names. Topics and schemas stay for the next start.

Examples:
  $ arbitrex down                  stop, keep everything
  $ arbitrex down --delete-data    stop, and forget all topics and schemas (downloads stay)`;

/** Adds the command `down`: stops the local platform. */
export function registerDown(program: Command): void {
  program
    .command('down')
    .description('stop the Kafka and the registry that `up` started')
    .option('--delete-data', 'also delete all topics and schemas')
    .addHelpText('after', HELP)
    .action(down);
}

async function down(options: { deleteData?: boolean }, command: Command): Promise<void> {
  const [{ stopPlatform }, { showProgress }] = await Promise.all([import('../platform/index.ts'), import('./up.ts')]);
  const { json, quiet } = globalOptions(command);
  const progress = showProgress(process.stderr, quiet);
  try {
    const stopped = await stopPlatform({ deleteData: options.deleteData ?? false, onProgress: progress.onProgress });
    progress.end('done');
    if (json) {
      console.log(JSON.stringify(stopped));
      return;
    }
    const what =
      stopped.kind === null ? `nothing was running from ${stopped.home}` : `stopped Kafka and the schema registry (${stopped.kind})`;
    const data = stopped.dataDeleted ? '; its data is deleted' : stopped.kind === null ? '' : '; its data is kept for the next start';
    console.log(what + data);
  } finally {
    progress.end('cut');
  }
}
