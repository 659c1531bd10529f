import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/paths.ts';
import { docsBlocks, shownRegion } from '../../compat/docs.ts';

const blocks = docsBlocks();
const programs = blocks.filter(({ source }) => existsSync(join(packageRoot, source)));

describe('docs/clients.md', () => {
  it('shows every client', () => {
    expect(blocks.map(({ source }) => source)).toEqual([
      'test/compat/python/send_ticks.py',
      'test/compat/python/read_topics.py',
      'test/compat/python/plain_avro.py',
      'test/compat/java/SendTicks.java',
      'test/compat/java/ReadTopics.java',
      'kcat',
    ]);
    expect(programs).toHaveLength(5);
  });

  it.each(programs)('shows the very code of $source', ({ source, text }) => {
    expect(text).toBe(shownRegion(source));
  });

  it.each(blocks)('needs less than 15 lines for $source', ({ text }) => {
    expect(text.trimEnd().split('\n').length).toBeLessThan(15);
  });
});
