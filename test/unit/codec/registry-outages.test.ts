import { describe, expect, test } from 'vitest';
import { RegistryOutage } from '../../../src/codec/errors.ts';
import { RegistryOutages } from '../../../src/codec/registry-outages.ts';
import { UserError } from '../../../src/errors.ts';
import { silentLog } from '../../../src/log.ts';

/** Outages with what they log: message, then the fields but for the time. */
function logged(): { outages: RegistryOutages; lines: [string, object][] } {
  const lines: [string, object][] = [];
  const write = (fields: object, message: string) => void lines.push([message, fields]);
  return { outages: new RegistryOutages({ ...silentLog, warn: write, info: write }), lines };
}

/** Fails so many times, then answers. */
function answersAfter(failures: number): () => Promise<string> {
  let tries = 0;
  return async () => {
    if (tries++ < failures) throw new RegistryOutage(`down, try ${tries}`);
    return 'answer';
  };
}

describe('an outage of the registry', () => {
  test('is waited out with growing pauses, each try logged with what is tried and when next', async () => {
    const { outages, lines } = logged();
    expect(await outages.through('registering', answersAfter(2))).toBe('answer');
    expect(lines).toEqual([
      ['the registry does not answer', { what: 'registering', retryInMs: 200, error: 'down, try 1' }],
      ['the registry does not answer', { what: 'registering', retryInMs: 400, error: 'down, try 2' }],
      ['the registry answers again', { what: 'registering' }],
    ]);
    expect(outages.current).toBeNull();
  });

  test('says nothing where there is none', async () => {
    const { outages, lines } = logged();
    expect(await outages.through('registering', answersAfter(0))).toBe('answer');
    expect(lines).toEqual([]);
  });

  test('is seen while it lasts: the one that has waited longest', async () => {
    const { outages } = logged();
    const [first, second] = [new AbortController(), new AbortController()];
    const never = () => Promise.reject(new RegistryOutage('down'));
    const both = [outages.through('ticks-0', never, first.signal), outages.through('ticks-1', never, second.signal)];
    await expect.poll(() => outages.current).toMatchObject({ what: 'ticks-0', error: 'down' });
    expect(outages.current!.retryInMs).toBeLessThanOrEqual(200);
    first.abort();
    await both[0];
    expect(outages.current).toMatchObject({ what: 'ticks-1' });
    second.abort();
    expect(await Promise.all(both)).toEqual([undefined, undefined]);
    expect(outages.current).toBeNull();
  });

  test('is waited for no longer once the signal is aborted, though a try is under way and never ends', async () => {
    const { outages } = logged();
    const ending = new AbortController();
    const waiting = outages.through('registering', () => new Promise<string>(() => {}), ending.signal);
    ending.abort();
    expect(await waiting).toBeUndefined();
    expect(await outages.through('registering', answersAfter(0), ending.signal)).toBeUndefined();
  });

  test('is nothing that a person has to mend: that is thrown at once', async () => {
    const { outages, lines } = logged();
    const refused = new UserError('the registry refuses the schema');
    await expect(outages.through('registering', () => Promise.reject(refused))).rejects.toBe(refused);
    expect(lines).toEqual([]);
  });
});
