import { z } from 'zod';
import { docOf, unwrap } from '../../../topology/settings-file.ts';
import { settingsFileSchema } from '../../../topology/settings-schema.ts';

interface Row {
  readonly key: string;
  readonly type: z.ZodType;
}

/** The reference of the settings file in Markdown: a table of the keys at the top, then one of every group. */
export function settingsReference(): string {
  const rows = Object.entries(settingsFileSchema.shape).map(([key, type]): Row => ({ key, type: type as z.ZodType }));
  const isGroup = ({ type }: Row) => unwrap(type) instanceof z.ZodObject;
  const groups = rows.filter(isGroup).map(({ key, type }) => {
    const shape = (unwrap(type) as z.ZodObject).shape;
    const members = Object.entries(shape).map(([name, member]): Row => ({ key: `${key}.${name}`, type: member as z.ZodType }));
    return `### \`${key}\`\n\n${docOf(type)?.about}\n\n${table(members)}`;
  });
  return [`### At the top\n\n${table(rows.filter((row) => !isGroup(row)))}`, ...groups].join('\n\n');
}

/** The columns are padded as the formatter of this repository pads them. */
function table(rows: readonly Row[]): string {
  const cells = rows.map(({ key, type }) => {
    const doc = docOf(type);
    if (doc === null) throw new Error(`${key} says nothing about itself`);
    return [`\`${key}\``, cell(doc.about), cell(doc.expected), defaultOf(type)];
  });
  const head = ['key', 'meaning', 'allowed', 'default'];
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

function defaultOf(type: z.ZodType): string {
  return type instanceof z.ZodDefault ? `\`${JSON.stringify(type.def.defaultValue)}\`` : 'unset';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
