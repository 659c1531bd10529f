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
  project.provide('python', python);
  project.provide('java', java);
  project.provide('kcat', findKcat());
}
