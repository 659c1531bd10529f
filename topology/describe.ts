import { STAGE_SETS, type Stage, type Topology } from './fx.ts';
import { TOPIC_ROLES, type Topic } from './topics.ts';

/** The topology as tables for a terminal: topics, stages, stage sets, partitions. No colours, lines end with \n. */
export function describeText(topology: Topology): string {
  const topics = TOPIC_ROLES.map((role) => topology.topics[role]);
  const name = (role: Stage['input']) => topology.topics[role].name;
  return [
    'Topics',
    ...table([
      ['name', 'partitions', 'key', 'value', 'kept', 'largest record', 'compatibility'],
      ...topics.map((topic) => [
        topic.name,
        String(topic.partitions),
        topic.key,
        topic.record,
        kept(topic),
        bytes(Number(topic.configs['max.message.bytes'])),
        topic.compatibility,
      ]),
    ]),
    '',
    'Stages',
    ...table([
      ['name', 'reads', 'writes', 'state', 'does'],
      ...topology.stages.map((stage) => [
        stage.name,
        name(stage.input),
        stage.outputs.map(name).join(', '),
        name(stage.store),
        stage.about,
      ]),
    ]),
    '',
    'Stage sets',
    ...table([
      ['name', 'stages', 'consumer group', 'one task a partition of'],
      ...STAGE_SETS.map((set) => topology.stageSets[set]).map((set) => [
        set.name,
        set.stages.join(', '),
        set.groupId,
        set.assigned.map(name).join(', '),
      ]),
    ]),
    '',
    'Partitions of ticks',
    ...partitionLines(topology),
    '',
    'Joins',
    ...joinLines(topology),
    '',
  ].join('\n');
}

/** The topology as a flowchart in Mermaid, which Git hosts render. */
export function describeMermaid(topology: Topology): string {
  const node = (topic: Topic) => `  ${id(topic.role)}${topic.kind === 'state' ? `[("${label(topic)}")]` : `[/"${label(topic)}"/]`}`;
  const topics = TOPIC_ROLES.map((role) => topology.topics[role]);
  return [
    'flowchart LR',
    ...topics.map(node),
    ...topology.stages.map((stage) => `  stage_${stage.name}(["<b>${stage.name}</b><br/>${stage.about}"])`),
    ...topology.stages.flatMap((stage) => [
      `  ${id(stage.input)} --> stage_${stage.name}`,
      ...stage.outputs.map((output) =>
        output === stage.input ? `  stage_${stage.name} -. misrouted .-> ${id(output)}` : `  stage_${stage.name} --> ${id(output)}`,
      ),
      `  stage_${stage.name} <-. state .-> ${id(stage.store)}`,
      `  ${id('control')} -. halt .-> stage_${stage.name}`,
    ]),
    '',
  ].join('\n');
}

/** The topology as plain data, for programs. */
export function describeJson(topology: Topology): object {
  return {
    topics: TOPIC_ROLES.map((role) => topology.topics[role]),
    stages: topology.stages,
    stage_sets: STAGE_SETS.map((set) => topology.stageSets[set]),
    joins: topology.joins.map(({ partition, universe, timeframe }) => ({ partition, universe: universe.name, timeframe })),
    universes: [...new Map(topology.joins.map(({ universe }) => [universe.name, universe])).values()],
    partitioning: { shared_partitions: topology.partitioning.sharedPartitions, symbols: topology.partitioning.symbols },
  };
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
}

function kept(topic: Topic): string {
  if (topic.kind === 'state') return 'newest of a key';
  const retention = Number(topic.configs['retention.ms']);
  return retention === -1 ? 'for ever' : `${duration(retention)} of event time`;
}

const DAY_MS = 86_400_000;

function duration(ms: number): string {
  return ms % DAY_MS === 0 ? `${ms / DAY_MS} d` : `${ms} ms`;
}

function bytes(count: number): string {
  return count % 1024 === 0 ? `${count / 1024} KiB` : `${count} B`;
}

function partitionLines({ partitioning: { sharedPartitions, symbols } }: Topology): string[] {
  const shared = sharedPartitions === 0 ? [] : [`  ${range(0, sharedPartitions - 1)}  shared by symbols that are not listed`];
  const unlisted = sharedPartitions === 0 ? ['  symbols that are not listed are dead-lettered as UNLISTED'] : [];
  return [...shared, ...table(symbols.map((symbol, i) => [String(sharedPartitions + i), symbol])), ...unlisted];
}

function joinLines({ joins }: Topology): string[] {
  if (joins.length === 0) return ['  none: the settings name no universe'];
  return table(
    joins.map(({ partition, universe, timeframe }) => [
      String(partition),
      `${universe.name}/${timeframe}`,
      `${universe.symbols.length} symbols`,
    ]),
  );
}

function range(first: number, last: number): string {
  return first === last ? String(first) : `${first} to ${last}`;
}

function id(role: string): string {
  return `topic_${role.replaceAll('-', '_')}`;
}

function label(topic: Topic): string {
  return `${topic.name}<br/>${topic.partitions} ${topic.partitions === 1 ? 'partition' : 'partitions'}`;
}
