/** What the programs of other languages run on: made once, kept in the user's cache, and made anew where a version or a source has changed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheFolder, packageRoot } from '../../src/paths.ts';
import { isOnPath, lastLine, run } from '../../src/platform/commands.ts';
import { ensureFolder } from '../../src/platform/downloads.ts';
import { findJava, javaProgram } from '../../src/platform/java.ts';

/** How programs of a language are started, or why they cannot be. */
export type Runtime = { readonly command: readonly string[] } | { readonly missing: string };

/** The languages whose programs this folder holds. */
export const pythonFolder = join(packageRoot, 'test', 'compat', 'python');
const javaFolder = join(packageRoot, 'test', 'compat', 'java');

/** Long enough for the downloads over a slow line. */
const INSTALL_TIMEOUT_MS = 10 * 60_000;
/** A small program on a machine with other work: quick to start rather than fast. */
const JVM_OPTIONS = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m'];

/** A Python with the packages of requirements.txt; its scripts are in `pythonFolder`. */
export async function preparePython(): Promise<Runtime> {
  const requirements = join(pythonFolder, 'requirements.txt');
  if (!isOnPath('python3', process.env)) return { missing: 'no python3 in PATH' };
  return await prepared(async () => {
    const version = await output('python3', ['-c', 'import sys; print(sys.version, sys.base_prefix)']);
    const folder = cacheFolder('compat', `python-${digest(version, readFileSync(requirements, 'utf8'))}`);
    await ensureFolder(folder, async (part) => {
      await output('python3', ['-m', 'venv', part]);
      await output(join(part, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
    });
    return [join(folder, 'bin', 'python')];
  });
}

/** A Java with the programs of test/compat/java and the libraries of its pom.xml; the main class is to be named. */
export async function prepareJava(): Promise<Runtime> {
  const java = await findJava(process.env);
  if (java === null) return { missing: 'no Java found' };
  return await prepared(async () => {
    const sources = readdirSync(javaFolder).map((name) => join(javaFolder, name));
    const folder = cacheFolder('compat', `java-${digest(String(java.major), ...sources.map((file) => readFileSync(file, 'utf8')))}`);
    await ensureFolder(folder, async (part) => {
      const compiler = join(java.home, 'bin', 'javac');
      if (!isOnPath('mvn', process.env)) throw new Error('no mvn in PATH');
      if (!existsSync(compiler)) throw new Error(`no javac in ${java.home}`);
      const pom = join(javaFolder, 'pom.xml');
      const env = { ...process.env, JAVA_HOME: java.home };
      const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${part}`];
      await output('mvn', ['-B', '-ntp', '-q', '-f', pom, ...copy], env);
      const programs = sources.filter((file) => file.endsWith('.java'));
      await output(compiler, ['-cp', join(part, '*'), '-d', part, ...programs]);
    });
    return [javaProgram(java.home), ...JVM_OPTIONS, '-cp', `${folder}:${join(folder, '*')}`];
  });
}

/** kcat, where the system has it. */
export function findKcat(): Runtime {
  return isOnPath('kcat', process.env) ? { command: ['kcat'] } : { missing: 'no kcat in PATH; Debian and Ubuntu have a package kcat' };
}

async function prepared(prepare: () => Promise<readonly string[]>): Promise<Runtime> {
  try {
    return { command: await prepare() };
  } catch (error) {
    return { missing: (error as Error).message };
  }
}

/** What a program printed. Throws an error with its last words where it fails. */
async function output(command: string, args: readonly string[], env = process.env): Promise<string> {
  const result = await run(command, args, { env, timeoutMs: INSTALL_TIMEOUT_MS });
  if (result.code !== 0) throw new Error(`${basename(command)} failed: ${lastLine(result.output)}`);
  return result.output;
}

function digest(...texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12);
}
