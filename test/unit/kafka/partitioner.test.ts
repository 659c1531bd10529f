import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { murmur2Partition } from '../../../src/kafka/partitioner.ts';

const { Partitioners } = createRequire(import.meta.url)('kafkajs') as { Partitioners: { DefaultPartitioner(): (args: object) => number } };

/** Computed with kafka-clients 4.4.0: BuiltInPartitioner.partitionForKey(key in UTF-8, 28) and (…, 1000003). */
const JAVA: [key: string, of28: number, of1000003: number][] = [
  ['', 9, 645856],
  ['a', 12, 100772],
  ['ab', 14, 154486],
  ['abc', 11, 468670],
  ['abcd', 12, 831631],
  ['EURUSD', 1, 105827],
  ['USDJPY', 13, 454808],
  ['GBPUSD', 10, 158799],
  ['AUDNZD', 26, 830526],
  ['XAUUSD', 19, 419802],
  ['fx-majors/1h', 2, 659440],
  ['majors/1d', 16, 639368],
  ['€USD', 26, 425150],
  ['0123456789abcdef0', 22, 775870],
  ['\0\0\0\0', 20, 954570],
];

describe('the partition of a key', () => {
  test.each(JAVA)('%j lands where the Java client puts it', (key, of28, of1000003) => {
    expect(murmur2Partition(Buffer.from(key), 28)).toBe(of28);
    expect(murmur2Partition(Buffer.from(key), 1_000_003)).toBe(of1000003);
  });

  test('bytes with their high bit set land where the Java client puts them', () => {
    const allBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(murmur2Partition(allBytes, 1_000_003)).toBe(135_777);
    expect(murmur2Partition(Buffer.from([255, 255, 255]), 1_000_003)).toBe(194_778);
  });

  test('agrees with the default of kafkajs producers', () => {
    const partitionMetadata = Array.from({ length: 997 }, (_, partitionId) => ({
      partitionId,
      leader: 1,
      partitionErrorCode: 0,
      replicas: [],
      isr: [],
    }));
    const kafkajsPartition = Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const key = Buffer.from(bytes);
        expect(murmur2Partition(key, 997)).toBe(kafkajsPartition({ topic: 'ticks', partitionMetadata, message: { key, value: null } }));
      }),
    );
  });

  test('a key cannot be placed on no partitions', () => {
    expect(() => murmur2Partition(Buffer.from('EURUSD'), 0)).toThrow(RangeError);
  });
});
