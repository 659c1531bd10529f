import { expect, test } from 'vitest';
import { MatrixHeaders } from '../../../src/lineage/matrix-headers.ts';
import { lineageOf } from '../../../src/lineage/read-lineage.ts';
import { decodedHeaders } from './decoded-headers.ts';

const of = (key: string) => new MatrixHeaders('features-tier1', [4, 0, 2], { topic: 'features-tier2', key });
const JOINED = { offsets: Float64Array.of(7, -1, 2 ** 40), last: 2 };

test('a matrix links to the records that it has joined, in the order of its universe, and names the last of them', async () => {
  const { links, input } = lineageOf(await decodedHeaders(of('majors/1m').encode(3, JOINED)));
  expect(links).toEqual([{ partition: 4, offset: 7 }, null, { partition: 2, offset: 2 ** 40 }]);
  expect(input).toEqual({ topic: 'features-tier1', partition: 2, offset: 2 ** 40 });
});

test('a matrix has a trace of its own: the same in every replay, another for every version and key', async () => {
  const traceparent = async (key: string, version: number) => (await decodedHeaders(of(key).encode(version, JOINED)))[0]!.value!.toString();
  const first = await traceparent('majors/1m', 1);
  expect(first).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
  expect(await traceparent('majors/1m', 1)).toBe(first);
  const others = [await traceparent('majors/1m', 2), await traceparent('majors/5m', 1)];
  expect(new Set([first, ...others].map((text) => text.slice(3, 35))).size).toBe(3);
});

test('the links of 1,000 symbols take 12 kB', () => {
  const partitions = Array.from({ length: 1_000 }, (_, i) => i);
  const headers = new MatrixHeaders('features-tier1', partitions, { topic: 'features-tier2', key: 'all/1m' });
  const bytes = headers.encode(1, { offsets: new Float64Array(1_000), last: 0 }).length;
  expect(bytes).toBeGreaterThan(12_000);
  expect(bytes).toBeLessThan(12_250);
});
