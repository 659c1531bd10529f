/** Fetches Kafka's jars and the registry's distribution with Maven, each whole or not at all. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import { lastLine, run } from './commands.ts';
import { folderSize } from './folder-size.ts';
import type { Home } from './home.ts';
import type { Java } from './java.ts';
import { processIdentity } from './processes.ts';
import type { Environment, ProgressEvent } from './types.ts';

export const KAFKA_VERSION = '4.4.0';
export const REGISTRY_VERSION = '3.3.3';
const LOG4J_VERSION = '2.25.5';

const KAFKA_BYTES = 46_000_000;
const REGISTRY_BYTES = 158_600_000;
const REGISTRY_ARCHIVE = `apicurio-registry-app-${REGISTRY_VERSION}-all.tar.gz`;

/** Long enough for both over a slow line. */
const MAVEN_TIMEOUT_MS = 60 * 60_000;
const PROGRESS_INTERVAL_MS = 200;

/** What runs the platform: folders that are complete. */
export interface Programs {
  /** Kafka's jars and all they need. */
  kafkaLibs: string;
  /** The unpacked registry: quarkus-run.jar stands in it. */
  registry: string;
}

/** Where the programs are, or will be. */
export function locatePrograms(home: Home): Programs {
  return {
    kafkaLibs: join(home.downloads, `kafka-${KAFKA_VERSION}`),
    registry: join(home.downloads, `registry-${REGISTRY_VERSION}`),
  };
}

/** Whether both programs are here, so that neither Maven nor a network is needed. */
export function areDownloaded(programs: Programs): boolean {
  return existsSync(programs.kafkaLibs) && existsSync(programs.registry);
}

/**
 * Downloads what is not here yet. Killed in the middle it leaves only part folders, which the next call removes.
 * Throws UserError where Maven fails, with its last words.
 */
export async function ensurePrograms(
  home: Home,
  java: Java,
  env: Environment,
  onProgress: (event: ProgressEvent) => void,
): Promise<Programs> {
  const programs = locatePrograms(home);
  const maven: Maven = { env: { ...env, JAVA_HOME: java.home }, logFile: join(home.logs, 'maven.log'), onProgress };
  await ensureFolder(programs.kafkaLibs, async (part) => {
    onProgress({ type: 'step', text: `downloading Apache Kafka ${KAFKA_VERSION}` });
    writeFileSync(join(part, 'pom.xml'), KAFKA_POM);
    await runMaven(maven, part, ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${part}`], {
      cached: 'org/apache/kafka',
      totalBytes: KAFKA_BYTES,
    });
    rmSync(join(part, 'pom.xml'));
  });
  await ensureFolder(programs.registry, async (part) => {
    onProgress({ type: 'step', text: `downloading Apicurio Registry ${REGISTRY_VERSION}` });
    const artifact = `io.apicurio:apicurio-registry-app:${REGISTRY_VERSION}:tar.gz:all`;
    await runMaven(maven, part, ['dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${part}`], {
      cached: 'io/apicurio/apicurio-registry-app',
      totalBytes: REGISTRY_BYTES,
    });
    onProgress({ type: 'step', text: `unpacking Apicurio Registry ${REGISTRY_VERSION}` });
    await unpack(join(part, REGISTRY_ARCHIVE), part, env);
  });
  return programs;
}

/**
 * Has `fill` make the content of `target` in a folder beside it, which then becomes `target` in one step. Does nothing where `target` exists.
 * Two processes may do so at once: the first to finish wins.
 */
export async function ensureFolder(target: string, fill: (part: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  removeAbandonedParts(target);
  const part = mkdtempSync(`${target}.part-${process.pid}-`);
  try {
    await fill(part);
    renameSync(part, target);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if ((code === 'ENOTEMPTY' || code === 'EEXIST') && existsSync(target)) return;
    throw error;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

function removeAbandonedParts(target: string): void {
  const prefix = `${basename(target)}.part-`;
  for (const name of readdirSync(dirname(target))) {
    const owner = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (!Number.isNaN(owner) && processIdentity(owner) === null) rmSync(join(dirname(target), name), { recursive: true, force: true });
  }
}

interface Maven {
  env: Environment;
  logFile: string;
  onProgress: (event: ProgressEvent) => void;
}

/** Maven downloads into its own repository and copies from there: whichever of the two folders grew more tells how far it is. */
async function runMaven(maven: Maven, part: string, args: readonly string[], size: { cached: string; totalBytes: number }): Promise<void> {
  const repository = join(homedir(), '.m2', 'repository', size.cached);
  const cachedBefore = folderSize(repository);
  const timer = setInterval(() => {
    const bytes = Math.max(folderSize(part), folderSize(repository) - cachedBefore);
    maven.onProgress({ type: 'bytes', bytes: Math.min(bytes, size.totalBytes), totalBytes: size.totalBytes });
  }, PROGRESS_INTERVAL_MS);
  try {
    const result = await run('mvn', ['-B', '-ntp', ...args], {
      cwd: part,
      env: maven.env,
      timeoutMs: MAVEN_TIMEOUT_MS,
      logFile: maven.logFile,
    });
    if (result.code === 0) return;
    const said = result.output.split('\n').find((line) => line.startsWith('[ERROR]')) ?? lastLine(result.output);
    throw new UserError(`Maven could not download: ${said.replace('[ERROR] ', '')}`, {
      hint: `Check the network (Maven's proxy is set in its settings.xml) and try again. What Maven said: ${maven.logFile}`,
    });
  } finally {
    clearInterval(timer);
  }
}

async function unpack(archive: string, folder: string, env: Environment): Promise<void> {
  const result = await run('tar', ['-xzf', archive, '-C', folder], { env, timeoutMs: 10 * 60_000 });
  if (result.code !== 0) throw new UserError(`tar could not unpack ${basename(archive)}: ${lastLine(result.output)}`);
  rmSync(archive);
}

/** log4j-slf4j-impl sends Kafka's log lines to Log4j; Kafka's own dependencies leave that choice open. */
const KAFKA_POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>arbitrex</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>${LOG4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
