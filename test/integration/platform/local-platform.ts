/** A platform in a folder of its own, for tests that start and stop it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaAdmin } from '../../../src/kafka/admin.ts';
import { silentLog } from '../../../src/log.ts';
import {
  type LocalKind,
  type Platform,
  type StartOptions,
  type Stopped,
  startPlatform,
  stopPlatform,
} from '../../../src/platform/index.ts';
import { anyFreePort } from '../../../src/platform/ports.ts';
import { HOME_PREFIX, sharedDownloads } from '../platform-setup.ts';

/** The environment without what would name another platform than this test's. */
const env = { ...process.env, KAFKA_BROKERS: '', SCHEMA_REGISTRY_URL: '', ARBITREX_PLATFORM: '', ARBITREX_HOME: '' };

/** A home in a temporary folder; its ports are free and, once started, kept. */
export class LocalPlatform {
  readonly home = mkdtempSync(join(tmpdir(), `${HOME_PREFIX}${process.pid}-`));
  readonly #kind: LocalKind;

  constructor(kind: LocalKind) {
    this.#kind = kind;
  }

  /** Starts it on ports that no other test meant to use. */
  async startOnFreePorts(): Promise<Platform> {
    const [kafkaPort, registryPort] = await Promise.all([anyFreePort(), anyFreePort()]);
    return await this.start({ kafkaPort, registryPort });
  }

  async start(options: StartOptions = {}): Promise<Platform> {
    return await startPlatform({ home: this.home, downloads: sharedDownloads, platform: this.#kind, env, ...options });
  }

  async stop(options: { deleteData?: boolean } = {}): Promise<Stopped> {
    return await stopPlatform({ home: this.home, env, ...options });
  }

  /** Ends it and leaves nothing of it. */
  async remove(): Promise<void> {
    await stopPlatform({ home: this.home, env, deleteData: true });
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Where a platform is, whoever runs it. */
type Addresses = Pick<Platform, 'brokers' | 'registryUrl'>;

/** Leaves a mark in both services: a topic and a schema. */
export async function leaveMark({ brokers, registryUrl }: Addresses): Promise<void> {
  const admin = await KafkaAdmin.connect({ brokers, clientId: 'platform-test' }, silentLog);
  await admin.createTopics([{ name: 'mark', partitions: 3, replicationFactor: 1, configs: { 'retention.ms': '-1' } }]);
  await admin.close();
  const response = await fetch(`${registryUrl}/subjects/mark-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: '"double"' }),
  });
  if (!response.ok) throw new Error(`the registry refused the schema: ${await response.text()}`);
}

/** What is left of the mark: the partitions of the topic (undefined without it) and the subjects. */
export async function findMark({ brokers, registryUrl }: Addresses): Promise<{ partitions: number | undefined; subjects: unknown }> {
  const admin = await KafkaAdmin.connect({ brokers, clientId: 'platform-test' }, silentLog);
  const topics = await admin.describeTopics(['mark']);
  await admin.close();
  const subjects = await (await fetch(`${registryUrl}/subjects`)).json();
  return { partitions: topics.get('mark')?.partitions, subjects };
}
