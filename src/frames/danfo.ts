import { createRequire } from 'node:module';
import { UserError } from '../errors.ts';

/** What danfojs-node exports. */
type Danfo = typeof import('danfojs-node');

const require = createRequire(import.meta.url);

/**
 * danfojs-node, loaded when a frame is first made: it is optional, large and slow to load.
 *
 * @throws UserError where it, or something it needs, is not installed.
 */
export function danfo(): Danfo {
  try {
    return require('danfojs-node') as Danfo;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    const [what] = (error as Error).message.split('\n');
    throw new UserError(`data frames need danfojs-node: ${what}`, {
      hint: 'docs/research.md says what goes into your package.json; in a checkout, run `npm run frames:install`',
      cause: error,
    });
  }
}
