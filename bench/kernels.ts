import { UserError } from '../src/errors.ts';
import type { BenchCommand } from './lib/command.ts';

/** `npm run bench -- kernels`. */
export const kernels: BenchCommand = {
  name: 'kernels',
  summary: 'nanoseconds per bar and per pair, without Kafka',
  description: 'Measures the pure stages alone.',
  examples: '  npm run bench -- kernels',
  configure() {},
  run: () => Promise.reject(new UserError('this version has no benchmark of the kernels')),
};
