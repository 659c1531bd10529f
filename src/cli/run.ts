import { type Command, Option } from 'commander';
import { addSuffixOption, globalOptions, suffixOf, wholeNumber } from './options.ts';

const STAGE_SETS = ['all', 'clean', 'tier1', 'tier2'] as const;

interface RunOptions {
  readonly stages: (typeof STAGE_SETS)[number];
  readonly workers: number;
  readonly untilEnd?: boolean;
}

/** Adds `arbitrex run`. */
export function registerRun(program: Command): void {
  addSuffixOption(program.command('run'))
    .summary('run the stages: ticks to bars, features and matrices')
    .description(
      'Runs a worker: a member of the consumer group that takes its share of the partitions, restores their state and works until it is ' +
        'stopped. Start as many as you like, on as many machines. Ctrl-C commits what is done and leaves the group; a second one ends at once.',
    )
    .addOption(
      new Option('--stages <set>', 'which stages: all, or one of clean (ticks to bars), tier1 (bars to features), tier2 (matrices)')
        .choices(STAGE_SETS)
        .default('all'),
    )
    .option('--workers <n>', 'worker processes on this machine', wholeNumber(1), 1)
    .option('--until-end', 'end when the input that is there now has been worked off')
    .addHelpText(
      'after',
      `
Sets exclude each other: \`all\` and one of the others would write every output twice, so a worker refuses to start beside the other kind.

Examples:
  arbitrex run                       one worker, all stages
  arbitrex run --workers 2           two processes that share the partitions
  arbitrex run --until-end           work off what is there, then stop
  arbitrex run --suffix b --settings b.yaml
                                     other settings beside the main pipeline: the same ticks, topics of its own`,
    )
    .action(async (options: RunOptions, command: Command) => {
      if (options.workers === 1) await runOne(options, command);
      else await runSeveral(options, command);
    });
}

/** A worker in this process; where another supervises it, it begins when that one has found the settings fine. */
async function runOne(options: RunOptions, command: Command): Promise<void> {
  const { isSupervised, told } = await import('./worker-messages.ts');
  const mayBegin = isSupervised() ? told('areSettingsFine') : true;
  // A supervisor reads the settings while its workers load their program.
  const [{ loadContext }, { runWorker }] = await Promise.all([import('./context.ts'), import('./run-worker.ts')]);
  if (await mayBegin) await runWorker(await loadContext(command), options);
}

async function runSeveral(options: RunOptions, command: Command): Promise<void> {
  const { Crew, supervise } = await import('./supervise.ts');
  const crew = new Crew(options.workers, workerArguments(command, options));
  const { loadContext } = await import('./context.ts');
  const context = await loadContext(command).catch((error: unknown) => {
    crew.abandon();
    throw error;
  });
  await supervise(context, crew, options.workers);
}

/** The command line of each worker process. */
function workerArguments(command: Command, { stages, untilEnd }: RunOptions): string[] {
  const { settings, debug, quiet, color } = globalOptions(command);
  const suffix = suffixOf(command);
  return [
    'run',
    '--stages',
    stages,
    ...(untilEnd === true ? ['--until-end'] : []),
    ...(settings === undefined ? [] : ['--settings', settings]),
    ...(suffix === null ? [] : ['--suffix', suffix]),
    ...(debug ? ['--debug'] : []),
    ...(quiet ? ['--quiet'] : []),
    ...(color ? [] : ['--no-color']),
  ];
}
