import { type Command, Option } from 'commander';
import { addSuffixOption } from './options.ts';
import { registerTopologyDelete } from './topology-delete.ts';

const FORMATS = ['text', 'mermaid', 'json'] as const;
type Format = (typeof FORMATS)[number];

/** `arbitrex topology [--format F]`, `arbitrex topology apply [--dry-run]` and `arbitrex topology delete`, of a variant with `--suffix S`. */
export function registerTopology(program: Command): void {
  const topology = addSuffixOption(program.command('topology'))
    .summary('print the topics, stages and partitions that the settings describe')
    .description('Prints the topics, stages, partitions and joins that the settings describe. Asks no cluster.')
    .addOption(new Option('--format <format>', 'how to print it').choices(FORMATS).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  arbitrex topology\n  arbitrex topology --format mermaid > topology.mmd\n  arbitrex topology apply --dry-run',
    )
    .action(async (options: { format: Format }, command: Command) => print(options.format, command));
  topology
    .command('apply')
    .summary('make the cluster as the settings describe')
    .description(
      'Creates and grows topics, alters their settings and registers schemas, so that the cluster is as the settings describe. A second run ' +
        'changes nothing. What cannot be changed without losing data is refused, with the difference shown.',
    )
    .option('--dry-run', 'only say what would be done')
    .action(async (options: { dryRun?: boolean }, command: Command) => apply(options.dryRun ?? false, command));
  registerTopologyDelete(topology);
}

async function print(format: Format, command: Command): Promise<void> {
  const [{ loadCommandContext }, { buildTopology }, describe] = await Promise.all([
    import('./context.ts'),
    import('../../topology/fx.ts'),
    import('../../topology/describe.ts'),
  ]);
  const { settings, suffix, json } = await loadCommandContext(command);
  const topology = buildTopology(settings, suffix);
  if (json || format === 'json') process.stdout.write(`${JSON.stringify(describe.describeJson(topology), null, 2)}\n`);
  else process.stdout.write(format === 'mermaid' ? describe.describeMermaid(topology) : describe.describeText(topology));
}

async function apply(dryRun: boolean, command: Command): Promise<void> {
  const [{ loadContext }, { openProvisioning }, { applyTopology, conflictError, planApply }] = await Promise.all([
    import('./context.ts'),
    import('./provisioning.ts'),
    import('../provision/apply.ts'),
  ]);
  const context = await loadContext(command);
  const { topology, tools, close } = await openProvisioning(context);
  const say = (line: string) => (context.json || context.quiet ? undefined : process.stdout.write(`${line}\n`));
  try {
    const plan = dryRun ? await planApply(topology, tools) : null;
    if (plan !== null && plan.conflicts.length > 0) throw conflictError(topology, plan.conflicts);
    for (const step of plan?.steps ?? []) say(`would ${step.text}`);
    const steps = plan?.steps ?? (await applyTopology(topology, tools, (step) => say(step.text)));
    if (context.json) process.stdout.write(`${JSON.stringify({ dry_run: dryRun, steps: steps.map(({ text }) => text) })}\n`);
    say(steps.length === 0 ? 'nothing to do: topics and schemas are as the settings want them' : summary(steps.length, dryRun));
  } finally {
    await close();
  }
}

function summary(count: number, dryRun: boolean): string {
  const changes = `${count} ${count === 1 ? 'change' : 'changes'}`;
  return dryRun ? `${changes} to make; nothing was changed` : `${changes} made`;
}
