import { createColors } from 'picocolors';
import type { InspectedInputTask, InspectedJoinTask, Outlook, StateInspection } from '../clients/inspect-state.ts';
import { isoSecond, NO_VALUE } from './cells.ts';
import { textTable } from './text-table.ts';

/** The whole in numbers. */
export interface StateSummary {
  readonly tasks: number;
  readonly restore: number;
  readonly rebuild: number;
  readonly begin: number;
  readonly unreadable: number;
  /** Keys of the changelogs that count, and the bytes of their values. */
  readonly records: number;
  readonly bytes: number;
}

export function summaryOf({ inputs, joins }: StateInspection): StateSummary {
  const tasks = [...inputs, ...joins];
  const stores = tasks.flatMap((task) => task.stores);
  const count = (outlook: Outlook): number => tasks.filter((task) => task.outlook === outlook).length;
  return {
    tasks: tasks.length,
    restore: count('restore'),
    rebuild: count('rebuild'),
    begin: count('begin'),
    unreadable: count('unreadable'),
    records: stores.reduce((sum, { records }) => sum + records, 0),
    bytes: stores.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** State for people: tables of tasks, symbols, series and joins, why tasks are not restored, and the summary. Lines end with \n but for the last. */
export function renderState(found: StateInspection, color: boolean): string {
  const { bold, yellow } = createColors(color);
  const { inputs, joins } = found;
  const blocks = [inputTable(inputs), symbolTable(inputs), seriesTable(inputs), joinTable(joins)]
    .filter((lines) => lines.length > 1)
    .map(([head, ...rows]) => [bold(head!), ...rows].join('\n'));
  const reasons = [...inputs, ...joins].flatMap(({ task, outlook, why }) =>
    why === null || outlook === 'begin' ? [] : [yellow(`${task}: ${outlook === 'rebuild' ? 'to be rebuilt' : outlook}: ${why}`)],
  );
  return [...blocks, ...(reasons.length === 0 ? [] : [reasons.join('\n')]), inWords(summaryOf(found))].join('\n\n');
}

function inWords({ tasks, restore, rebuild, begin, unreadable, records, bytes }: StateSummary): string {
  const parts = [
    `${restore} restorable`,
    `${rebuild} to be rebuilt`,
    ...(begin === 0 ? [] : [`${begin} without state yet`]),
    ...(unreadable === 0 ? [] : [`${unreadable} unreadable`]),
  ];
  return `${tasks} ${tasks === 1 ? 'task' : 'tasks'}: ${parts.join(', ')}; ${number(records)} records, ${(bytes / 1e6).toFixed(2)} MB`;
}

function inputTable(inputs: readonly InspectedInputTask[]): string[] {
  return textTable(
    ['input', 'at a start', 'committed', 'of', 'symbols', 'records', 'bytes', 'format', 'settings'],
    inputs.map(({ topic, partition, outlook, committed, end, symbols, series, stores }) => [
      `${topic}-${partition}`,
      outlook,
      committed === null ? NO_VALUE : number(committed),
      number(end),
      number(new Set([...symbols, ...series].map(({ symbol }) => symbol)).size),
      number(stores.reduce((sum, { records }) => sum + records, 0)),
      number(stores.reduce((sum, { bytes }) => sum + bytes, 0)),
      ...definition(stores),
    ]),
  );
}

/** Format and settings of stores, each once: what a person compares. */
function definition(stores: InspectedInputTask['stores']): [string, string] {
  const formats = new Set(stores.flatMap(({ formatVersions }) => formatVersions));
  const isCurrent = stores.every(({ settingsHashes, currentSettingsHash }) => settingsHashes.every((hash) => hash === currentSettingsHash));
  const hashes = stores.flatMap(({ settingsHashes }) => settingsHashes);
  return [[...formats].join(' ') || NO_VALUE, hashes.length === 0 ? NO_VALUE : isCurrent ? 'current' : 'other'];
}

function symbolTable(inputs: readonly InspectedInputTask[]): string[] {
  return textTable(
    ['symbol', 'partition', 'includes', 'highest', 'sources', 'held', 'open'],
    inputs.flatMap(({ partition, symbols }) =>
      symbols.map(({ symbol, includes, highestEventTime, sources, held, timeframes }) => [
        symbol,
        String(partition),
        number(includes),
        time(highestEventTime),
        number(sources),
        held === null ? NO_VALUE : time(held.eventTime),
        timeframes.map(({ timeframe, openBars }) => `${timeframe}:${openBars.length}`).join(' '),
      ]),
    ),
  );
}

function seriesTable(inputs: readonly InspectedInputTask[]): string[] {
  return textTable(
    ['series', 'partition', 'includes', 'bars', 'valid', 'rows'],
    inputs.flatMap(({ partition, series }) =>
      series.map(({ symbol, timeframe, includes, bars, validBars, rows }) => [
        `${symbol} ${timeframe}`,
        String(partition),
        number(includes),
        number(bars),
        number(validBars),
        number(rows),
      ]),
    ),
  );
}

function joinTable(joins: readonly InspectedJoinTask[]): string[] {
  return textTable(
    ['join', 'at a start', 'version', 'timestamps', 'rows', 'newest T', 'behind', 'not read yet', 'records', 'bytes', 'format', 'settings'],
    joins.map(({ universe, timeframe, outlook, state, ends, stores }) => [
      `${universe}/${timeframe}`,
      outlook,
      ...(state === null
        ? Array<string>(6).fill(NO_VALUE)
        : [
            number(state.version),
            number(state.timestamps),
            number(state.rows),
            time(state.lastEmitted),
            number(state.behind.length),
            number(state.positions.reduce((sum, { offset }, i) => sum + Math.max(0, ends[i]! - offset), 0)),
          ]),
      number(stores.reduce((sum, { records }) => sum + records, 0)),
      number(stores.reduce((sum, { bytes }) => sum + bytes, 0)),
      ...definition(stores),
    ]),
  );
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function time(timestampUtc: number | null): string {
  return timestampUtc === null ? NO_VALUE : isoSecond(timestampUtc);
}
