/** The package as its next version: a copy with fields added to its schemas, and what is made from them, which runs as any other checkout. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avro from 'avsc';
import { generateRecords } from '../../../scripts/generate-types.ts';
import { packageRoot } from '../../../src/paths.ts';

/** What a checkout needs to run from its sources, besides node_modules. */
const SOURCES = ['package.json', 'schemas', 'src', 'topology'];

/** What the next version's producers put into the tick fields that are theirs, and what its readers find there in a tick of today. */
export const NEW_TICK_FIELDS = { venue: 'LMAX', condition: 'fast' };
export const TICK_DEFAULTS = { venue: null, condition: 'regular' };

const TICK_FIELDS = [
  { name: 'venue', type: ['null', 'string'], default: null, doc: 'Venue of the quote; null where the source names none.' },
  { name: 'condition', type: 'string', default: 'regular', doc: 'State of the market at the time of the quote.' },
];
const FEATURES = [{ name: 'abs_log_return_1', type: ['null', 'double'], default: null, doc: 'Size of log_return_1.' }];

/** What the next version computes for its feature: a line below the one that writes all features of today. */
const FEATURES_WRITTEN = '  for (let i = 0; i < row.values.length; i++) writer.writeNullableDouble(row.values[i]!);\n';
const NEW_FEATURE_WRITTEN = '  writer.writeNullableDouble(Math.abs(row.logReturn1));\n';

/** A field of a record schema. */
interface Field {
  readonly name: string;
}

/** A record schema of the next version. */
interface NextSchema {
  readonly fields: readonly Field[];
}

export class NextVersion {
  /** Folder of the package. */
  readonly root: string = mkdtempSync(join(tmpdir(), 'arbitrex-next-'));
  readonly tick: NextSchema;
  readonly tier1: NextSchema;
  /** NEW_TICK_FIELDS as they stand in a tick, behind the fields of today. */
  readonly addedTickBytes: Buffer = avro.Type.forSchema({ type: 'record', name: 'Added', fields: TICK_FIELDS } as avro.Schema).toBuffer(
    NEW_TICK_FIELDS,
  );

  /** Writes the copy. */
  constructor() {
    for (const name of SOURCES) cpSync(join(packageRoot, name), join(this.root, name), { recursive: true });
    symlinkSync(join(packageRoot, 'node_modules'), join(this.root, 'node_modules'));
    this.tick = this.#addFields('tick.avsc', TICK_FIELDS);
    this.tier1 = this.#addFields('features-tier1.avsc', FEATURES);
    const codec = join(this.root, 'src', 'codec');
    writeFileSync(join(codec, 'generated', 'records.ts'), generateRecords(join(this.root, 'schemas')));
    const encoders = readFileSync(join(codec, 'encoders.ts'), 'utf8');
    const parts = encoders.split(FEATURES_WRITTEN);
    if (parts.length !== 2) throw new Error('src/codec/encoders.ts writes features otherwise than this test knows');
    writeFileSync(join(codec, 'encoders.ts'), parts.join(FEATURES_WRITTEN + NEW_FEATURE_WRITTEN));
  }

  /** Removes the copy. */
  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #addFields(file: string, fields: readonly Field[]): NextSchema {
    const path = join(this.root, 'schemas', file);
    const schema = JSON.parse(readFileSync(path, 'utf8')) as NextSchema;
    const next = { ...schema, fields: [...schema.fields, ...fields] };
    writeFileSync(path, JSON.stringify(next));
    return next;
  }
}
