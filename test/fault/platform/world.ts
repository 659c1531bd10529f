import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../src/errors.ts';
import { KafkaAdmin } from '../../../src/kafka/admin.ts';
import { silentLog } from '../../../src/log.ts';
import { ensurePrograms, type Programs } from '../../../src/platform/downloads.ts';
import { cleanJavaEnvironment, sharedArchive } from '../../../src/platform/embedded-kafka.ts';
import { localRegistryUrl } from '../../../src/platform/embedded-registry.ts';
import { createHome, type Home, locateHome } from '../../../src/platform/home.ts';
import { findJava, type Java, javaProgram } from '../../../src/platform/java.ts';
import { anyFreePort, LOOPBACK } from '../../../src/platform/ports.ts';
import { registryAnswers } from '../../../src/platform/probe-registry.ts';
import { spawnDetached, terminate } from '../../../src/platform/processes.ts';
import type { ProcessRef } from '../../../src/platform/types.ts';
import { waitUntilItAnswers } from '../../../src/platform/wait.ts';
import { until } from '../wait.ts';
import { KafkaNode } from './kafka-node.ts';
import { RegistryProxy } from './registry-proxy.ts';

/** A Kafka cluster that can be broken. */
export interface Cluster {
  readonly nodes: readonly KafkaNode[];
  /** Without proxies. */
  readonly brokers: readonly string[];
}

/** `solo`: one node. `trio`: three. `tiny`: one node whose data lies on a small tmpfs. */
export type ClusterName = 'solo' | 'trio' | 'tiny';

const NODES: Readonly<Record<ClusterName, number>> = { solo: 1, trio: 3, tiny: 1 };
const TINY_BYTES = '24m';
const REGISTRY_START_LIMIT_MS = 120_000;

/**
 * The suite's own platform, in a temporary folder: clusters from the same jars as the local platform's, started when first asked for, and a
 * registry that keeps its schemas in memory, so that what is done to Kafka does not reach it.
 */
export class World {
  readonly home: Home;
  readonly registry: RegistryProxy;
  /** The registry itself, without the proxy. */
  readonly registryUrl: string;
  readonly #java: Java;
  readonly #programs: Programs;
  readonly #registryProcess: ProcessRef | null;
  readonly #clusters = new Map<ClusterName, Cluster>();
  #tinyMount: string | null = null;
  #isOver = false;
  #disposing: Promise<void> | undefined;

  private constructor(home: Home, java: Java, programs: Programs, url: string, proxy: RegistryProxy, process: ProcessRef | null) {
    this.home = home;
    this.#java = java;
    this.#programs = programs;
    this.registryUrl = url;
    this.registry = proxy;
    this.#registryProcess = process;
  }

  /** Starts the registry; clusters follow when they are asked for. Throws UserError where Java or the jars cannot be had. */
  static async start(): Promise<World> {
    const home = locateHome({ home: mkdtempSync(join(tmpdir(), 'arbitrex-fault-')), downloads: locateHome().downloads });
    createHome(home);
    for (const folder of [home.config, home.logs, home.data]) mkdirSync(folder, { recursive: true });
    const java = await findJava(process.env);
    if (java === null) throw new UserError('the fault suite needs a JDK', { hint: 'install a JDK 21 or later' });
    const programs = await ensurePrograms(home, java, process.env, () => {});
    const port = await anyFreePort();
    const url = localRegistryUrl(port);
    const logFile = join(home.logs, 'registry.log');
    const registry = await spawnDetached({
      command: javaProgram(java.home),
      args: [
        '-Xmx384m',
        '-XX:TieredStopAtLevel=1',
        '-XX:+UseSerialGC',
        ...sharedArchive(home, 'registry'),
        `-Dquarkus.http.host=${LOOPBACK}`,
        `-Dquarkus.http.port=${port}`,
        `-Dquarkus.management.host=${LOOPBACK}`,
        '-Dquarkus.management.port=0',
        '-jar',
        join(programs.registry, 'quarkus-run.jar'),
      ],
      cwd: home.root,
      env: cleanJavaEnvironment(process.env),
      logFile,
    });
    const answers = () => registryAnswers(url, 2_000);
    await waitUntilItAnswers({ name: 'the schema registry', process: registry, logFile, answers, timeoutMs: REGISTRY_START_LIMIT_MS });
    return new World(home, java, programs, url, await RegistryProxy.listen(url), registry);
  }

