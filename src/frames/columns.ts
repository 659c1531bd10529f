import { schemas } from '../codec/generated/records.ts';

/** Topics whose records become the rows of a frame: a record there is a row of plain values. */
export type FrameTopic = 'clean-ohlcv' | 'features-tier1';

/** What a column holds: whole numbers that are never null, numbers with NaN for null, true and false, text with null. */
export type ColumnKind = 'whole' | 'number' | 'flag' | 'text';

/** A column of a frame. */
export interface FrameColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** A value in a frame; a null number is NaN, a null text is null. */
export type Cell = number | string | boolean | null;

const KINDS: Readonly<Record<string, ColumnKind>> = {
  int: 'whole',
  long: 'whole',
  float: 'number',
  double: 'number',
  boolean: 'flag',
  string: 'text',
};

/** The columns of a topic's records: the fields of its schema, in order. */
export function topicColumns(topic: FrameTopic): readonly FrameColumn[] {
  return schemas[topic].fields.map(({ name, type }) => ({ name, kind: kindOf(name, type) }));
}

/** Kinds of all columns that a topic's frame can have: a column of such a name is of that kind wherever it comes from. */
export const KNOWN_KINDS: ReadonlyMap<string, ColumnKind> = new Map(
  (['clean-ohlcv', 'features-tier1'] as const).flatMap((topic) => topicColumns(topic).map(({ name, kind }) => [name, kind] as const)),
);

/** A field's value as a cell; null, NaN and infinities are null on the wire and so in the cell. */
export function toCell(value: unknown, kind: ColumnKind): Cell {
  if (kind === 'text' || kind === 'flag') return (value ?? null) as Cell;
  return Number.isFinite(value) ? (value as number) : Number.NaN;
}

function kindOf(name: string, type: unknown): ColumnKind {
  if (Array.isArray(type)) {
    const kind = kindOf(
      name,
      type.find((branch) => branch !== 'null'),
    );
    return kind === 'whole' ? 'number' : kind;
  }
  const plain = typeof type === 'object' && type !== null ? (type as { type: unknown }).type : type;
  const kind = KINDS[String(plain)];
  if (kind === undefined) throw new Error(`field ${name} is no plain value: ${JSON.stringify(type)}`);
  return kind;
}
