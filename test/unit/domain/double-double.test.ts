import { describe, expect, it } from 'vitest';
import {
  centred,
  centredSquares,
  ddAdd,
  ddAddPair,
  ddAddProduct,
  ddReset,
  multipleError,
  productError,
  squareError,
  sumError,
} from '../../../src/domain/double-double.ts';

describe('double-double sums', () => {
  it('hold what a double sum loses: small terms beside a large one', () => {
    const sum = new Float64Array(2);
    ddAdd(sum, 0, 1e16);
    ddAdd(sum, 0, 1);
    ddAdd(sum, 0, 1);
    ddAdd(sum, 0, -1e16);
    expect(sum[0]!).toBe(2);
  });

  it('know the error of a product exactly', () => {
    const a = 9_007_199_254_740_881;
    const b = 6_755_399_441_055_747;
    const product = a * b;
    expect(BigInt(product) + BigInt(productError(a, b, product))).toBe(BigInt(a) * BigInt(b));
  });

  it('know the errors of a square, of a whole multiple and of a sum exactly', () => {
    for (let i = 1; i < 200; i++) {
      const a = Math.sin(i) * 10 ** ((i % 21) - 10);
      expect(squareError(a, a * a)).toBe(productError(a, a, a * a));
      const times = i * 99_991;
      // + 0: a zero may have either sign.
      expect(multipleError(a, times, a * times) + 0).toBe(productError(a, times, a * times) + 0);
    }
    const [large, small] = [2 ** 60 + 2 ** 9, 2 ** 55 - 3];
    expect(BigInt(large + small) + BigInt(sumError(large, small, large + small))).toBe(BigInt(large) + BigInt(small));
    expect(sumError(small, large, large + small)).toBe(sumError(large, small, large + small));
  });

  it('give up a product they took in, to the last bit', () => {
    const sum = new Float64Array(2);
    ddAddProduct(sum, 0, 0.1, 0.3);
    ddAddProduct(sum, 0, -0.1, 0.3);
    expect([...sum]).toEqual([0, 0]);
  });

  it('are not changed by adding zero', () => {
    const sum = new Float64Array(2);
    for (let i = 1; i < 50; i++) ddAddProduct(sum, 0, 1 / i, Math.sqrt(i));
    const before = [...sum];
    ddAddProduct(sum, 0, 0, 0.25);
    ddAddPair(sum, 0, -0, 0);
    expect([...sum]).toEqual(before);
  });

  it('live side by side in one array and can be reset one by one', () => {
    const sums = new Float64Array(4);
    ddAdd(sums, 0, 1);
    ddAdd(sums, 2, 2);
    ddReset(sums, 0);
    expect([sums[0], sums[2]]).toEqual([0, 2]);
  });

  it('centre sums of products without losing digits where the mean is a billion times the spread', () => {
    const x = [-3, -1, 1, 3].map((step) => 1e-3 + step * 2 ** -40);
    const sums = new Float64Array(4);
    for (const value of x) {
      ddAdd(sums, 0, value);
      ddAddProduct(sums, 2, value, value);
    }
    const squares = centredSquares(sums[2]!, sums[3]!, sums[0]!, sums[1]!, 4);
    expect(squares / twoPassSquares(x)).toBeCloseTo(1, 9);
    expect(centred(sums[2]!, sums[3]!, sums[0]!, sums[1]!, sums[0]!, sums[1]!, 4)).toBe(squares);
  });

  it('have not drifted after 10 million updates that include spikes', () => {
    const ring = new Float64Array(100);
    const sum = new Float64Array(2);
    for (let update = 0; update < 5_000_000; update++) {
      const slot = update % ring.length;
      ddAddProduct(sum, 0, -ring[slot]!, ring[slot]!);
      ring[slot] = update % 977 === 0 ? 0.15 : 1e-7 * (1 + (update % 13));
      if (update > 4_999_800) ring[slot] = 1e-7 * (1 + (update % 13));
      ddAddProduct(sum, 0, ring[slot]!, ring[slot]!);
    }
    const fresh = ring.reduce((total, value) => total + value * value, 0);
    expect(sum[0]! / fresh).toBeCloseTo(1, 12);
  });
});

function twoPassSquares(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
