import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BARS, DEFAULT_FEATURES, DEFAULT_MATRICES, type DomainSettings } from '../../../src/domain/settings.ts';
import { canonicalJson, cleanStateHash, featureVersion, joinStateHash, tier1StateHash } from '../../../topology/settings-hash.ts';

const universe = { name: 'u', symbols: ['A', 'B'] };
const domain: DomainSettings = { bars: DEFAULT_BARS, features: DEFAULT_FEATURES, matrices: { ...DEFAULT_MATRICES, universes: [universe] } };

describe('canonical JSON', () => {
  it('sorts keys at every depth, keeps the order of lists, has no spaces', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x y' })).toBe('{"a":"x y","b":[{"c":null,"d":1}]}');
  });
});

describe('feature_version', () => {
  it('is the first 16 hex digits of the SHA-256 of the feature settings as the file names them, keys sorted, no spaces', () => {
    const text =
      '{"atr_window":14,"efficiency_window":10,"ml_min_valid":95,"ml_window":100,"norm_window":60,"normalizer":"zscore",' +
      '"range_window":12,"slope_lag":3,"spread_window":6,"trend_threshold":0.02}';
    expect(featureVersion(DEFAULT_FEATURES)).toBe(createHash('sha256').update(text).digest('hex').slice(0, 16));
  });

  it.each(Object.keys(DEFAULT_FEATURES) as (keyof typeof DEFAULT_FEATURES)[])('changes with %s', (key) => {
    const changed = { ...DEFAULT_FEATURES, [key]: key === 'normalizer' ? 'robust' : 7 };
    expect(featureVersion(changed)).not.toBe(featureVersion(DEFAULT_FEATURES));
  });
});

describe('state is kept apart by what it depends on', () => {
  it('state of clean: by the rules of bars only', () => {
    expect(cleanStateHash({ ...domain, bars: { ...DEFAULT_BARS, minVolume: 1 } })).not.toBe(cleanStateHash(domain));
    expect(cleanStateHash({ ...domain, features: { ...DEFAULT_FEATURES, slopeLag: 4 } })).toBe(cleanStateHash(domain));
  });

  it('state of tier 1: by bars and features', () => {
    expect(tier1StateHash({ ...domain, bars: { ...DEFAULT_BARS, minVolume: 1 } })).not.toBe(tier1StateHash(domain));
    expect(tier1StateHash({ ...domain, features: { ...DEFAULT_FEATURES, slopeLag: 4 } })).not.toBe(tier1StateHash(domain));
    expect(tier1StateHash({ ...domain, matrices: { ...domain.matrices, window: 50 } })).toBe(tier1StateHash(domain));
  });

  it('state of a join: by bars, its own universe and the window, not by other universes', () => {
    const other = { name: 'v', symbols: ['C'] };
    const hash = joinStateHash(domain, universe);
    expect(joinStateHash({ ...domain, matrices: { ...domain.matrices, universes: [universe, other] } }, universe)).toBe(hash);
    expect(joinStateHash(domain, { ...universe, symbols: ['A', 'C'] })).not.toBe(hash);
    expect(joinStateHash({ ...domain, matrices: { ...domain.matrices, window: 50 } }, universe)).not.toBe(hash);
  });
});
