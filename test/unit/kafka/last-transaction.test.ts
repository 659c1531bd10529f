import { expect, test } from 'vitest';
import { decodeResponse, encodeRequest } from '../../../src/kafka/last-transaction.ts';

/** An answer of DescribeTransactions version 0 for one id of `idLength` bytes; what follows the state is of no interest here. */
function answer(errorCode: number, idLength: number, state: string): Buffer {
  const code = Buffer.alloc(2);
  code.writeInt16BE(errorCode);
  const idHead = idLength + 1 < 0x80 ? [idLength + 1] : [((idLength + 1) & 0x7f) | 0x80, (idLength + 1) >> 7];
  return Buffer.concat([
    Buffer.from([0, 0, 0, 0, 0, 2]),
    code,
    Buffer.from(idHead),
    Buffer.alloc(idLength, 'x'),
    Buffer.from([state.length + 1]),
    Buffer.from(state),
    Buffer.alloc(26),
  ]);
}

test('asks for one id, as a compact array of compact strings', () => {
  expect([...encodeRequest('abc')]).toEqual([0, 2, 4, 97, 98, 99, 0]);
});

test('an id of 127 bytes takes two for its length', () => {
  expect([...encodeRequest('i'.repeat(127)).subarray(0, 4)]).toEqual([0, 2, 0x80, 0x01]);
});

test.each([5, 200])('reads code and state behind an id of %d bytes', (idLength) => {
  expect(decodeResponse(answer(0, idLength, 'CompleteCommit'))).toEqual({ errorCode: 0, state: 'CompleteCommit' });
  expect(decodeResponse(answer(105, idLength, ''))).toEqual({ errorCode: 105, state: '' });
});

test('refuses an answer of a form it does not know', () => {
  expect(() => decodeResponse(Buffer.alloc(40))).toThrow(/not known here/);
});
