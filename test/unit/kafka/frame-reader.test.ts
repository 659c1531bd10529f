import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader } from '../../../src/kafka/frame-reader.ts';

function framed(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

test('messages come out whole and in order, however the connection cuts them', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 30 })), (bodies, cuts) => {
      const frames = bodies.map(framed);
      const bytes = Buffer.concat(frames);
      const read: Buffer[] = [];
      const reader = new FrameReader((frame) => read.push(frame));
      // As a socket does it: every piece in the same buffer.
      const shared = Buffer.alloc(64);
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        for (let end = Math.min(at + cut, bytes.length); at < end; ) {
          const piece = bytes.subarray(at, Math.min(end, at + shared.length));
          piece.copy(shared);
          reader.push(shared.subarray(0, piece.length));
          at += piece.length;
        }
      }
      shared.fill(0xff);
      expect(read).toEqual(frames);
    }),
  );
});

test('a message that is not whole yet is kept back', () => {
  const read: Buffer[] = [];
  const reader = new FrameReader((frame) => read.push(frame));
  const frame = framed(Buffer.from('hello'));
  reader.push(frame.subarray(0, 3));
  reader.push(frame.subarray(3, 8));
  expect(read).toEqual([]);
  reader.push(frame.subarray(8));
  expect(read).toEqual([frame]);
});

test.each([
  ['an HTTP server', Buffer.from('HTTP/1.1 400 Bad Request')],
  ['a TLS listener', Buffer.from('15030300020250', 'hex')],
])('the answer of %s is no message', (_, bytes) => {
  const reader = new FrameReader(() => expect.unreachable());
  expect(() => reader.push(bytes)).toThrow(/does not speak Kafka's protocol/);
});
