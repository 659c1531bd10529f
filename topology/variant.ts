import { UserError } from '../src/errors.ts';

/**
 * A variant is the same pipeline once more beside the main one, under settings of its own: it reads the same ticks and follows the same halts,
 * and has topics, consumer groups and transactional ids of its own, whose names end in its suffix. Null is the main pipeline.
 */
export type Suffix = string | null;

/** What people call the main pipeline where a suffix could stand; no variant may be called so. */
export const MAIN = 'main';

/** With it, the longest name stays within what Kafka allows a topic (settings-schema.ts). */
const MAX_SUFFIX_LENGTH = 16;
const SUFFIX = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Throws a UserError where a text cannot be a variant's suffix. */
export function checkSuffix(suffix: string): void {
  if (suffix.length <= MAX_SUFFIX_LENGTH && SUFFIX.test(suffix) && suffix !== MAIN) return;
  throw new UserError(`"${suffix}" cannot be a suffix`, {
    hint: `1 to ${MAX_SUFFIX_LENGTH} small letters, digits and single dashes between them, and not ${MAIN}`,
    exitCode: 2,
  });
}

/** `features-tier1` of the variant b: `features-tier1-b`. */
export function withSuffix(name: string, suffix: Suffix): string {
  return suffix === null ? name : `${name}-${suffix}`;
}

/** The command that makes the topics of a pipeline, for hints. */
export function applyCommand(suffix: Suffix): string {
  return suffix === null ? 'arbitrex topology apply' : `arbitrex topology apply --suffix ${suffix} --settings FILE`;
}
