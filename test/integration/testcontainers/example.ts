/** What docs/testing.md shows: a user's integration test, run by kafka-platform.test.ts. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildTopology, FeatureConsumer, parseSettings, Registry, TickProducer } from '../../../src/index.ts';
import { KafkaPlatform } from '../../../src/testcontainers/index.ts';

let platform: KafkaPlatform;
beforeAll(async () => {
  platform = await KafkaPlatform.start();
}, 180_000);
afterAll(() => platform?.stop());

it('reads the tick that it sent', { timeout: 60_000 }, async () => {
  expect.assertions(1);
  const topology = buildTopology(parseSettings('{ timeframes: [1m], symbols: [EURUSD] }', 'my test'));
  await platform.apply(topology);
  const registry = new Registry({ url: platform.registryUrl });
  const client = { topology, registry, connection: { brokers: platform.brokers, clientId: 'my-test' } };
  const producer = await TickProducer.open(client);
  await producer.send({ symbol: 'EURUSD', eventTime: Date.UTC(2026, 0, 5), bid: 1.1, ask: 1.1002 });
  await producer.close();
  for await (const { value } of new FeatureConsumer(client).read('ticks')) expect(value.bid).toBe(1.1);
});
