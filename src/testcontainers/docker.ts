/** What has to be there before a container can be: the package testcontainers, Docker, the images, a network. Says in plain words what is not. */
import type { ContainerRuntimeClient, StartedNetwork } from 'testcontainers';
import { UserError } from '../errors.ts';

/** The package, loaded where it is used: it is an optional dependency. */
export type Testcontainers = typeof import('testcontainers');

/** The Node that testcontainers needs at least; older ones fail while it loads. */
const MIN_NODE = { major: 22, minor: 22 };

/**
 * Loads testcontainers. Throws UserError where Node is too old for it or it is not installed.
 * @param nodeVersion as in process.versions.node
 */
export async function loadTestcontainers(
  nodeVersion: string = process.versions.node,
  load: () => Promise<Testcontainers> = () => import('testcontainers'),
): Promise<Testcontainers> {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  if (major < MIN_NODE.major || (major === MIN_NODE.major && minor < MIN_NODE.minor)) {
    throw new UserError(`testcontainers needs Node ${MIN_NODE.major}.${MIN_NODE.minor} or later; this is Node ${nodeVersion}`);
  }
  try {
    return await load();
  } catch (error) {
    if (!isAbsent(error)) throw new UserError(`the package testcontainers cannot be loaded: ${messageOf(error)}`, { cause: error });
    throw new UserError('arbitrex/testcontainers needs the package testcontainers, which is not installed', {
      hint: 'npm install --save-dev testcontainers',
      cause: error,
    });
  }
}

function isAbsent(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' && message.includes("'testcontainers'");
}

/** Finds the Docker engine, as testcontainers does (DOCKER_HOST, its settings file, the usual sockets). Throws UserError where none answers. */
export async function findDocker({ getContainerRuntimeClient }: Testcontainers): Promise<ContainerRuntimeClient> {
  try {
    return await getContainerRuntimeClient();
  } catch (error) {
    throw new UserError(`no Docker engine answers (${messageOf(error)})`, {
      hint: 'Start Docker, or name an engine in DOCKER_HOST; `arbitrex up` runs Kafka and the registry without Docker, too.',
      cause: error,
    });
  }
}

/** Pulls the images that are missing. Throws UserError with the name of the one that cannot be had. */
export async function pullImages(
  { ImageName }: Testcontainers,
  { image }: ContainerRuntimeClient,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const parsed = ImageName.fromString(name);
    let cause: unknown;
    try {
      await image.pull(parsed);
      // A pull that fails on its way ends like one that does not.
      if (await image.exists(parsed)) continue;
    } catch (error) {
      cause = error;
    }
    throw new UserError(`the image ${name} cannot be pulled${cause === undefined ? '' : `: ${messageOf(cause)}`}`, {
      hint: `Try it by hand: docker pull ${name}`,
      cause,
    });
  }
}

/** Makes a network. Throws UserError where that fails, which it first does where testcontainers' reaper cannot be started. */
export async function startNetwork({ Network }: Testcontainers): Promise<StartedNetwork> {
  try {
    return await new Network().start();
  } catch (error) {
    throw new UserError(`testcontainers could not make a network: ${messageOf(error)}`, {
      hint: 'Its reaper runs in a container too: where its image (testcontainers/ryuk) cannot be pulled, set TESTCONTAINERS_RYUK_DISABLED=true.',
      cause: error,
    });
  }
}

/** What an error says, for a message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
