import type { DomainSettings } from '../src/domain/settings.ts';
import { canonicalJson, featureDefinition } from './settings-hash.ts';

/** A setting that two definitions have differently, named by its path in the settings file. */
export interface SettingDifference {
  readonly setting: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** The settings that decide a feature and are not the same in both, those of the features themselves first. Empty: every number is the same. */
export function definitionDifferences(a: DomainSettings, b: DomainSettings): SettingDifference[] {
  const [ofA, ofB] = [definitionOf(a), definitionOf(b)];
  return Object.keys(ofA)
    .filter((setting) => canonicalJson(ofA[setting]) !== canonicalJson(ofB[setting]))
    .map((setting) => ({ setting, a: ofA[setting], b: ofB[setting] }));
}

/** What decides a tier-1 row: the features' own settings, and those of the bars that they are made from. */
function definitionOf({ bars, features }: DomainSettings): Readonly<Record<string, unknown>> {
  const { normalizer, ...windows } = featureDefinition(features);
  return {
    normalizer,
    ...Object.fromEntries(Object.entries(windows).map(([name, value]) => [`features.${name}`, value])),
    timeframes: bars.timeframes,
    price: bars.price,
    calendar: bars.calendar,
    closures: bars.closures,
    max_jump_ms: bars.maxJumpMs,
    grace_ms: bars.graceMs,
    max_gap_bars: bars.maxGapBars,
    min_volume: bars.minVolume,
    spread: bars.spread,
    spread_alpha: bars.spreadAlpha,
  };
}
