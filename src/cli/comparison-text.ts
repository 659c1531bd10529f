import type { ColumnDifference } from '../clients/column-differences.ts';
import type { ComparedSide, FeatureComparison } from '../clients/compare-features.ts';
import { isoSecond, NO_VALUE } from './cells.ts';
import type { ComparedDefinition, Comparison } from './comparison.ts';
import { textTable } from './text-table.ts';

/** What a difference is shown with: enough to tell a rounding error from another number. */
const SIGNIFICANT_DIGITS = 3;
/** A longer value of a setting (a list of closures, say) would push the other one off the screen; --json has it whole. */
const MAX_SETTING_CHARS = 40;

/** A comparison in words and tables; lines end with \n. */
export function renderComparison({ a, b, settings, records, isEqual }: Comparison): string {
  const lines = [...settingsLines(a, b, settings), ...(records === null ? [] : ['', ...recordLines(a, b, records)])];
  return `${[...lines, '', isEqual ? 'nothing differs' : 'they differ'].join('\n')}\n`;
}

function settingsLines(a: ComparedDefinition, b: ComparedDefinition, settings: Comparison['settings']): string[] {
  const unknown = [a, b].filter(({ featureVersion }) => featureVersion === null);
  return [
    ...textTable(
      ['settings', a.name, b.name],
      [
        ['feature_version', a.featureVersion ?? NO_VALUE, b.featureVersion ?? NO_VALUE],
        ...(settings ?? []).map((one) => [one.setting, shown(one.a), shown(one.b)]),
      ],
    ),
    ...unknown.map(({ name }) => `the settings of ${name} are not known: name their file, as in ${name}=FILE`),
    ...(settings?.length === 0 ? ['no setting that decides a feature differs'] : []),
  ];
}

function recordLines(a: ComparedDefinition, b: ComparedDefinition, records: FeatureComparison): string[] {
  const { both, otherVersion, columns } = records;
  const differing = columns.filter(({ differ }) => differ > 0);
  const equal = columns.length - differing.length;
  return [
    ...textTable(
      ['rows', a.name, b.name],
      [
        ['topic', records.a.topic, records.b.topic],
        ...versionRows(records),
        ['on both sides', count(both), count(both)],
        ['only here', count(records.a.only), count(records.b.only)],
        ...(records.a.later + records.b.later > 0 ? [['  after all the other has', count(records.a.later), count(records.b.later)]] : []),
        ...(records.a.repeated + records.b.repeated > 0
          ? [['repeated, passed over', count(records.a.repeated), count(records.b.repeated)]]
          : []),
      ],
    ),
    ...(both === 0 ? ['there is no row that both have'] : [`rows of another feature_version: ${count(otherVersion)} of ${count(both)}`]),
    '',
    ...(differing.length === 0
      ? []
      : textTable(
          ['column', 'rows differ', 'share', 'null on one side', 'max', 'mean', 'first difference'],
          differing.map((column) => cells(column)),
        )),
    `${equal} of ${columns.length} columns are the same in every row that both have`,
  ];
}

/** The versions in the records, one a line: more than one where the settings were changed on the way. */
function versionRows({ a, b }: FeatureComparison): string[][] {
  const texts = ({ versions }: ComparedSide): string[] => [...versions].map(([version, rows]) => `${version} (${count(rows)})`);
  const [ofA, ofB] = [texts(a), texts(b)];
  return Array.from({ length: Math.max(ofA.length, ofB.length) }, (_, i) => [
    i === 0 ? 'feature_version' : '',
    ofA[i] ?? NO_VALUE,
    ofB[i] ?? NO_VALUE,
  ]);
}

function cells({ column, differ, share, oneNull, maxAbs, meanAbs, firstAt }: ColumnDifference): string[] {
  return [
    column,
    count(differ),
    `${(100 * share).toFixed(1)}%`,
    count(oneNull),
    digits(maxAbs),
    digits(meanAbs),
    firstAt === null ? NO_VALUE : isoSecond(firstAt),
  ];
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= MAX_SETTING_CHARS ? text : `${text.slice(0, MAX_SETTING_CHARS - 1)}…`;
}

function count(rows: number): string {
  return rows.toLocaleString('en');
}

function digits(value: number | null): string {
  return value === null ? NO_VALUE : value.toPrecision(SIGNIFICANT_DIGITS);
}
