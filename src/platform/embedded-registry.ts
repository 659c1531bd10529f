/** The registry of ours: keeps its schemas in Kafka, so they survive a restart with the rest of the data. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cleanJavaEnvironment, sharedArchive } from './embedded-kafka.ts';
import type { Home } from './home.ts';
import { type Java, javaProgram } from './java.ts';
import { LOOPBACK } from './ports.ts';
import { spawnDetached } from './processes.ts';
import type { Environment, ProcessRef } from './types.ts';

/** What a registry needs. */
export interface RegistryNode {
  home: Home;
  java: Java;
  /** The unpacked distribution. */
  folder: string;
  port: number;
  /** host:port of the broker, which answers. */
  broker: string;
  env: Environment;
}

/** The log of the registry. */
export function registryLog(home: Home): string {
  return join(home.logs, 'registry.log');
}

/** The base URL of the Confluent API of a registry on this machine. */
export function localRegistryUrl(port: number): string {
  return `http://${LOOPBACK}:${port}/apis/ccompat/v7`;
}

/** Starts the registry. It may still be dying or not yet answering. */
export function spawnRegistry(node: RegistryNode): Promise<ProcessRef | null> {
  const snapshots = join(node.home.data, 'registry');
  mkdirSync(snapshots, { recursive: true });
  return spawnDetached({
    command: javaProgram(node.java.home),
    args: [
      '-Xmx384m',
      // It serves a few requests a start: compiling for the long run would cost it two seconds of that start.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      ...sharedArchive(node.home, 'registry'),
      `-Dquarkus.http.host=${LOOPBACK}`,
      `-Dquarkus.http.port=${node.port}`,
      `-Dquarkus.management.host=${LOOPBACK}`,
      // Any free one: nobody here asks it.
      '-Dquarkus.management.port=0',
      '-jar',
      join(node.folder, 'quarkus-run.jar'),
    ],
    cwd: node.home.root,
    env: {
      ...cleanJavaEnvironment(node.env),
      APICURIO_STORAGE_KIND: 'kafkasql',
      APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: node.broker,
      // How long it looks for a snapshot at its start before it replays its journal; the default is 5,000.
      APICURIO_KAFKASQL_CONSUMER_POLL_TIMEOUT: '500',
      // A snapshot a day; without this, in the system's temporary folder.
      APICURIO_STORAGE_SNAPSHOT_LOCATION: snapshots,
    },
    logFile: registryLog(node.home),
  });
}
