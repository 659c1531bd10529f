/** The platform in containers: the project's docker-compose.yml, run under a project name of its own for each home. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { packageRoot } from '../paths.ts';
import { type CommandResult, isOnPath, lastLine, run } from './commands.ts';
import type { Home } from './home.ts';
import { IMAGES } from './images.ts';
import { tailOf } from './logs.ts';
import type { Environment, ProgressEvent, Service } from './types.ts';

const QUICK_MS = 10_000;
const PULL_TIMEOUT_MS = 30 * 60_000;
const UP_TIMEOUT_MS = 5 * 60_000;

/** The name that keeps the containers and volumes of one home from those of another, such as a second checkout's. */
export function composeProject(home: Home): string {
  return `arbitrex-${createHash('sha256').update(home.root).digest('hex').slice(0, 8)}`;
}

/**
 * Whether Docker can run the platform, pulling the images that are missing.
 * @returns null where it can, else in a few words why not.
 */
export async function whyNotDocker(env: Environment, onProgress: (event: ProgressEvent) => void): Promise<string | null> {
  if (!isOnPath('docker', env)) return 'the docker command is not installed';
  const docker = (args: string[], timeoutMs: number) => run('docker', args, { env, timeoutMs });
  const engine = await docker(['version', '--format', '{{.Server.Version}}'], QUICK_MS);
  if (engine.code !== 0) return 'no Docker engine answers';
  if ((await docker(['compose', 'version'], QUICK_MS)).code !== 0) return 'docker has no compose plugin';
  for (const image of Object.values(IMAGES)) {
    if ((await docker(['image', 'inspect', '--format', '{{.Id}}', image], QUICK_MS)).code === 0) continue;
    onProgress({ type: 'step', text: `pulling ${image}` });
    const pull = await docker(['pull', '--quiet', image], PULL_TIMEOUT_MS);
    if (pull.code !== 0) return `${image} cannot be pulled (${lastLine(pull.output).slice(0, 160)})`;
  }
  return null;
}

/** Starts the containers, or those of them that do not run, and waits until they are healthy. Throws UserError with their last log lines. */
export async function composeUp(project: string, ports: Record<Service, number>, env: Environment): Promise<void> {
  const result = await compose(project, ['up', '--detach', '--wait'], { ...env, ...portVariables(ports) }, UP_TIMEOUT_MS);
  if (result.code === 0) return;
  const logs = await compose(project, ['logs', '--no-color', '--tail', '20'], env, QUICK_MS);
  throw new UserError(`docker compose could not start the platform: ${lastLine(result.output)}\n${tailOf(logs.output)}`, {
    hint: `The whole logs: docker compose -p ${project} logs`,
  });
}

/** Stops and removes the containers; their data stays in its volume unless `deleteData`. Throws UserError where Docker does not do so. */
export async function composeDown(project: string, deleteData: boolean, env: Environment): Promise<void> {
  const result = await compose(project, ['down', '--timeout', '20', ...(deleteData ? ['--volumes'] : [])], env, UP_TIMEOUT_MS);
  if (result.code !== 0) throw new UserError(`docker compose could not stop the platform: ${lastLine(result.output)}`);
}

function portVariables(ports: Record<Service, number>): Environment {
  return { ARBITREX_KAFKA_PORT: String(ports.kafka), ARBITREX_REGISTRY_PORT: String(ports.registry) };
}

function compose(project: string, args: string[], env: Environment, timeoutMs: number): Promise<CommandResult> {
  const file = join(packageRoot, 'docker-compose.yml');
  return run('docker', ['compose', '--file', file, '--project-name', project, '--progress', 'plain', ...args], { env, timeoutMs });
}
