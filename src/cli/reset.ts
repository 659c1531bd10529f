import type { Command } from 'commander';
import type { Suffix } from '../../topology/variant.ts';
import type { ResetPlan } from '../provision/reset.ts';
import { confirm } from './confirm.ts';
import { addSuffixOption } from './options.ts';

/** `arbitrex reset [--suffix S] [--yes]`. */
export function registerReset(program: Command): void {
  addSuffixOption(program.command('reset'))
    .summary('clear offsets, state and outputs, for a full replay')
    .description(
      'Clears offsets, state and outputs, so that workers read ticks again from the beginning and number matrices from 1. Ticks and halts ' +
        'are kept. Says what it deletes and asks first. Refused while workers are running.',
    )
    .option('--yes', 'do not ask')
    .action(async (options: { yes?: boolean }, command: Command) => reset(options.yes ?? false, command));
}

async function reset(yes: boolean, command: Command): Promise<void> {
  const [{ loadContext }, { openProvisioning }, { planReset, resetTopology }] = await Promise.all([
    import('./context.ts'),
    import('./provisioning.ts'),
    import('../provision/reset.ts'),
  ]);
  const context = await loadContext(command);
  const { topology, tools, close } = await openProvisioning(context);
  try {
    const plan = await planReset(topology, tools);
    if (!context.json && !context.quiet) process.stdout.write(`${describe(plan, 'all records of')}\n`);
    if (!yes) await confirm('a reset deletes records');
    await resetTopology(topology, tools);
    if (context.json) process.stdout.write(`${JSON.stringify({ groups: plan.groups, topics: plan.topics, kept: plan.kept })}\n`);
    else if (!context.quiet) process.stdout.write(`done: the next \`${runCommand(topology.suffix)}\` starts from the first tick\n`);
  } finally {
    await close();
  }
}

function runCommand(suffix: Suffix): string {
  return suffix === null ? 'arbitrex run' : `arbitrex run --suffix ${suffix}`;
}

/** What a reset (`all records of` the topics), or the deletion of a variant (the `topics`), takes away and leaves. */
export function describe({ groups, topics, kept }: ResetPlan, what: 'all records of' | 'topics'): string {
  return [
    `deletes the offsets of the consumer groups ${groups.join(', ')}`,
    topics.length === 0 ? 'deletes no topic: there is none' : `deletes ${what} ${topics.join(', ')}`,
    kept.length === 0 ? 'keeps nothing: there is no topic to keep' : `keeps ${kept.join(', ')}`,
  ].join('\n');
}
