/** The projects of a run that need Kafka and a registry share one platform: the first to be set up starts it, and it ends with the run. */
import type { TestProject } from 'vitest/node';
import startPlatform from './integration/platform-setup.ts';

const FIRST = Symbol.for('arbitrex.platform-starter');

/** Each project loads this file for itself: which was the first stands where all of them see it. */
const shared = globalThis as typeof globalThis & { [FIRST]?: TestProject };

/** vitest's global setup. @returns to the first project what ends the platform, to the others nothing. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const first = shared[FIRST];
  if (first === undefined) {
    const end = await startPlatform(project);
    shared[FIRST] = project;
    return end;
  }
  const { brokers, registryUrl } = first.getProvidedContext();
  project.provide('brokers', brokers);
  project.provide('registryUrl', registryUrl);
  return undefined;
}
