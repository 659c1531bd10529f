import { expect, it } from 'vitest';
import { renderComparison } from '../../../src/cli/comparison-text.ts';

it('the value of a setting is cut where it would push the other one off the screen', () => {
  const closures = Array.from({ length: 20 }, (_, day) => ({ fromMs: day, toMs: day + 1 }));
  const text = renderComparison({
    a: { name: 'a.yaml', suffix: undefined, file: 'a.yaml', featureVersion: '1111111111111111' },
    b: { name: 'b.yaml', suffix: undefined, file: 'b.yaml', featureVersion: '1111111111111111' },
    settings: [{ setting: 'closures', a: closures, b: [] }],
    records: null,
    isEqual: false,
  });
  const line = text.split('\n').find((one) => one.startsWith('closures'))!;
  expect(line).toMatch(/^closures {2,}\[\{"fromMs":0,"toMs":1\},\{"fromMs":1,"toM… {2,}\[\]$/);
});
