import { expect, test } from 'vitest';
import { MembershipQuestions } from '../../../src/kafka/membership-questions.ts';

/** What the promise tells by now. */
async function soFar(answer: Promise<boolean>): Promise<boolean | 'open'> {
  return await Promise.race([answer, new Promise<'open'>((resolve) => setImmediate(resolve, 'open'))]);
}

test('a request answers the questions asked before it was sent, not those asked while it was on its way', async () => {
  const questions = new MembershipQuestions();
  const before = questions.ask();
  let arrive = () => {};
  const answered = questions.answerBy(
    () => new Promise<void>((resolve) => (arrive = resolve)),
    () => true,
  );
  const during = questions.ask();
  expect(questions.isUnsent).toBe(true);
  arrive();
  await answered;
  expect(await soFar(before)).toBe(true);
  expect(await soFar(during)).toBe('open');
});

test('a request that fails or does not say leaves the question open', async () => {
  const questions = new MembershipQuestions();
  const answer = questions.ask();
  await questions.answerBy(
    async () => 'rebalancing',
    (state) => state === 'member',
  );
  await expect(
    questions.answerBy(
      () => Promise.reject(new Error('no connection')),
      () => true,
    ),
  ).rejects.toThrow('no connection');
  expect(await soFar(answer)).toBe('open');
  questions.deny();
  expect(await soFar(answer)).toBe(false);
});
