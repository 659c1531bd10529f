import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../src/cli/failure.ts';
import { RegistryOutage } from '../../../src/codec/errors.ts';
import { UserError } from '../../../src/errors.ts';

describe('a failure in words', () => {
  it('of something the user can mend: the message, then what to do, with its exit code', () => {
    const error = new UserError('there is no topic ticks', { hint: 'run `arbitrex topology apply`', exitCode: 3 });
    expect(failureOf(error, false)).toEqual({ text: 'error: there is no topic ticks\nhint: run `arbitrex topology apply`', exitCode: 3 });
    expect(failureOf(new UserError('no'), false)).toEqual({ text: 'error: no', exitCode: 1 });
  });

  it('of a registry that cannot answer: what is to be looked at', () => {
    const { text, exitCode } = failureOf(new RegistryOutage('the registry at http://a does not answer'), false);
    expect({ text, exitCode }).toEqual({
      text: 'error: the registry at http://a does not answer\nhint: see that the schema registry runs there, and that SCHEMA_REGISTRY_URL names it',
      exitCode: 1,
    });
  });

  it('of anything else: one line, and how to get the stack trace', () => {
    const text = 'unexpected error: x is not a function\nrun again with --debug for the stack trace';
    expect(failureOf(new TypeError('x is not a function\nsecond line'), false)).toEqual({ text, exitCode: 70 });
    expect(failureOf('thrown text', false).text).toMatch(/^unexpected error: thrown text\n/);
    expect(failureOf(new TypeError(), false).text).toMatch(/^unexpected error: TypeError\n/);
  });

  it('with --debug: the stack trace and what caused it', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(failureOf(error, true).text).toMatch(/^unexpected error: Error: outer\n +at [\s\S]*\[cause\]: Error: inner/);
    const user = new UserError('outer', { cause: new Error('inner') });
    expect(failureOf(user, true).text).toMatch(/^error: outer\n[\s\S]* +at [\s\S]*\[cause\]: Error: inner/);
  });

  it('of usage: 2, and nothing more to say, for commander has said it; help and version end with 0', () => {
    expect(failureOf(new CommanderError(1, 'commander.unknownOption', 'x'), false)).toEqual({ text: null, exitCode: 2 });
    expect(failureOf(new CommanderError(0, 'commander.helpDisplayed', 'x'), false)).toEqual({ text: null, exitCode: 0 });
  });
});
