/** One Kafka node of ours: broker and controller in one process. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { run } from './commands.ts';
import type { Home } from './home.ts';
import { type Java, javaProgram } from './java.ts';
import { tailOf } from './logs.ts';
import { LOOPBACK } from './ports.ts';
import { spawnDetached } from './processes.ts';
import type { Environment, ProcessRef } from './types.ts';

/** A name for the data, not a secret: the same one everywhere, so that data can be moved between folders. */
const CLUSTER_ID = 'YXJiaXRyZXgtbG9jYWwwMQ';

/** What a node needs. */
export interface KafkaNode {
  home: Home;
  java: Java;
  libs: string;
  port: number;
  controllerPort: number;
  env: Environment;
}

/** The log of the node. */
export function kafkaLog(home: Home): string {
  return join(home.logs, 'kafka.log');
}

/** Writes the node's settings, formats its data folder on a first start, and starts it. It may still be dying or not yet answering. */
export async function spawnKafka(node: KafkaNode): Promise<ProcessRef | null> {
  const properties = join(node.home.config, 'server.properties');
  const log4j = join(node.home.config, 'log4j2.yaml');
  writeFileSync(properties, serverProperties(node));
  writeFileSync(log4j, LOG4J);
  const classpath = join(node.libs, '*');
  if (!existsSync(join(node.home.kafkaData, 'meta.properties'))) await format(node, classpath, properties);
  return spawnDetached({
    command: javaProgram(node.java.home),
    args: [
      '-Xms256m',
      '-Xmx1g',
      ...sharedArchive(node.home, 'kafka'),
      '-Djava.awt.headless=true',
      `-Dlog4j2.configurationFile=${log4j}`,
      '-cp',
      classpath,
      'kafka.Kafka',
      properties,
    ],
    cwd: node.home.root,
    env: cleanJavaEnvironment(node.env),
    logFile: kafkaLog(node.home),
  });
}

/**
 * JVM flags that keep a service's loaded classes in a file: written when it first ends, it takes a second off each later start. A file of
 * another Java, or a damaged one, is ignored and written anew.
 */
export function sharedArchive(home: Home, name: string): string[] {
  const folder = join(home.downloads, 'classes');
  mkdirSync(folder, { recursive: true });
  // The JVM names every class that it cannot keep: in the log that would bury what a service died of.
  const onlyErrors = ['-Xlog:disable', '-Xlog:all=error:stderr'];
  return ['-XX:+AutoCreateSharedArchive', `-XX:SharedArchiveFile=${join(folder, `${name}.jsa`)}`, ...onlyErrors];
}

/** An environment whose Java options, meant for other programs, do not reach ours. */
export function cleanJavaEnvironment(env: Environment): NodeJS.ProcessEnv {
  const { JDK_JAVA_OPTIONS: _, ...rest } = env;
  return rest as NodeJS.ProcessEnv;
}

async function format(node: KafkaNode, classpath: string, properties: string): Promise<void> {
  mkdirSync(node.home.kafkaData, { recursive: true });
  const args = ['-XX:TieredStopAtLevel=1', '-cp', classpath, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties];
  const result = await run(javaProgram(node.java.home), args, { env: cleanJavaEnvironment(node.env), timeoutMs: 120_000 });
  if (result.code === 0) return;
  throw new UserError(`Kafka could not prepare its data folder ${node.home.kafkaData}:\n${tailOf(result.output)}`);
}

/**
 * One node keeps one replica of everything, its own topics included. Few partitions for those: each is a folder to make at the first commit.
 * A group of one need not wait for others to join. Topics are made by `arbitrex topology apply`, never by a typing error.
 */
function serverProperties(node: KafkaNode): string {
  const settings: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${LOOPBACK}:${node.controllerPort}`,
    listeners: `PLAINTEXT://${LOOPBACK}:${node.port},CONTROLLER://${LOOPBACK}:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${LOOPBACK}:${node.port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': node.home.kafkaData.replaceAll('\\', '/'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.num.partitions': 8,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 8,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

const LOG4J = `Configuration:
  Appenders:
    Console:
      name: STDOUT
      target: SYSTEM_OUT
      PatternLayout:
        pattern: "[%d] %p %m (%c)%n"
  Loggers:
    Root:
      level: INFO
      AppenderRef:
        - ref: STDOUT
`;
