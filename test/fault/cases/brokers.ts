import { setTimeout as sleep } from 'node:timers/promises';
import { API, type Verdict } from '../platform/tcp-proxy.ts';
import { between } from '../random.ts';
import type { Run } from '../run.ts';
import type { FaultCase } from './case.ts';

/** Enough for a run to be under way for a while. */
const LONG = { minutes: 250 } as const;
/** One request in so many is lost, or its answer. */
const LOSS_EVERY = 12;

/** The only broker dies, stops, or loses requests and answers. The worker has to go on by itself. */
export const brokers: FaultCase[] = [
  {
    name: 'broker-kill',
    about: 'kill -9 of the only broker in the middle, and a restart',
    short: true,
    options: LONG,
    async disturb(run) {
      const [node] = run.cluster.nodes;
      const worker = run.worker();
      await run.untilProgress(0.2 + 0.4 * run.random());
      await node!.kill();
      run.faults++;
      await node!.start();
      await run.untilEnded(worker);
    },
  },
  {
    name: 'broker-freeze',
    about: 'the only broker is stopped for 2 to 12 s (a commit may take 10)',
    options: LONG,
    async disturb(run) {
      const [node] = run.cluster.nodes;
      const worker = run.worker();
      await run.untilProgress(0.2 + 0.4 * run.random());
      node!.freeze();
      run.faults++;
      await sleep(between(run.random, 2_000, 12_000));
      node!.thaw();
      await run.untilEnded(worker);
    },
  },
  ...Object.entries({ 'end-txn': API.endTransaction, produce: API.produce, 'txn-offsets': API.txnOffsetCommit, fetch: API.fetch }).map(
    ([name, api]): FaultCase => ({
      name: `lost-${name}`,
      about: `one request in ${LOSS_EVERY} of this kind, or its answer, is lost with the line`,
      disturb: (run) => loseSome(run, api),
    }),
  ),
  {
    name: 'cut-off',
    about: 'a worker loses the broker for longer than its session, a successor does not',
    options: LONG,
    disturb: (run) => separate(run, (proxy) => proxy.cut()),
  },
  {
    name: 'black-hole',
    about: 'the same, but its lines stay open and nothing comes through',
    options: LONG,
    disturb: (run) => separate(run, (proxy) => proxy.freeze()),
  },
  {
    name: 'slow-broker',
    about: 'every answer takes 30 ms more',
    async disturb(run) {
      run.cluster.nodes[0]!.proxy.delayMs = 30;
      run.faults++;
      await run.untilEnded(run.worker({ proxied: true }));
    },
  },
];

async function loseSome(run: Run, api: number): Promise<void> {
  const { proxy } = run.cluster.nodes[0]!;
  proxy.judge = (apiKey): Verdict => {
    if (apiKey !== api || run.random() >= 1 / LOSS_EVERY) return 'pass';
    run.faults++;
    return run.random() < 0.5 ? 'cut-reply' : 'cut-request';
  };
  await run.untilEnded(run.worker({ proxied: true }));
}

async function separate(run: Run, harm: (proxy: Run['cluster']['nodes'][number]['proxy']) => void): Promise<void> {
  const { proxy } = run.cluster.nodes[0]!;
  const cutOff = run.worker({ proxied: true });
  await run.untilProgress(0.1 + 0.3 * run.random());
  harm(proxy);
  run.faults++;
  const successor = run.worker({ name: '-successor' });
  await run.untilAssigned(successor);
  await sleep(run.sessionTimeoutMs);
  proxy.heal();
  await run.untilEnded(successor);
  await run.untilEnded(cutOff);
}
