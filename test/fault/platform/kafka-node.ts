import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../src/platform/commands.ts';
import { cleanJavaEnvironment, sharedArchive } from '../../../src/platform/embedded-kafka.ts';
import type { Home } from '../../../src/platform/home.ts';
import { type Java, javaProgram } from '../../../src/platform/java.ts';
import { tailOf } from '../../../src/platform/logs.ts';
import { anyFreePort, LOOPBACK } from '../../../src/platform/ports.ts';
import { kafkaIsReady } from '../../../src/platform/probe-kafka.ts';
import { spawnDetached, terminate } from '../../../src/platform/processes.ts';
import type { ProcessRef } from '../../../src/platform/types.ts';
import { waitUntilItAnswers } from '../../../src/platform/wait.ts';
import { TcpProxy } from './tcp-proxy.ts';

const CLUSTER_ID = 'YXJiaXRyZXgtZmF1bHQwMQ';
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 20_000;

/** What every node of a cluster is started with. */
export interface NodePrograms {
  readonly home: Home;
  readonly java: Java;
  readonly libs: string;
}

interface NodePorts {
  readonly id: number;
  readonly direct: number;
  readonly proxied: number;
  readonly controller: number;
}

/** One broker and controller that can be killed, frozen and started again, with a second listener that is reached through a proxy only. */
export class KafkaNode {
  readonly id: number;
  /** host:port of the listener without a proxy. */
  readonly address: string;
  /** The proxy before the other listener; what a client learns of the cluster there are the proxies of all nodes. */
  readonly proxy: TcpProxy;
  /** Where its partitions lie, one folder each. */
  readonly data: string;
  readonly #programs: NodePrograms;
  readonly #ports: NodePorts;
  #voters = '';
  #nodes = 1;
  #process: ProcessRef | null = null;

  private constructor(programs: NodePrograms, ports: NodePorts, proxy: TcpProxy, data: string) {
    this.id = ports.id;
    this.address = `${LOOPBACK}:${ports.direct}`;
    this.proxy = proxy;
    this.data = data;
    this.#programs = programs;
    this.#ports = ports;
  }

  /** Makes the nodes of a cluster; none runs yet. `dataOf` gives the folder of a node's partitions. */
  static async create(programs: NodePrograms, count: number, dataOf: (id: number) => string): Promise<KafkaNode[]> {
    const nodes: KafkaNode[] = [];
    for (let id = 1; id <= count; id++) {
      const ports = { id, direct: await anyFreePort(), proxied: await anyFreePort(), controller: await anyFreePort() };
      nodes.push(new KafkaNode(programs, ports, await TcpProxy.listen(ports.proxied), dataOf(id)));
    }
    const voters = nodes.map((node) => `${node.id}@${LOOPBACK}:${node.#ports.controller}`).join(',');
    for (const node of nodes) {
      node.#voters = voters;
      node.#nodes = count;
    }
    return nodes;
  }

  /** Starts it, with the data it had; resolves once it takes part in its cluster. */
  async start(): Promise<void> {
    await this.spawn();
    await this.answers();
  }