  /** The cluster, running: what a case before did to it is undone. One at a time: any other is stopped. */
  async cluster(name: ClusterName): Promise<Cluster> {
    // A run that is being ended must leave no broker behind.
    if (this.#isOver) throw new Error('the suite is being ended');
    let cluster = this.#clusters.get(name);
    if (cluster === undefined) {
      for (const other of [...this.#clusters.keys()]) await this.drop(other);
      if (name === 'tiny') this.#mountTiny();
      const folder = name === 'tiny' ? this.#tinyMount! : join(this.home.data, name);
      const programs = { home: this.home, java: this.#java, libs: this.#programs.kafkaLibs };
      // Logs and settings of different clusters must not meet.
      const own = { ...programs, home: { ...this.home, config: join(this.home.config, name), logs: join(this.home.logs, name) } };
      const nodes = await KafkaNode.create(own, NODES[name], (id) => join(folder, `node-${id}`));
      cluster = { nodes, brokers: nodes.map(({ address }) => address) };
      this.#clusters.set(name, cluster);
      await Promise.all(nodes.map((node) => node.spawn()));
      await Promise.all(nodes.map((node) => node.answers()));
      await untilComplete(cluster);
    }
    for (const { proxy } of cluster.nodes) proxy.heal();
    this.registry.mood = 'well';
    return cluster;
  }

  /** Gives the tmpfs of the `tiny` cluster another size. */
  resizeTiny(size: string): void {
    execFileSync('mount', ['-o', `remount,size=${size}`, this.#tinyMount!]);
  }

  /** Stops a cluster, to be made anew when asked for again: a case has left it beyond repair, or it takes memory that others need. */
  async drop(name: ClusterName, keep = false): Promise<void> {
    const cluster = this.#clusters.get(name);
    if (cluster === undefined) return;
    this.#clusters.delete(name);
    for (const node of cluster.nodes) await node.dispose();
    if (name === 'tiny') await this.#unmountTiny();
    else if (!keep) rmSync(join(this.home.data, name), { recursive: true, force: true });
  }

  /** Stops everything, once; the folder goes too, unless its logs are to be looked at. */
  dispose(keep: boolean): Promise<void> {
    this.#disposing ??= this.#dispose(keep);
    return this.#disposing;
  }

  async #dispose(keep: boolean): Promise<void> {
    this.#isOver = true;
    // First the registry: whatever else takes long, or is cut off, must not leave it behind.
    if (this.#registryProcess !== null) await terminate(this.#registryProcess, 0);
    for (const name of [...this.#clusters.keys()]) await this.drop(name, keep);
    await this.registry.close();
    if (!keep) rmSync(this.home.root, { recursive: true, force: true });
  }

  #mountTiny(): void {
    const folder = join(this.home.data, 'tiny');
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${TINY_BYTES}`, 'tmpfs', folder], { stdio: 'pipe' });
    this.#tinyMount = folder;
  }

  async #unmountTiny(): Promise<void> {
    const folder = this.#tinyMount;
    this.#tinyMount = null;
    if (folder === null) return;
    // A broker that was just killed may hold its files for a moment longer.
    await until(`${folder} is unmounted`, () => spawnSync('umount', [folder], { stdio: 'ignore' }).status === 0);
  }
}

/** A node answers before the others know it: topics made now would have too few copies. */
async function untilComplete({ brokers, nodes }: Cluster): Promise<void> {
  const admin = await KafkaAdmin.connect({ brokers, clientId: 'fault-suite' }, silentLog);
  await until('all nodes are in the cluster', async () => (await admin.brokerCount()) === nodes.length);
  await admin.close();
}
