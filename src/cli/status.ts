import type { Command } from 'commander';
import type { ServiceStatus } from '../platform/index.ts';
import { globalOptions } from './options.ts';
import { terminalColors } from './up.ts';

const HELP = `
Exit code: 0 if Kafka and the registry both answer, else 1.

Example:
  $ arbitrex status --json | jq .kafka.answers`;

/** Adds the command `status`: what platform there is and whether it answers. */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('say which Kafka and registry are used and whether they answer')
    .addHelpText('after', HELP)
    .action(status);
}

async function status(_options: object, command: Command): Promise<void> {
  const { json, color } = globalOptions(command);
  const { platformStatus } = await import('../platform/index.ts');
  const found = await platformStatus();
  if (!(found.kafka.answers && found.registry.answers)) process.exitCode = 1;
  if (json) {
    console.log(JSON.stringify(found));
    return;
  }
  const colors = await terminalColors(color);
  if (found.kind === null) {
    console.log(`no platform runs from ${found.home}; start one with: arbitrex up`);
    return;
  }
  const { withoutPassword } = await import('../platform/probe-registry.ts');
  const answer = (service: ServiceStatus) => {
    const process = service.pid === null ? '' : colors.dim(` (process ${service.pid}${service.alive ? '' : ', ended'})`);
    return `${service.answers ? colors.green('answers') : colors.red('does not answer')}${process}`;
  };
  console.log(`platform  ${found.kind}${found.startedAt === null ? '' : colors.dim(`, started ${found.startedAt}`)}`);
  console.log(`Kafka     ${colors.bold(found.brokers.join(', '))}  ${answer(found.kafka)}`);
  console.log(`registry  ${colors.bold(withoutPassword(found.registryUrl!))}  ${answer(found.registry)}`);
  if (found.dataBytes !== null) console.log(`data      ${(found.dataBytes / 1e6).toFixed(1)} MB in ${found.home}`);
}
