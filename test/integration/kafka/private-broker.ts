/** A broker of a test's own, for what must not happen to the broker that all tests share: to be stopped, killed or frozen. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaConnection } from '../../../src/kafka/connection.ts';
import { areDownloaded, locatePrograms } from '../../../src/platform/downloads.ts';
import { kafkaLog, spawnKafka } from '../../../src/platform/embedded-kafka.ts';
import { createHome, type Home, locateHome } from '../../../src/platform/home.ts';
import { findJava, type Java } from '../../../src/platform/java.ts';
import { choosePort, LOOPBACK } from '../../../src/platform/ports.ts';
import { kafkaIsReady } from '../../../src/platform/probe-kafka.ts';
import { terminate } from '../../../src/platform/processes.ts';
import type { ProcessRef } from '../../../src/platform/types.ts';
import { waitUntilItAnswers } from '../../../src/platform/wait.ts';

/**
 * Of this process only: two runs at the same time that both find a port free would share the broker that binds it first, and each stop its own.
 * Below the ports that systems hand out by themselves.
 */
const PREFERRED_PORT = 20_000 + (process.pid % 6_000) * 2;
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;

/** Whether one can be started: the jars are where the shared platform keeps them. With an external Kafka, or in containers, they may not be. */
export const canStartBroker = areDownloaded(locatePrograms(locateHome()));

/** The title of tests that need one: says so where they are skipped. */
export function withBroker(title: string): string {
  return canStartBroker ? title : `${title} (skipped: Kafka's jars are not in .arbitrex/downloads, where the embedded platform puts them)`;
}

export class PrivateBroker {
  readonly connection: KafkaConnection;
  readonly #home: Home;
  readonly #java: Java;
  readonly #ports: { port: number; controllerPort: number };
  #process: ProcessRef | null = null;

  private constructor(home: Home, java: Java, ports: { port: number; controllerPort: number }) {
    this.#home = home;
    this.#java = java;
    this.#ports = ports;
    this.connection = { brokers: [`${LOOPBACK}:${ports.port}`], clientId: 'kafka-tests' };
  }

  static async start(): Promise<PrivateBroker> {
    const home = locateHome({ home: mkdtempSync(join(tmpdir(), 'arbitrex-broker-')), downloads: locateHome().downloads });
    createHome(home);
    for (const folder of [home.config, home.logs]) mkdirSync(folder, { recursive: true });
    const wish = { option: '', explicit: undefined, last: undefined };
    const port = await choosePort({ ...wish, name: 'a test’s broker', preferred: PREFERRED_PORT });
    const controllerPort = await choosePort({ ...wish, name: 'its controller', preferred: PREFERRED_PORT + 1 }, [port]);
    const broker = new PrivateBroker(home, (await findJava(process.env))!, { port, controllerPort });
    await broker.resume();
    return broker;
  }

  /** Starts it again after stop() or kill(), with the data it had. */
  async resume(): Promise<void> {
    const libs = locatePrograms(this.#home).kafkaLibs;
    this.#process = await spawnKafka({ home: this.#home, java: this.#java, libs, ...this.#ports, env: process.env });
    await waitUntilItAnswers({
      name: 'a test’s broker',
      process: this.#process,
      logFile: kafkaLog(this.#home),
      answers: () => kafkaIsReady(this.connection.brokers[0]!, 1_000),
      timeoutMs: START_LIMIT_MS,
    });
  }

  async stop(): Promise<void> {
    await terminate(this.#process!, STOP_LIMIT_MS);
  }

  async kill(): Promise<void> {
    process.kill(this.#process!.pid, 'SIGKILL');
    await terminate(this.#process!, STOP_LIMIT_MS);
  }

  /** Freezes it: connections stay open, nothing is answered. */
  freeze(): void {
    process.kill(this.#process!.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.#process!.pid, 'SIGCONT');
  }

  /** Stops it for good and deletes its data. */
  async dispose(): Promise<void> {
    await this.kill().catch(() => {});
    rmSync(this.#home.root, { recursive: true, force: true });
  }
}
