import { expect, test } from 'vitest';
import { Scope } from '../../../bench/lib/scope.ts';

test('closing undoes everything, the newest first, once', async () => {
  const scope = new Scope();
  const undone: string[] = [];
  scope.defer(() => undone.push('first'));
  scope.defer(async () => undone.push('second'));
  await Promise.all([scope.close(), scope.close()]);
  expect(undone).toEqual(['second', 'first']);
});

test('what was undone earlier is not undone again', async () => {
  const scope = new Scope();
  let count = 0;
  const undo = scope.defer(() => count++);
  await undo();
  await undo();
  await scope.close();
  expect(count).toBe(1);
});

test('what fails does not keep the rest, and is thrown', async () => {
  const scope = new Scope();
  let isUndone = false;
  scope.defer(() => {
    isUndone = true;
  });
  scope.defer(() => Promise.reject(new Error('stuck')));
  await expect(scope.close()).rejects.toThrow('stuck');
  expect(isUndone).toBe(true);
});

test('what is started while it is being closed is ended at once', async () => {
  const scope = new Scope();
  await scope.close();
  let isUndone = false;
  expect(() =>
    scope.defer(() => {
      isUndone = true;
    }),
  ).toThrow('being ended');
  expect(isUndone).toBe(true);
});
