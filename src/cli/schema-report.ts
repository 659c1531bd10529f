import { createColors } from 'picocolors';
import { inWords } from '../codec/compatibility.ts';
import type { SchemaChange } from '../codec/schema-diff.ts';
import type { SchemaCheck } from '../provision/schema-check.ts';

const CHANGE_SIGNS: Readonly<Record<SchemaChange['kind'], string>> = { added: '+', removed: '-', renamed: '~', changed: '~' };

/** A difference as one line. */
export function changeLine({ kind, path, text }: SchemaChange, color: boolean): string {
  const { green, red, yellow } = createColors(color);
  const paint = kind === 'added' ? green : kind === 'removed' ? red : yellow;
  return `  ${paint(`${CHANGE_SIGNS[kind]} ${path}`)} ${kind}: ${text}`;
}

/** What a check found, as lines: the outcome, then every reason with where it comes from. */
export function checkLines(check: SchemaCheck, color: boolean): string[] {
  const { green, red, bold, dim } = createColors(color);
  const { subject, file, status, level, lint, registry } = check;
  const refusing = check.incompatibilities.filter(({ enforced }) => enforced);
  const notes = check.incompatibilities.filter(({ enforced }) => !enforced);
  return [
    `${status === 'refused' ? red('refused') : green('ok')}  ${bold(file)} as subject ${subject}: ${outcome(check)}`,
    ...refusing.map((found) => `  ${level}  ${inWords(found)}`),
    ...lint.map((found) => `  ${found.rule}  ${inWords(found)}`),
    ...registry.map((text) => `  the registry  ${text}`),
    ...notes.map((found) => dim(`  note  ${inWords(found)} (${level} asks for the newest version only)`)),
  ];
}

function outcome({ status, level, versions, version }: SchemaCheck): string {
  const all = versions === 1 ? 'the one version' : `all ${versions} versions`;
  switch (status) {
    case 'registered':
      return `it is version ${version} already`;
    case 'new':
      return `it will be version 1, under ${level}`;
    case 'compatible':
      return `goes with what ${level} asks of ${all}`;
    case 'refused':
      return versions === 0 ? 'something is to be mended first' : `compared with ${all} under ${level}`;
  }
}
