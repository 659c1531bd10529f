/** Finds the Java that runs Kafka and the registry. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Environment } from './types.ts';

/** The oldest Java that the registry runs on; Kafka would do with 17. */
export const MIN_JAVA = 21;

/** A Java installation. */
export interface Java {
  /** Its JAVA_HOME. */
  home: string;
  /** The feature release: 21 for 21.0.7, 8 for 1.8.0_402. */
  major: number;
}

/** The program `java` of an installation. */
export function javaProgram(home: string): string {
  return join(home, 'bin', process.platform === 'win32' ? 'java.exe' : 'java');
}

/** The feature release in a `release` file (JAVA_VERSION="21.0.7") or in what `java -version` prints (version "1.8.0_402"); null in neither. */
export function parseJavaMajor(text: string): number | null {
  const match = /(?:JAVA_VERSION=|\bversion )"(\d+)(?:\.(\d+))?/.exec(text);
  if (match === null) return null;
  const [first, second] = [Number(match[1]), Number(match[2])];
  return first === 1 ? second : first;
}

/** The newest of all Javas found, whatever its version; null where there is none. */
export async function findJava(env: Environment): Promise<Java | null> {
  const homes = new Set(candidateHomes(env).flatMap(resolveHome));
  const found = await Promise.all([...homes].map(inspect));
  return found
    .filter((java) => java !== null)
    .reduce<Java | null>((best, java) => (best === null || java.major > best.major ? java : best), null);
}

/** JAVA_HOME and PATH before the folders in which systems and tools put Javas: among equal versions the first is taken. */
function candidateHomes(env: Environment): string[] {
  const onPath = (env.PATH ?? '').split(delimiter).flatMap((folder) => homeOfProgram(join(folder, 'java')));
  return [...(env.JAVA_HOME ? [env.JAVA_HOME] : []), ...onPath, ...usualHomes()];
}

function homeOfProgram(program: string): string[] {
  try {
    return [dirname(dirname(realpathSync(program)))];
  } catch {
    return [];
  }
}

function usualHomes(): string[] {
  const parents = ['/usr/lib/jvm', '/usr/java', '/opt', '/opt/java', join(homedir(), '.sdkman/candidates/java'), join(homedir(), '.jdks')];
  const macParents = ['/Library/Java/JavaVirtualMachines', join(homedir(), 'Library/Java/JavaVirtualMachines')];
  const brewParents = ['/opt/homebrew/opt', '/usr/local/opt'];
  return [
    ...parents.flatMap(children),
    ...macParents.flatMap(children).map((bundle) => join(bundle, 'Contents', 'Home')),
    ...brewParents
      .flatMap(children)
      .filter((formula) => formula.includes('jdk'))
      .map((formula) => join(formula, 'libexec', 'openjdk.jdk', 'Contents', 'Home')),
  ];
}

function children(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function resolveHome(home: string): string[] {
  try {
    const real = realpathSync(home);
    return existsSync(javaProgram(real)) ? [real] : [];
  } catch {
    return [];
  }
}

async function inspect(home: string): Promise<Java | null> {
  const major = majorFromReleaseFile(home) ?? (await majorFromProgram(home));
  return major === null ? null : { home, major };
}

function majorFromReleaseFile(home: string): number | null {
  try {
    return parseJavaMajor(readFileSync(join(home, 'release'), 'utf8'));
  } catch {
    return null;
  }
}

function majorFromProgram(home: string): Promise<number | null> {
  return new Promise((resolve) => {
    execFile(javaProgram(home), ['-version'], { timeout: 10_000 }, (_error, stdout, stderr) => resolve(parseJavaMajor(stderr + stdout)));
  });
}
