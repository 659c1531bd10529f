import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Heartbeat, SessionExpired } from '../../../src/kafka/heartbeat.ts';
import { ErrorCode, ResponseError } from '../../../src/kafka/response-error.ts';

const SESSION_MS = 10_000;
const PATIENCE_MS = 1_000;

let heartbeat: Heartbeat;
beforeEach(() => {
  vi.useFakeTimers();
  heartbeat = new Heartbeat(SESSION_MS, PATIENCE_MS);
  heartbeat.heard();
});
afterEach(() => {
  vi.useRealTimers();
});

const answer = (code: number) => async () => {
  throw new ResponseError('Heartbeat', code);
};
const silence = () => new Promise<void>(() => {});

describe('the session', () => {
  test('is counted from when a heartbeat was sent, not from when its answer was read', async () => {
    const pulse = heartbeat.beat(() => new Promise((resolve) => setTimeout(resolve, 9_000)));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await pulse).toEqual({ state: 'member' });
    await vi.advanceTimersByTimeAsync(SESSION_MS - 9_000 + 1);
    expect(heartbeat.isExpired).toBe(true);
  });

  test('expires while a coordinator is silent', async () => {
    await vi.advanceTimersByTimeAsync(4_000);
    const expired = expect(heartbeat.beat(silence)).rejects.toThrow(SessionExpired);
    await vi.advanceTimersByTimeAsync(6_000);
    await expired;
  });

  test('that seems over still gets one heartbeat: a frozen process may be a member all the same', async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await heartbeat.beat(async () => {})).toEqual({ state: 'member' });
    expect(heartbeat.isExpired).toBe(false);
  });

  test('that is over is so with the first failure', async () => {
    await vi.advanceTimersByTimeAsync(SESSION_MS + 1);
    await expect(heartbeat.beat(answer(ErrorCode.notCoordinator))).rejects.toThrow(SessionExpired);
  });
});

describe('a heartbeat', () => {
  test('that no coordinator answers is unheard, for another to follow', async () => {
    expect(await heartbeat.beat(answer(ErrorCode.notCoordinator))).toMatchObject({ state: 'unheard' });
  });

  test('tells of a rebalance, and counts as heard', async () => {
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await heartbeat.beat(answer(ErrorCode.rebalanceInProgress))).toEqual({ state: 'rebalancing' });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(heartbeat.isExpired).toBe(false);
  });

  test.each(['unknownMemberId', 'illegalGeneration', 'fencedInstanceId'] as const)(
    'throws %s: the group went on without us',
    async (name) => {
      await expect(heartbeat.beat(answer(ErrorCode[name]))).rejects.toMatchObject({ code: ErrorCode[name] });
    },
  );
});
