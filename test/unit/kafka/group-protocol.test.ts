import { describe, expect, test } from 'vitest';
import { decodeAssignment, decodeClaim, encodeAssignment, encodeClaim, protocolName } from '../../../src/kafka/group-protocol.ts';

const owned = [
  { topic: 'joins', partition: 0 },
  { topic: 'ticks', partition: 3 },
  { topic: 'ticks', partition: 11 },
];

/** Kafka's consumer protocol, version 0, of a member that reads `ticks`. */
function consumerMetadata(userData: Buffer): Buffer {
  const version = [0, 0];
  const topics = [0, 0, 0, 1, 0, 5, ...Buffer.from('ticks')];
  const length = Buffer.alloc(4);
  length.writeInt32BE(userData.length);
  return Buffer.concat([Buffer.from([...version, ...topics]), length, userData]);
}

describe('what a member claims', () => {
  test('reaches the leader', () => {
    expect(decodeClaim('a', encodeClaim(['ticks', 'joins'], { generation: 7, owned }))).toEqual({ memberId: 'a', generation: 7, owned });
  });

  test('names its topics as every consumer does, for tools to read', () => {
    const metadata = encodeClaim(['ticks'], { generation: 7, owned });
    const userData = Buffer.from(JSON.stringify({ generation: 7, owned: { joins: [0], ticks: [3, 11] } }));
    expect(metadata).toEqual(consumerMetadata(userData));
  });

  test.each([
    ['none', Buffer.alloc(0)],
    ['no JSON', Buffer.from('sticky')],
    ['other JSON', Buffer.from('{"owned":null}')],
    ['other values', Buffer.from('{"generation":"x","owned":{"ticks":"all"}}')],
  ])('is nothing where its user data is %s', (_, userData) => {
    expect(decodeClaim('a', consumerMetadata(userData))).toEqual({ memberId: 'a', generation: -1, owned: [] });
  });
});

test('members that have agreed on something go by another name than all others', () => {
  expect([protocolName(undefined), protocolName('90'), protocolName('60')]).toEqual([
    'arbitrex-sticky',
    'arbitrex-sticky/90',
    'arbitrex-sticky/60',
  ]);
});

test('an assignment comes back as it was given', () => {
  expect(decodeAssignment(encodeAssignment(owned))).toEqual(owned);
  expect(decodeAssignment(encodeAssignment([]))).toEqual([]);
});
