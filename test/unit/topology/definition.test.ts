import { expect, test } from 'vitest';
import { definitionDifferences } from '../../../topology/definition.ts';
import { exampleSettings } from './example.ts';

const differences = (more: string) => definitionDifferences(exampleSettings().domain, exampleSettings(more).domain);

test('the same settings differ in nothing, whatever else is set about the installation', () => {
  expect(differences('topics: { prefix: lab. }\nruntime: { commit_interval_ms: 50 }')).toEqual([]);
});

test('a changed window is named as in the settings file, with both values', () => {
  expect(differences('features: { norm_window: 90 }')).toEqual([{ setting: 'features.norm_window', a: 60, b: 90 }]);
});

test('so is what the bars under the features are made by', () => {
  expect(differences('normalizer: robust\nprice: bid\ngrace_ms: { 1m: 500 }')).toEqual([
    { setting: 'normalizer', a: 'zscore', b: 'robust' },
    { setting: 'price', a: 'mid', b: 'bid' },
    { setting: 'grace_ms', a: {}, b: { '1m': 500 } },
  ]);
});
