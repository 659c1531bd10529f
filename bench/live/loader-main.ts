/** A process of its own that sends ticks of this moment at a steady rate. See session.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fillTick } from '../../src/clients/new-tick.ts';
import { encodeTick } from '../../src/codec/encoders.ts';
import { schemas } from '../../src/codec/generated/records.ts';
import { Registry } from '../../src/codec/registry.ts';
import { AvroWriter } from '../../src/codec/writer.ts';
import { emptyTick } from '../../src/domain/tick.ts';
import { IdempotentProducer } from '../../src/kafka/idempotent-producer.ts';
import { silentLog } from '../../src/log.ts';
import type { OutputRecord } from '../../src/runtime/ports.ts';
import { marketTicks } from '../lib/market.ts';
import type { LoaderCommand, LoaderMessage, LoaderTask } from './loader-messages.ts';

/** Between two looks at the clock. */
const TURN_MS = 1;
/** Requests under way; while there are as many, ticks that fall due wait and are stamped later. */
const MAX_PENDING = 4;
const GARBAGE = Buffer.from('this is no tick');

const task = JSON.parse(process.argv[2]!) as LoaderTask;
let poisoned: string | null = null;
let isStopping = false;

function say(message: LoaderMessage): void {
  process.send!(message);
}

async function load(): Promise<void> {
  const schemaId = await new Registry({ url: task.registryUrl }).register(task.subject, schemas.tick);
  const producer = await IdempotentProducer.open({ brokers: task.brokers, clientId: 'arbitrex-bench-loader' }, silentLog);
  const ticks = marketTicks(task.symbols, Number.POSITIVE_INFINITY);
  const writer = new AvroWriter();
  const tick = emptyTick();
  const began = performance.now();
  let sent = 0;
  let garbage = 0;
  let pending = 0;
  let failure: Error | null = null;
  /** The next tick of the market, stamped now; every second one of a poisoned symbol is spoilt. */
  const next = (): OutputRecord => {
    const place = sent % task.symbols.length;
    const round = Math.floor(sent / task.symbols.length);
    sent++;
    const now = Date.now();
    fillTick(tick, { ...ticks.next().value!, eventTime: now });
    const isGarbage = tick.symbol === poisoned && round % 2 === 0;
    if (isGarbage) garbage++;
    const value = isGarbage ? GARBAGE : encodeTick(writer, schemaId, tick);
    return { partition: place, key: tick.symbol, value, timestamp: now };
  };
  say({ event: 'started' });
  while (!isStopping && failure === null) {
    const due = Math.floor(((performance.now() - began) / 1_000) * task.ticksPerSecond);
    if (due > sent && pending < MAX_PENDING) {
      pending++;
      producer
        .send([{ topic: task.topic, messages: Array.from({ length: due - sent }, next) }])
        .catch((error: Error) => {
          failure = error;
        })
        .finally(() => {
          pending--;
        });
    }
    await sleep(TURN_MS);
  }
  while (pending > 0) await sleep(TURN_MS);
  await producer.close();
  if (failure !== null) throw failure;
  say({ event: 'stopped', sent, garbage, seconds: (performance.now() - began) / 1_000 });
}

process.once('disconnect', () => process.exit());
process.on('message', (command: LoaderCommand) => {
  if ('stop' in command) isStopping = true;
  else poisoned = command.poison;
});
await load();
