/** Lets a checkout's own sources, tests and examples find the danfojs-node that `npm run frames:install` has put under examples/install. */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';

const installed = join(packageRoot, 'examples', 'install', 'node_modules', 'danfojs-node');
const link = join(packageRoot, 'node_modules', 'danfojs-node');

mkdirSync(join(packageRoot, 'node_modules'), { recursive: true });
rmSync(link, { recursive: true, force: true });
symlinkSync(installed, link, 'junction');
