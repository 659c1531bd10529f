import { expect, it } from 'vitest';
import { schemas } from '../../../src/codec/generated/records.ts';
import { diffSchemas } from '../../../src/codec/schema-diff.ts';

const before = {
  type: 'record',
  name: 'Tick',
  namespace: 'fx',
  fields: [
    { name: 'bid', type: 'float', doc: 'Bid.' },
    { name: 'seq', type: 'long' },
    { name: 'side', type: { type: 'enum', name: 'Side', symbols: ['BUY'] } },
    { name: 'sources', type: { type: 'array', items: { type: 'record', name: 'Source', fields: [{ name: 'id', type: 'string' }] } } },
  ],
};
const after = {
  type: 'record',
  name: 'Tick',
  namespace: 'fx',
  fields: [
    { name: 'bid', type: 'double', default: 0, doc: 'Best bid.' },
    { name: 'number', aliases: ['seq'], type: 'long' },
    { name: 'side', type: { type: 'enum', name: 'Side', symbols: ['BUY', 'SELL'], default: 'BUY' } },
    { name: 'venue', type: ['null', 'string'], default: null },
    { name: 'sources', type: { type: 'array', items: { type: 'record', name: 'Source', fields: [] } } },
  ],
};

it('says field by field what changed', () => {
  expect(diffSchemas(before, after).map(({ kind, path, text }) => `${kind} ${path} ${text}`)).toEqual([
    'changed Tick.bid type float -> double',
    'changed Tick.bid default none -> 0',
    'changed Tick.bid doc "Bid." -> "Best bid."',
    'renamed Tick.number was seq',
    'changed Tick.side type enum fx.Side (BUY) -> enum fx.Side (BUY, SELL; default BUY)',
    'added Tick.venue null | string, default null',
    'removed Tick.sources[].id string, no default',
  ]);
});

it('finds nothing between a schema and itself', () => {
  for (const schema of Object.values(schemas)) expect(diffSchemas(schema, schema)).toEqual([]);
});

it('names a record that was renamed', () => {
  expect(diffSchemas(before, { ...before, name: 'Quote' })).toEqual([{ kind: 'renamed', path: 'Quote', text: 'was fx.Tick, is fx.Quote' }]);
});
