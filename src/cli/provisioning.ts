import { buildTopology, type Topology } from '../../topology/fx.ts';
import { Registry } from '../codec/registry.ts';
import { KafkaAdmin } from '../kafka/admin.ts';
import type { ProvisionTools } from '../provision/apply.ts';
import type { ClusterContext } from './context.ts';

/** The topology of the settings and what provisioning it works with. `close` must be called. Throws UserError where the cluster cannot be reached. */
export async function openProvisioning(
  context: ClusterContext,
): Promise<{ topology: Topology; tools: ProvisionTools; close: () => Promise<void> }> {
  const { settings, suffix, connection, registryConnection, log } = context;
  const registry = new Registry(registryConnection);
  const admin = await KafkaAdmin.connect(connection, log);
  return { topology: buildTopology(settings, suffix), tools: { connection, admin, registry, log }, close: () => admin.close() };
}
