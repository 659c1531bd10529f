import { randomBytes } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import { Registry } from '../../../src/codec/registry.ts';
import { KafkaAdmin } from '../../../src/kafka/admin.ts';
import { silentLog } from '../../../src/log.ts';
import type { ProvisionTools } from '../../../src/provision/apply.ts';
import { buildTopology, type Topology } from '../../../topology/fx.ts';
import { parseSettings } from '../../../topology/settings.ts';

/** A cluster to provision, in which one test has its own topics, groups and subjects. */
export interface Installation {
  readonly prefix: string;
  readonly tools: ProvisionTools;
  /** The topology of settings with this test's prefix; `yaml` is the rest of the file. */
  topology(yaml: string): Topology;
}

/** Connects for one test; its topics are deleted when it ends. */
export async function openInstallation(): Promise<Installation> {
  const prefix = `provision-${randomBytes(4).toString('hex')}.`;
  const connection = { brokers: inject('brokers'), clientId: 'provision-test' };
  const admin = await KafkaAdmin.connect(connection, silentLog);
  const registry = new Registry({ url: inject('registryUrl') });
  const topology = (yaml: string) => buildTopology(parseSettings(`timeframes: [1m]\ntopics: { prefix: ${prefix} }\n${yaml}`, 'test.yaml'));
  onTestFinished(async () => {
    const names = Object.values(topology('symbols: [A]').topics).map(({ name }) => name);
    await admin.deleteTopics([...(await admin.describeTopics(names)).keys()]);
    await admin.close();
  });
  return { prefix, tools: { connection, admin, registry, log: silentLog }, topology };
}