  /** Starts the process and does not wait for it. */
  async spawn(): Promise<void> {
    const { home, java, libs } = this.#programs;
    const properties = join(home.config, `node-${this.id}.properties`);
    const log4j = join(home.config, 'log4j2.yaml');
    for (const folder of [home.config, home.logs, this.data]) mkdirSync(folder, { recursive: true });
    writeFileSync(properties, this.#properties());
    writeFileSync(log4j, LOG4J);
    const classpath = join(libs, '*');
    const env = cleanJavaEnvironment(process.env);
    if (!existsSync(join(this.data, 'meta.properties'))) {
      const args = ['-XX:TieredStopAtLevel=1', '-cp', classpath, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties];
      const { code, output } = await run(javaProgram(java.home), args, { env, timeoutMs: START_LIMIT_MS });
      if (code !== 0) throw new Error(`node ${this.id} could not be formatted:\n${tailOf(output)}`);
    }
    const jvm = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', ...sharedArchive(home, 'kafka'), `-Dlog4j2.configurationFile=${log4j}`];
    const args = [...jvm, '-cp', classpath, 'kafka.Kafka', properties];
    this.#process = await spawnDetached({ command: javaProgram(java.home), args, cwd: home.root, env, logFile: this.#logFile() });
  }

  /** Resolves once it takes part in its cluster. */
  async answers(): Promise<void> {
    await waitUntilItAnswers({
      name: `node ${this.id}`,
      process: this.#process,
      logFile: this.#logFile(),
      answers: () => kafkaIsReady(this.address, 1_000),
      timeoutMs: START_LIMIT_MS,
    });
  }

  /** SIGKILL; resolves when the process is gone. Does nothing where it does not run. */
  async kill(): Promise<void> {
    if (this.#process === null) return;
    this.#signal('SIGKILL');
    await terminate(this.#process, STOP_LIMIT_MS);
    this.#process = null;
  }

  /** SIGSTOP: connections stay open, nothing is answered. */
  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  /** Kills it and ends its proxy. */
  async dispose(): Promise<void> {
    await this.kill();
    await this.proxy.close();
  }

  /** Transactions of this topic prefix whose markers the broker left out when it started: records that it took are then neither committed nor aborted. */
  skippedMarkers(prefix: string): number {
    const lines = existsSync(this.#logFile()) ? readFileSync(this.#logFile(), 'utf8').split('\n') : [];
    return lines.filter((line) => line.includes("Couldn't find leader endpoint") && line.includes(`send transaction markers for ${prefix}`))
      .length;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#process === null) return;
    try {
      process.kill(this.#process.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  #logFile(): string {
    return join(this.#programs.home.logs, `node-${this.id}.log`);
  }

  #properties(): string {
    const { id, direct, proxied, controller } = this.#ports;
    const copies = this.#nodes;
    const inSync = Math.min(2, copies);
    const settings: Record<string, string | number> = {
      'process.roles': 'broker,controller',
      'node.id': id,
      'controller.quorum.voters': this.#voters,
      listeners: `DIRECT://${LOOPBACK}:${direct},PROXIED://${LOOPBACK}:${proxied},CONTROLLER://${LOOPBACK}:${controller}`,
      'advertised.listeners': `DIRECT://${LOOPBACK}:${direct},PROXIED://${LOOPBACK}:${this.proxy.port}`,
      'controller.listener.names': 'CONTROLLER',
      'inter.broker.listener.name': 'DIRECT',
      'listener.security.protocol.map': 'DIRECT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'log.dirs': this.data,
      'auto.create.topics.enable': 'false',
      'min.insync.replicas': inSync,
      'offsets.topic.num.partitions': 3,
      'offsets.topic.replication.factor': copies,
      'transaction.state.log.num.partitions': 6,
      'transaction.state.log.replication.factor': copies,
      'transaction.state.log.min.isr': inSync,
      'share.coordinator.state.topic.num.partitions': 1,
      'share.coordinator.state.topic.replication.factor': 1,
      'share.coordinator.state.topic.min.isr': 1,
      'group.initial.rebalance.delay.ms': 0,
      'group.min.session.timeout.ms': 1_000,
      // A dead node is noticed within this; the default of 9 s would be most of a case.
      'broker.session.timeout.ms': 3_000,
      'broker.heartbeat.interval.ms': 500,
      'replica.lag.time.max.ms': 3_000,
      'log.cleaner.backoff.ms': 500,
      'num.network.threads': 2,
      'num.io.threads': 4,
    };
    return Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('');
  }
}

const LOG4J = `Configuration:
  Appenders:
    Console:
      name: STDOUT
      target: SYSTEM_OUT
      PatternLayout:
        pattern: "[%d] %p %m (%c)%n"
  Loggers:
    # Says where it leaves out markers.
    Logger:
      - name: kafka.coordinator.transaction
        level: INFO
    Root:
      level: WARN
      AppenderRef:
        - ref: STDOUT
`;
