import { expect, it, onTestFinished } from 'vitest';
import type { ControlState } from '../../../src/codec/generated/records.ts';
import { schemas } from '../../../src/codec/generated/records.ts';
import { IdempotentProducer } from '../../../src/kafka/idempotent-producer.ts';
import { silentLog } from '../../../src/log.ts';
import { ControlFeed } from '../../../src/ops/control-feed.ts';
import { writeControl } from '../../../src/ops/control-writer.ts';
import { Installation } from '../worker/installation.ts';

function state(halted: boolean, reason: string): ControlState {
  return { halted, reason, requested_by: 'test@here', requested_at: 1 };
}

/** The control topic of an installation: it holds the partition table already. */
async function openControl() {
  const { topology, registry, connection } = await Installation.open({ symbols: ['AAA', 'BBB'] });
  const { name: topic, subject } = topology.topics.control;
  const control = { connection, topic, schemaId: await registry.register(subject, schemas.control), log: silentLog };
  const open = async () => {
    const feed = await ControlFeed.open({ connection, topic, schemas: registry, log: silentLog });
    onTestFinished(() => feed.close());
    return feed;
  };
  const write = (...states: [string, ControlState][]) => writeControl(control, new Map(states));
  return { ...control, open, write };
}

it('a feed knows what was decided before it, whichever way it was changed, and follows what is decided later', async () => {
  const { open, write } = await openControl();
  await write(['AAA', state(true, 'first')], ['BBB', state(true, 'first')]);
  await write(['AAA', state(false, 'second')], ['*', state(true, 'second')]);

  const feed = await open();
  await feed.caughtUp();
  expect(feed.halts.all().map(({ target, reason }) => [target, reason])).toEqual([
    ['*', 'second'],
    ['BBB', 'first'],
  ]);

  const heard: [string, boolean | undefined][] = [];
  feed.onChange((target, now) => heard.push([target, now?.halted]));
  await write(['*', state(false, 'third')], ['BBB', state(true, 'again')]);
  await feed.caughtUp();
  // BBB was halted before: only its reason is new.
  expect(heard).toEqual([['*', false]]);
  expect(feed.halts.all()).toMatchObject([{ target: 'BBB', reason: 'again' }]);
});

it('a record that cannot be read leaves what it names as it was, a deleted one resumes it', async () => {
  const { topic, connection, open, write } = await openControl();
  await write(['AAA', state(true, 'it stays')], ['BBB', state(true, 'it goes')]);
  const producer = await IdempotentProducer.open(connection, silentLog);
  onTestFinished(() => producer.close());
  const record = (key: string, value: Buffer | null) => ({ partition: 0, key, value, timestamp: 1, headers: [] });
  await producer.send([{ topic, messages: [record('AAA', Buffer.from('no Avro')), record('BBB', null)] }]);

  const feed = await open();
  await feed.caughtUp();
  expect(feed.halts.all().map(({ target }) => target)).toEqual(['AAA']);
});

it('whoever waits for a feed that is closed is told', async () => {
  const { open } = await openControl();
  const feed = await open();
  const failed = expect(feed.failed).rejects.toThrow('the control feed was closed');
  await feed.close();
  await failed;
});
