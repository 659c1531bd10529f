/** Makes `npx arbitrex` work in a checkout: npm links the commands of dependencies, not those of the project itself. */
import { chmodSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';

const folder = join(packageRoot, 'node_modules', '.bin');
const entry = join(packageRoot, 'dist', 'src', 'cli', 'main.js');

chmodSync(entry, 0o755);
if (existsSync(folder)) {
  const link = join(folder, 'arbitrex');
  rmSync(link, { force: true });
  symlinkSync(join('..', '..', 'dist', 'src', 'cli', 'main.js'), link);
}
