import { createHash } from 'node:crypto';
import type { DomainSettings, FeatureSettings, Universe } from '../src/domain/settings.ts';

/** JSON with sorted keys and no spaces: equal values have equal text. Undefined properties are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** First 16 hex digits of the SHA-256 of the canonical JSON of a value: two definitions of a number are the same if their hashes are. */
export function settingsHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
}

/** The windows and options of the features, named as in the settings file. */
export function featureDefinition(features: FeatureSettings): Readonly<Record<string, string | number>> {
  return {
    normalizer: features.normalizer,
    norm_window: features.normWindow,
    atr_window: features.atrWindow,
    efficiency_window: features.efficiencyWindow,
    range_window: features.rangeWindow,
    slope_lag: features.slopeLag,
    spread_window: features.spreadWindow,
    ml_window: features.mlWindow,
    ml_min_valid: features.mlMinValid,
    trend_threshold: features.trendThreshold,
  };
}

/** The version that tier-1 records carry: it changes with any window or option of the features. */
export function featureVersion(features: FeatureSettings): string {
  return settingsHash(featureDefinition(features));
}

/** Everything that decides a number: workers of one variant agree on it. */
export function definitionHash(domain: DomainSettings): string {
  return settingsHash(domain);
}

/** What state of the clean stage depends on: stored with it, and compared before it is restored. */
export function cleanStateHash(domain: DomainSettings): string {
  return settingsHash({ bars: domain.bars });
}

/** What state of the tier-1 stage depends on. */
export function tier1StateHash(domain: DomainSettings): string {
  return settingsHash({ bars: domain.bars, features: domain.features });
}

/** What state of one universe's join depends on: another universe's change does not touch it. */
export function joinStateHash(domain: DomainSettings, universe: Universe): string {
  const { universes: _, ...rules } = domain.matrices;
  return settingsHash({ bars: domain.bars, rules, universe });
}
