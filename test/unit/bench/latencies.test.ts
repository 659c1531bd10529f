import { describe, expect, test } from 'vitest';
import { latenciesBetween, takeoverSince } from '../../../bench/live/latencies.ts';

const seen = (name: string, closedAt: number, waitedMs: number | null) => ({
  name,
  slotEnd: closedAt,
  closedAt,
  seenAt: waitedMs === null ? null : closedAt + waitedMs,
});

describe('latenciesBetween', () => {
  test('looks at what was closed within the time, whenever it came', () => {
    const observed = [seen('A', 99, 1), seen('A', 100, 5), seen('B', 150, 500), seen('A', 199, 7), seen('A', 200, 1)];
    expect(latenciesBetween(observed, 100, 200)).toEqual({ count: 3, p50: 7, p99: 500, max: 500, notSeen: 0 });
  });

  test('counts what never came apart', () => {
    expect(latenciesBetween([seen('A', 1, 3), seen('A', 2, null)], 0, 10)).toMatchObject({ count: 1, notSeen: 1, max: 3 });
  });
});

describe('takeoverSince', () => {
  const killedAt = 100_000;

  test('goes from the first to the last record that waited, of the symbols that were silent for long', () => {
    const observed = [
      // Owned by who lives: a hiccup is no takeover.
      seen('LIVES', 101_000, 20),
      seen('LIVES', 102_000, 2_000),
      seen('TAKEN', 100_500, 10_500),
      seen('TAKEN', 105_000, 6_200),
      seen('TAKEN', 111_000, 1_300),
      seen('TAKEN', 112_500, 30),
    ];
    expect(takeoverSince(observed, killedAt, 1_000, 5_000)).toEqual({ symbols: 1, bars: 3, firstAt: 111_000, lastAt: 112_300 });
  });

  test('leaves out what came before', () => {
    expect(takeoverSince([seen('A', 90_000, 9_000)], killedAt, 1_000, 5_000)).toBeNull();
  });
});
