/** Tests that need danfojs-node, which is optional: skipped, with the reason in their name, where it is absent. */
import { createRequire } from 'node:module';
import { beforeAll, describe } from 'vitest';
import { danfo } from '../src/frames/danfo.ts';

/** To load it takes half a minute on a busy machine, else a second or two. */
export const FIRST_LOAD_MS = 180_000;

/** Where ARBITREX_FRAMES is `required`, as in CI, the absence of danfojs-node is an error. */
const isAbsent = ((): boolean => {
  try {
    createRequire(import.meta.url).resolve('danfojs-node');
    return false;
  } catch (error) {
    if (process.env.ARBITREX_FRAMES === 'required')
      throw new Error('ARBITREX_FRAMES=required, and danfojs-node is absent', { cause: error });
    return true;
  }
})();

/** A group of tests that need danfojs-node; it is loaded before the first. */
export function describeWithDanfo(name: string, body: () => void): void {
  describe.skipIf(isAbsent)(`${name}, with danfojs-node (npm run frames:install)`, () => {
    beforeAll(() => void danfo(), FIRST_LOAD_MS);
    body();
  });
}
