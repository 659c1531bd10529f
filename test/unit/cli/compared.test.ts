import { expect, test } from 'vitest';
import { comparedOf } from '../../../src/cli/compared.ts';
import { UserError } from '../../../src/errors.ts';

test.each([
  ['main', { name: 'main', suffix: null, file: null }],
  ['-', { name: 'main', suffix: null, file: null }],
  ['', { name: 'main', suffix: null, file: null }],
  ['main=live.yaml', { name: 'main', suffix: null, file: 'live.yaml' }],
  ['b', { name: 'b', suffix: 'b', file: null }],
  ['b=../b.yaml', { name: 'b', suffix: 'b', file: '../b.yaml' }],
  ['b.yaml', { name: 'b.yaml', suffix: undefined, file: 'b.yaml' }],
  ['./settings', { name: './settings', suffix: undefined, file: './settings' }],
])('%j names what is to be compared', (argument, compared) => {
  expect(comparedOf(argument)).toEqual(compared);
});

test.each(['B', 'b=', 'b c', '../b=x'])('%j names nothing', (argument) => {
  expect(() => comparedOf(argument)).toThrow(UserError);
});
