/** Looks for the runtimes of the other languages before the tests are collected, so that a test that cannot run says so in its name. */
import type { TestProject } from 'vitest/node';
import { findKcat, prepareJava, preparePython, type Runtime } from './runtimes.ts';

declare module 'vitest' {
  interface ProvidedContext {
    python: Runtime;
    java: Runtime;
    kcat: Runtime;
  }
}

/** vitest's global setup. */
export default async function setup(project: TestProject): Promise<void> {
  const [python, java] = await Promise.all([preparePython(), prepareJava()]);
  const kcat = findKcat();
  for (const [name, runtime] of Object.entries({ python, java, kcat })) {
    if ('missing' in runtime) process.stderr.write(`compat: tests of ${name} are skipped: ${runtime.missing}\n`);
  }
  project.provide('python', python);
  project.provide('java', java);
  project.provide('kcat', kcat);
}
