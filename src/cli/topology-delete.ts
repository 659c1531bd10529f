import type { Command } from 'commander';
import { confirm } from './confirm.ts';
import { describe } from './reset.ts';

/** Adds `arbitrex topology delete --suffix S [--yes]`. */
export function registerTopologyDelete(topology: Command): void {
  topology
    .command('delete')
    .summary('delete a variant that is no longer wanted')
    .description(
      'Deletes the topics and the offsets of the variant that --suffix names; ticks, halts and the main pipeline stay as they are. Says what it ' +
        'deletes and asks first. Refused while its workers are running.',
    )
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  arbitrex topology delete --suffix b')
    .action(async (options: { yes?: boolean }, command: Command) => deleteIt(options.yes ?? false, command));
}

async function deleteIt(yes: boolean, command: Command): Promise<void> {
  const [{ loadContext }, { openProvisioning }, { planDelete, deleteVariant }] = await Promise.all([
    import('./context.ts'),
    import('./provisioning.ts'),
    import('../provision/reset.ts'),
  ]);
  const context = await loadContext(command);
  const { topology, tools, close } = await openProvisioning(context);
  try {
    const plan = await planDelete(topology, tools);
    if (!context.json && !context.quiet) process.stdout.write(`${describe(plan, 'topics')}\n`);
    if (!yes) await confirm('this deletes topics');
    await deleteVariant(topology, tools);
    if (context.json) process.stdout.write(`${JSON.stringify({ groups: plan.groups, topics: plan.topics, kept: plan.kept })}\n`);
    else if (!context.quiet) process.stdout.write(`done: the variant ${topology.suffix} is gone\n`);
  } finally {
    await close();
  }
}
