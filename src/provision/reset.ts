import { STAGE_SETS, type Topology } from '../../topology/fx.ts';
import { TOPIC_ROLES, type TopicRole } from '../../topology/topics.ts';
import { UserError } from '../errors.ts';
import { applyTopology, conflictError, type ProvisionTools, planApply } from './apply.ts';

/** What a reset clears. Everything is named as Kafka knows it. */
export interface ResetPlan {
  /** Consumer groups whose offsets go. */
  readonly groups: readonly string[];
  /** Topics that are deleted and made anew, in that order: state before outputs. */
  readonly topics: readonly string[];
  /** Topics that stay as they are. */
  readonly kept: readonly string[];
}

/** The input, and what people decided. */
const KEPT: readonly TopicRole[] = ['ticks', 'control'];

/** What a reset of this topology would clear in the cluster as it is now. Throws UserError while a worker of ours is running. */
export async function planReset(topology: Topology, { admin }: Pick<ProvisionTools, 'admin'>): Promise<ResetPlan> {
  const groups = STAGE_SETS.map((set) => topology.stageSets[set].groupId);
  const members = (await Promise.all(groups.map(async (group) => ({ group, members: await admin.groupMembers(group) })))).filter(
    (found) => found.members.length > 0,
  );
  if (members.length > 0) {
    const names = members.map(
      ({ group, members: of }) => `${group} (${of.map(({ clientId, host }) => `${clientId} at ${host.replace(/^\//, '')}`).join(', ')})`,
    );
    throw new UserError(`workers are running in ${names.join(' and ')}`, {
      hint: 'stop them first; its state would be pulled from under them',
    });
  }
  const existing = await admin.describeTopics(TOPIC_ROLES.map((role) => topology.topics[role].name));
  const names = (roles: readonly TopicRole[]) => roles.map((role) => topology.topics[role].name).filter((name) => existing.has(name));
  const cleared = TOPIC_ROLES.filter((role) => !KEPT.includes(role));
  const isState = (role: TopicRole) => topology.topics[role].kind === 'state';
  return {
    groups,
    topics: [...names(cleared.filter(isState)), ...names(cleared.filter((role) => !isState(role)))],
    kept: names(KEPT),
  };
}

/** What deleting this variant would take away. Throws UserError while a worker of it is running, and for the main pipeline. */
export async function planDelete(topology: Topology, tools: Pick<ProvisionTools, 'admin'>): Promise<ResetPlan> {
  if (topology.suffix === null)
    throw new UserError('the main pipeline is not deleted', { hint: 'name a variant with --suffix', exitCode: 2 });
  return await planReset(topology, tools);
}

/**
 * Deletes a variant: the offsets of its groups, its state and its outputs. Its subjects stay in the registry, for the next variant of that
 * suffix. Throws as `planDelete`. Cut off in the middle, a second run goes on.
 */
export async function deleteVariant(topology: Topology, tools: Pick<ProvisionTools, 'admin'>): Promise<ResetPlan> {
  const plan = await planDelete(topology, tools);
  await tools.admin.deleteGroups(plan.groups);
  await tools.admin.deleteTopics(plan.topics);
  return plan;
}

/**
 * Clears offsets, state and outputs, so that workers read `ticks` from its beginning and number matrices from 1 again.
 * Throws UserError, and deletes nothing, where what is kept is not as the topology wants it. Cut off in the middle, a second run goes on:
 * offsets go first, for a worker that has offsets but no state would keep its outputs to itself.
 */
export async function resetTopology(topology: Topology, tools: ProvisionTools): Promise<ResetPlan> {
  const plan = await planReset(topology, tools);
  const { conflicts } = await planApply(topology, tools, plan.topics);
  if (conflicts.length > 0) throw conflictError(topology, conflicts);
  await tools.admin.deleteGroups(plan.groups);
  await tools.admin.deleteTopics(plan.topics);
  await applyTopology(topology, tools);
  return plan;
}
