import type { Command } from 'commander';
import type { Settings } from '../../topology/settings.ts';
import type { Suffix } from '../../topology/variant.ts';
import type { RegistryConnection } from '../codec/registry.ts';
import { UserError } from '../errors.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import type { Log } from '../log.ts';
import { createLog } from './logging.ts';
import { globalOptions, suffixOf } from './options.ts';

/** What a command starts from. */
export interface CommandContext {
  readonly settings: Settings;
  /** The file the settings came from, as a path. */
  readonly settingsFile: string;
  /** Of the variant that is meant; null: the main pipeline. */
  readonly suffix: Suffix;
  readonly log: Log;
  /** One JSON value is wanted on standard output. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** Colours are wanted on standard output. */
  readonly color: boolean;
}

/** What a command that talks to the cluster starts from. Nothing is connected yet. */
export interface ClusterContext extends CommandContext {
  readonly connection: KafkaConnection;
  readonly registryConnection: RegistryConnection;
}

/** What a command that talks to the registry alone starts from. Nothing is connected yet. */
export interface RegistryContext extends CommandContext {
  readonly registryConnection: RegistryConnection;
}

/** A platform of this machine that is running: the part of its file that matters here. */
export interface LocalPlatform {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The file that is read where --settings is not given and it stands in the current folder. */
const LOCAL_SETTINGS_FILE = 'arbitrex.yaml';

/** Settings, log and the global options of a command that needs no cluster. Throws UserError where the settings file is missing or wrong. */
export async function loadCommandContext(command: Command): Promise<CommandContext> {
  const options = globalOptions(command);
  const suffix = suffixOf(command);
  const { settings, file } = await loadSettings(options.settings);
  const color = (stream: { isTTY?: boolean }) => options.color && wantsColor(process.env, stream.isTTY === true);
  return {
    settings,
    settingsFile: file,
    suffix,
    log: await createLog({
      level: options.debug ? 'debug' : options.quiet ? 'warn' : 'info',
      human: process.stderr.isTTY === true,
      color: color(process.stderr),
    }),
    json: options.json,
    quiet: options.quiet,
    color: color(process.stdout),
  };
}

/**
 * The same, and where Kafka and the registry are: environment, then settings file, then the running local platform.
 * Throws UserError where none of them says.
 */
export async function loadContext(command: Command): Promise<ClusterContext> {
  const context = await loadCommandContext(command);
  const found = await resolveConnections(context.settings, process.env, readPlatform);
  return { ...context, ...found };
}

/** The same for the registry alone: Kafka need not be configured. Throws UserError where nothing says where the registry is. */
export async function loadRegistryContext(command: Command): Promise<RegistryContext> {
  const context = await loadCommandContext(command);
  const namesKafka = Boolean(process.env.KAFKA_BROKERS || context.settings.kafka.brokers);
  const platform = namesKafka ? null : await readPlatform();
  return { ...context, registryConnection: resolveRegistry(context.settings, process.env, platform) };
}

/** The platform of this machine; its modules are loaded only where nothing else says where the cluster is. */
async function readPlatform(): Promise<LocalPlatform | null> {
  const { readPlatformFile } = await import('../platform/index.ts');
  return readPlatformFile();
}

/** Reads the settings: the named file, else ./arbitrex.yaml, else the package's own. */
async function loadSettings(named: string | undefined): Promise<{ settings: Settings; file: string }> {
  const { text, file } = await readSettingsText(named);
  const { parseSettings } = await import('../../topology/settings.ts');
  return { settings: parseSettings(text, file), file };
}

/** The text of the named settings file, else of ./arbitrex.yaml, else of the package's own. Throws UserError where it cannot be read. */
export async function readSettingsText(named: string | undefined): Promise<{ text: string; file: string }> {
  const [{ existsSync, readFileSync }, { join }, { packageRoot }] = await Promise.all([
    import('node:fs'),
    import('node:path'),
    import('../paths.ts'),
  ]);
  const file = named ?? (existsSync(LOCAL_SETTINGS_FILE) ? LOCAL_SETTINGS_FILE : join(packageRoot, 'topology', 'default.yaml'));
  try {
    return { text: readFileSync(file, 'utf8'), file };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(code === 'ENOENT' ? `there is no settings file ${file}` : `settings file ${file} cannot be read: ${code}`, {
      hint: `name another with --settings; ${join(packageRoot, 'topology', 'default.yaml')} is one to copy`,
      exitCode: 2,
      cause: error,
    });
  }
}

/**
 * Where Kafka and the registry are, key by key: `env` goes before the settings. A running platform stands in only where neither names a
 * broker, for its registry knows nothing of another cluster's schema ids.
 */
export async function resolveConnections(
  settings: Settings,
  env: Environment,
  findPlatform: () => Promise<LocalPlatform | null>,
): Promise<{ connection: KafkaConnection; registryConnection: RegistryConnection }> {
  const { connectionFromEnvironment } = await import('../kafka/connection.ts');
  const { kafka } = settings;
  const fromEnv = connectionFromEnvironment({ ...saslVariables(kafka.sasl), ...given(env) });
  const configured = fromEnv.brokers ?? kafka.brokers;
  const platform = configured === null ? await findPlatform() : null;
  const brokers = configured ?? platform?.brokers;
  if (brokers === undefined) {
    throw new UserError('no Kafka configured', {
      hint: 'run `arbitrex up`, or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL, or kafka.brokers and registry.url in the settings file',
    });
  }
  const registryConnection = resolveRegistry(settings, env, platform);
  return { connection: { ssl: kafka.ssl, ...fromEnv, brokers, clientId: kafka.clientId }, registryConnection };
}

/** Where the registry is, key by key: `env` goes before the settings, these before the platform. Throws UserError where none of them says. */
function resolveRegistry({ registry }: Settings, env: Environment, platform: LocalPlatform | null): RegistryConnection {
  const url = env.SCHEMA_REGISTRY_URL || registry.url || platform?.registryUrl;
  if (!url) {
    throw new UserError('no schema registry configured', {
      hint: 'set SCHEMA_REGISTRY_URL, or registry.url in the settings file; `arbitrex up` starts a local Kafka and registry',
    });
  }
  const optional = {
    username: env.SCHEMA_REGISTRY_USERNAME || registry.username,
    password: env.SCHEMA_REGISTRY_PASSWORD || registry.password,
    token: env.SCHEMA_REGISTRY_TOKEN || registry.token,
    caFile: env.SCHEMA_REGISTRY_CA || registry.caFile,
    cacheDir: env.SCHEMA_REGISTRY_CACHE || registry.cacheDir,
  };
  return { url, ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value)) };
}

/** The file's login as the variables it is the default of, so that the password alone may come from the environment. */
function saslVariables(sasl: Settings['kafka']['sasl']): Environment {
  if (sasl === null) return {};
  return {
    KAFKA_SASL_MECHANISM: sasl.mechanism,
    KAFKA_SASL_USERNAME: sasl.username,
    KAFKA_SASL_PASSWORD: sasl.password ?? undefined,
  };
}

function given(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}

function wantsColor(env: Environment, isTerminal: boolean): boolean {
  if (env.NO_COLOR) return false;
  return Boolean(env.FORCE_COLOR) || isTerminal;
}
