import { describe, expect, it } from 'vitest';
import { nearest } from '../../../topology/nearest.ts';

describe('the nearest known word', () => {
  const known = ['timeframes', 'window', 'min_obs', 'commit_interval_ms', 'universes'];

  it.each([
    ['windw', 'window'],
    ['widnow', 'window'],
    ['minObs', 'min_obs'],
    ['commit-interval-ms', 'commit_interval_ms'],
    ['universe', 'universes'],
    ['commit', 'commit_interval_ms'],
  ])('of %s is %s', (word, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });

  it('is none where nothing is near', () => {
    expect(nearest('colour', known)).toBeNull();
    expect(nearest('x', known)).toBeNull();
  });
});
