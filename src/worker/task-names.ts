import type { JoinSlot, TopicRole } from '../../topology/topics.ts';

/** What logs and status call the task of an input partition, e.g. `ticks-3`. */
export function inputTaskName(role: TopicRole, partition: number): string {
  return `${role}-${partition}`;
}

/** What they call the task of a join, e.g. `join majors/1H`. */
export function joinTaskName({ universe, timeframe }: JoinSlot): string {
  return `join ${universe.name}/${timeframe}`;
}
