/** Which way to run the platform: what the environment says, what was used before, what this machine can do. */
import { UserError } from '../errors.ts';
import { isLocalKind } from './platform-file.ts';
import type { Environment, LocalKind, PlatformKind } from './types.ts';

/** What can be found out about this machine; asked for only when it matters. */
export interface Probes {
  /** null where Docker can run the platform, else why not. May pull images. */
  whyNotDocker: () => Promise<string | null>;
  /** null where the embedded platform can run, else what is missing, to be read after "missing: ". */
  missingForEmbedded: () => Promise<string | null>;
  /** Something to know about the choice. */
  note: (text: string) => void;
}

/** What the choice depends on. */
export interface Wishes {
  /** Asked for by an option. */
  platform: LocalKind | undefined;
  /** The kind that holds the data of earlier starts; null on a first one. */
  last: LocalKind | null;
  env: Environment;
}

const INSTALL_HINT = 'Install a JDK 21 or later and Maven; or Docker with its compose plugin.';

/** Neither Docker nor Java and Maven are here: the message says what is missing, the hint what to install. */
export class NothingRunsKafka extends UserError {
  override readonly name: string = 'NothingRunsKafka';
}

/** The brokers and the registry that the environment names; null where it names neither. Throws UserError where it names only one. */
export function externalPlatform(env: Environment): { brokers: string[]; registryUrl: string } | null {
  const brokers = (env.KAFKA_BROKERS ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
  const registryUrl = env.SCHEMA_REGISTRY_URL?.trim() ?? '';
  if (brokers.length === 0 && registryUrl === '') return null;
  if (brokers.length > 0 && registryUrl !== '') return { brokers, registryUrl };
  const [set, unset] = registryUrl === '' ? ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] : ['SCHEMA_REGISTRY_URL', 'KAFKA_BROKERS'];
  throw new UserError(`${set} is set, but ${unset} is not`, {
    hint: 'Set both to use an existing platform, or neither to have one started here.',
    exitCode: 2,
  });
}

/** The way that a person asked for: by option, else by ARBITREX_PLATFORM; undefined where they did not. Throws UserError for an unknown one. */
export function forcedKind(wishes: Pick<Wishes, 'platform' | 'env'>): LocalKind | undefined {
  if (wishes.platform !== undefined) return wishes.platform;
  const named = wishes.env.ARBITREX_PLATFORM;
  if (named === undefined || named === '') return undefined;
  if (isLocalKind(named)) return named;
  throw new UserError(`ARBITREX_PLATFORM: '${named}' is not a way to run the platform`, { hint: 'Use docker or embedded.', exitCode: 2 });
}

/**
 * The way to run the platform. A forced way wins; then what the environment names; then the way that holds the data of earlier starts, if it
 * still works; then Docker; then embedded. Throws UserError that says what to install where nothing works.
 */
export async function chooseKind(wishes: Wishes, probes: Probes): Promise<PlatformKind> {
  const forced = forcedKind(wishes);
  if (forced === undefined && externalPlatform(wishes.env) !== null) return 'external';
  if (forced === 'docker') return requireDocker(probes);
  if (forced === 'embedded') return requireEmbedded(probes);
  if (wishes.last === 'embedded' && (await probes.missingForEmbedded()) === null) return 'embedded';
  const whyNot = await probes.whyNotDocker();
  if (whyNot === null) return 'docker';
  const missing = await probes.missingForEmbedded();
  if (missing !== null) {
    throw new NothingRunsKafka(`nothing here can run Kafka: ${whyNot}; for Kafka as a Java process is missing: ${missing}`, {
      hint: INSTALL_HINT,
    });
  }
  probes.note(`Docker is not used: ${whyNot}; Kafka and the registry run as Java processes`);
  if (wishes.last === 'docker') probes.note('the data of earlier starts stays in its Docker volume, out of sight until Docker is back');
  return 'embedded';
}

async function requireDocker(probes: Probes): Promise<'docker'> {
  const whyNot = await probes.whyNotDocker();
  if (whyNot !== null) throw new UserError(`Docker cannot run the platform: ${whyNot}`, { hint: INSTALL_HINT });
  return 'docker';
}

async function requireEmbedded(probes: Probes): Promise<'embedded'> {
  const missing = await probes.missingForEmbedded();
  if (missing !== null) throw new UserError(`Kafka cannot run as a Java process; missing: ${missing}`, { hint: INSTALL_HINT });
  return 'embedded';
}
