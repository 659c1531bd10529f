import { expect } from 'vitest';
import { UserError } from '../../../src/errors.ts';

/** The error that something is refused with, which must be one that a user can mend. */
export async function refusal(starting: Promise<unknown>): Promise<UserError> {
  const error = await starting.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}
