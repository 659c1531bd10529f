import { describe, expect, it } from 'vitest';
import { encodeMatrix } from '../../../src/codec/encoders.ts';
import { AvroWriter } from '../../../src/codec/writer.ts';
import type { CorrelationMatrix } from '../../../src/domain/matrix.ts';
import type { Universe } from '../../../src/domain/settings.ts';
import { RecordBatchWriter } from '../../../src/kafka/record-batch-writer.ts';
import { MatrixHeaders } from '../../../src/lineage/matrix-headers.ts';
import { plainMatrixBytes, symbolsThatFit, worstMatrixBytes } from '../../../topology/matrix-size.ts';

/** Every symbol moves with every other one, all but the one with the shortest name are missing, and each number takes the most room that it can. */
function worstMatrix({ name, symbols }: Universe, window: number): CorrelationMatrix {
  const shortest = symbols.reduce((a, b) => (Buffer.byteLength(b) < Buffer.byteLength(a) ? b : a));
  const cells = (symbols.length * (symbols.length + 1)) / 2;
  return {
    universe: name,
    timeframe: '15m',
    version: Number.MAX_SAFE_INTEGER,
    supersedes: Number.MAX_SAFE_INTEGER - 1,
    windowStart: Number.MAX_SAFE_INTEGER,
    windowEnd: Number.MAX_SAFE_INTEGER,
    window,
    symbols,
    rho: new Float64Array(cells).fill(0.9),
    nObs: new Int32Array(cells).fill(window),
    std: new Float64Array(symbols.length).fill(0.1),
    completeness: 'partial',
    missing: symbols.filter((symbol) => symbol !== shortest),
    meanAbsRho: 0.9,
    maxAbsRho: 0.9,
    dispersion: 0.1,
    strongPairs: symbols.flatMap((a, i) => symbols.slice(i + 1).map((b) => ({ a, b, rho: 0.9 }))),
  };
}

/** What the real encoders make of a matrix: a record batch of its own. */
function batchBytes(matrix: CorrelationMatrix): number {
  const batch = new RecordBatchWriter(0);
  const value = encodeMatrix(new AvroWriter(), 1, matrix);
  const key = `${matrix.universe}/${matrix.timeframe}`;
  // The longest names and numbers that Kafka has.
  const partitions = matrix.symbols.map(() => 2 ** 31 - 1);
  const headers = new MatrixHeaders('t'.repeat(249), partitions, { topic: 'features-tier2', key });
  const joined = { offsets: new Float64Array(partitions.length).fill(Number.MAX_SAFE_INTEGER), last: 0 };
  batch.tryAdd({ partition: 0, key, value, timestamp: matrix.windowEnd, encodedHeaders: headers.encode(matrix.version, joined) });
  return batch.sizeBytes;
}

/** Names of some characters. */
const universeOf = (count: number, chars: number, char = 'X'): Universe => ({
  name: 'big',
  symbols: Array.from({ length: count }, (_, i) => `${i}`.padStart(chars, char)),
});

describe('the size of a matrix', () => {
  it.each([
    [1, 6, 100],
    [2, 6, 63],
    [3, 63, 64],
    [28, 6, 100],
    [28, 200, 20_000],
    [130, 64, 8_192],
    [300, 6, 2],
    [400, 9, 100],
  ])('of %i symbols of %i characters over %i timestamps is, at its worst, what the encoders make of it', (count, chars, window) => {
    const universe = universeOf(count, chars);
    expect(worstMatrixBytes(universe, window)).toBe(batchBytes(worstMatrix(universe, window)));
  });

  it('counts the bytes of names, not their characters', () => {
    const universe = universeOf(40, 40, 'é');
    expect(worstMatrixBytes(universe, 100)).toBe(batchBytes(worstMatrix(universe, 100)));
  });

  it('holds for names of different lengths, whichever symbol is not missing', () => {
    const symbols = ['A', 'BB'.repeat(40), 'C'.repeat(300), 'DDDDDD'];
    const universe = { name: 'mixed', symbols };
    expect(worstMatrixBytes(universe, 100)).toBe(batchBytes(worstMatrix(universe, 100)));
    expect(batchBytes({ ...worstMatrix(universe, 100), missing: symbols.slice(0, -1) })).toBeLessThan(worstMatrixBytes(universe, 100));
  });

  it('without strong pairs is about a third of that, to the byte as well', () => {
    const universe = universeOf(50, 6);
    const plain = plainMatrixBytes(universe, 100);
    expect(plain).toBe(batchBytes({ ...worstMatrix(universe, 100), strongPairs: [] }));
    expect(plain).toBeLessThan(worstMatrixBytes(universe, 100) / 2);
  });

  it('tells the largest universe that fits, to the symbol', () => {
    const universe = universeOf(900, 6);
    const fits = symbolsThatFit(universe, 100, 1_048_576);
    const first = (count: number) => ({ name: universe.name, symbols: universe.symbols.slice(0, count) });
    expect(plainMatrixBytes(first(fits), 100)).toBeLessThanOrEqual(1_048_576);
    expect(plainMatrixBytes(first(fits + 1), 100)).toBeGreaterThan(1_048_576);
    expect(symbolsThatFit(universe, 100, 100)).toBe(0);
    expect(symbolsThatFit(first(3), 100, 1_048_576)).toBe(3);
  });
});
