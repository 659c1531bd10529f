import { type Command, InvalidArgumentError, Option } from 'commander';
import { COMPATIBILITY_LEVELS, LINT_RULES, type LintRule } from '../codec/schema-rules.ts';
import { wholeNumber } from './options.ts';

const SUBJECT = 'a subject of the registry, or a topic of the settings (ticks)';
const FILES = 'schema files, named as in schemas/ (tick.avsc); left out: those of this package';

const CHECK_HELP = `
What is compared, under the compatibility mode of each subject:
  BACKWARD   the schema reads records of the registered versions
  FORWARD    readers of the registered versions read records of the schema
  FULL       both
  NONE       nothing
With _TRANSITIVE every version counts. Without, the newest: what older ones say is shown as a note and refuses nothing.

What else is looked at, by rule (--ignore leaves one out):
  doc              every field says what it means
  namespace        the name has a namespace, and keeps it
  default-removed  a field that had a default keeps one
  renamed          a field is gone and a new one of the very same type has come that does not name it in "aliases"
  logical-type     what a number means (timestamp-millis) stays

Reasons found here come first, then what the registry itself says.

Exit code: 0 if every schema is registered or may be; 1 if one is refused, or the registry cannot be asked (standard error says so);
2 for wrong usage or a file that is no schema.

Examples:
  arbitrex schema check                            a gate for pull requests
  arbitrex schema check schemas/tick.avsc
  arbitrex schema check --json | jq '.schemas[] | select(.status == "refused")'`;

/** Adds `arbitrex schema list | show | diff | check | register | compatibility`. */
export function registerSchema(program: Command): void {
  const schema = program
    .command('schema')
    .summary('look at schemas, check a change against every registered version, register it')
    .description('Looks at the schemas of the registry, checks changed ones against every registered version, and registers them.')
    .addHelpText('after', '\nA change from beginning to end: docs/schema-evolution.md');
  addLooking(schema);
  addChanging(schema);
}

function addLooking(schema: Command): void {
  schema
    .command('list')
    .summary('subjects with their versions, mode, and the working copy beside them')
    .description(
      'Lists the subjects of the settings: their versions, compatibility mode, and whether the schema of this package is among them.',
    )
    .option('--all', 'every other subject of the registry, too')
    .addHelpText('after', '\nExamples:\n  arbitrex schema list\n  arbitrex schema list --all --json')
    .action(async (options: { all?: boolean }, command: Command) => {
      const { runSchemaList } = await import('./run-schema-list.ts');
      await runSchemaList(options.all ?? false, command);
    });
  schema
    .command('show')
    .summary('a schema, field by field')
    .description('Shows a version of a schema field by field; with --json as it is registered.')
    .argument('<subject>', SUBJECT)
    .option('--version <n>', 'which version (default: the newest)', wholeNumber(1))
    .addHelpText(
      'after',
      `
Exit code: 2 if there is no such subject or version.

Examples:
  arbitrex schema show ticks
  arbitrex schema show ticks-value --version 1 --json | jq .schema > tick.v1.avsc`,
    )
    .action(async (subject: string, options: { version?: number }, command: Command) => {
      const { runSchemaShow } = await import('./run-schema-show.ts');
      await runSchemaShow(subject, options.version ?? null, command);
    });
  schema
    .command('diff')
    .summary('what changed between two versions, or since the newest')
    .description('Says field by field what changed from version A to version B, and which of them reads the other.')
    .argument('<subject>', SUBJECT)
    .argument('[a]', 'a version (default: the newest)', wholeNumber(1))
    .argument('[b]', 'a later version (default: the schema of this package)', wholeNumber(1))
    .addHelpText('after', '\nExamples:\n  arbitrex schema diff ticks\n  arbitrex schema diff ticks 1 2')
    .action(async (subject: string, a: number | undefined, b: number | undefined, _options: object, command: Command) => {
      const { runSchemaDiff } = await import('./run-schema-diff.ts');
      await runSchemaDiff(subject, { from: a ?? null, to: b ?? null }, command);
    });
}

function addChanging(schema: Command): void {
  schema
    .command('check')
    .summary('whether schemas may be registered, and if not, why')
    .description('Compares schemas with every registered version and explains what does not go together, field by field. Changes nothing.')
    .argument('[file...]', FILES)
    .addOption(ignoreOption())
    .addHelpText('after', CHECK_HELP)
    .action(async (files: string[], options: { ignore: LintRule[] }, command: Command) => {
      const { runSchemaCheck } = await import('./run-schema-check.ts');
      await runSchemaCheck(files, options.ignore, command);
    });
  schema
    .command('register')
    .summary('register schemas that pass the check')
    .description(
      'Checks schemas as `schema check` does and registers them; if one is refused, none is registered. A new subject is given its ' +
        'compatibility mode first. Again changes nothing.',
    )
    .argument('[file...]', FILES)
    .addOption(ignoreOption())
    .addHelpText('after', '\nExamples:\n  arbitrex schema register\n  arbitrex schema register schemas/tick.avsc --json')
    .action(async (files: string[], options: { ignore: LintRule[] }, command: Command) => {
      const { runSchemaRegister } = await import('./run-schema-register.ts');
      await runSchemaRegister(files, options.ignore, command);
    });
  schema
    .command('compatibility')
    .summary('print or set what new versions of a subject are held to')
    .description('Prints the compatibility mode that new versions of a subject are held to, or sets it.')
    .argument('<subject>', SUBJECT)
    .argument('[mode]', `one of ${COMPATIBILITY_LEVELS.join(', ')}`)
    .addHelpText(
      'after',
      `
\`arbitrex topology apply\` sets the modes of the settings' subjects again: FULL_TRANSITIVE for topics with data, BACKWARD for state.

Examples:
  arbitrex schema compatibility ticks
  arbitrex schema compatibility trades-value FULL_TRANSITIVE`,
    )
    .action(async (subject: string, mode: string | undefined, _options: object, command: Command) => {
      const { runSchemaCompatibility } = await import('./run-schema-compatibility.ts');
      await runSchemaCompatibility(subject, mode ?? null, command);
    });
}

function ignoreOption(): Option {
  return new Option('--ignore <rule>', 'a rule that does not count; may be given again').argParser(oneMoreRule).default([], 'none');
}

/** Adds a rule that the command line names to those it has named before. */
function oneMoreRule(text: string, before: readonly LintRule[]): LintRule[] {
  const rule = LINT_RULES.find((known) => known === text);
  if (rule === undefined) throw new InvalidArgumentError(`it is one of ${LINT_RULES.join(', ')}`);
  return [...before, rule];
}
