import type { Command } from 'commander';

/** Adds `arbitrex demo`. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .summary('everything once, on real rates: platform, topology, ticks, stages, matrix')
    .description(
      'Starts a local Kafka and registry (or uses those the environment names), creates the demo topics, produces three and a half years of ' +
        "the European Central Bank's daily reference rates, runs the stages to the end of them, checks what came out against the in-process " +
        'driver, and prints the newest correlation matrix. Where nothing can run Kafka, the same rates go through the in-process driver alone.',
    )
    .addHelpText('after', '\nIts topics begin with `demo.`; a second run finds its ticks there and produces nothing twice.')
    .action(async (_options: object, command: Command) => {
      const { runDemo } = await import('./run-demo.ts');
      await runDemo(command);
    });
}
