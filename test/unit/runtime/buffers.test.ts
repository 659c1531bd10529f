import { describe, expect, test } from 'vitest';
import { ChangelogBuffer } from '../../../src/runtime/changelog-buffer.ts';
import { OutputBuffer } from '../../../src/runtime/output-buffer.ts';
import type { OutputRecord } from '../../../src/runtime/ports.ts';

const record = <K extends string | null>(key: K, value: string | null): OutputRecord & { key: K } => ({
  partition: 0,
  key,
  value: value === null ? null : Buffer.from(value),
  timestamp: 0,
});

/** `topic: key=value key=value` for each topic. */
const sketch = (outputs: ReturnType<OutputBuffer['take']>) =>
  outputs.map(({ topic, records }) => `${topic}: ${records.map(({ key, value }) => `${key}=${value}`).join(' ')}`);

describe('the output buffer', () => {
  test('hands records over by topic, in the order they came, and starts empty', () => {
    const buffer = new OutputBuffer();
    buffer.add('bars', record('A', '1'));
    buffer.add('rows', record('A', '2'));
    buffer.add('bars', record('A', '3'));
    expect(sketch(buffer.take())).toEqual(['bars: A=1 A=3', 'rows: A=2']);
    expect(buffer.take()).toEqual([]);
  });

  test('counts the records that wait, and the bytes of their keys and values', () => {
    const buffer = new OutputBuffer();
    buffer.add('bars', record('EURUSD', '12345'));
    buffer.add('bars', record(null, null));
    expect([buffer.records, buffer.bytes]).toEqual([2, 11]);
    buffer.take();
    expect([buffer.records, buffer.bytes]).toEqual([0, 0]);
  });

  test('drops what comes while it is muted', () => {
    const buffer = new OutputBuffer();
    buffer.isMuted = true;
    buffer.add('bars', record('A', '1'));
    buffer.isMuted = false;
    buffer.add('bars', record('A', '2'));
    expect([buffer.records, sketch(buffer.take())]).toEqual([1, ['bars: A=2']]);
  });
});

describe('the changelog buffer', () => {
  test('keeps the newest record of a key, at the place where it came', () => {
    const buffer = new ChangelogBuffer();
    buffer.add('state', record('A', '1'));
    buffer.add('state', record('B', '1'));
    buffer.add('other', record('A', '1'));
    buffer.add('state', record('A', '2'));
    expect(sketch(buffer.take())).toEqual(['state: B=1 A=2', 'other: A=1']);
    expect(buffer.take()).toEqual([]);
  });

  test('a value takes the place of a tombstone, and the reverse', () => {
    const buffer = new ChangelogBuffer();
    buffer.add('state', record('A', null));
    buffer.add('state', record('B', '1'));
    buffer.add('state', record('A', '1'));
    buffer.add('state', record('B', null));
    expect(sketch(buffer.take())).toEqual(['state: A=1 B=null']);
  });
});
