/** What new versions of a subject can be held to, in the registry's words. */
export const COMPATIBILITY_LEVELS = [
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
  'NONE',
] as const;

/**
 * What a schema is held to beyond its compatibility, for the sake of those who read it:
 * - `doc`: every field says what it means;
 * - `namespace`: a schema's name has a namespace, and keeps it;
 * - `default-removed`: a field that had a default in the newest version keeps one, or it could never be left out again;
 * - `renamed`: a field of the newest version that is gone, where a new one of the very same type has come and does not name it as its alias, is
 *   taken for renamed: readers would find the default in its place;
 * - `logical-type`: what a number means stays, for Avro reads milliseconds as microseconds without a word.
 */
export const LINT_RULES = ['doc', 'namespace', 'default-removed', 'renamed', 'logical-type'] as const;
export type LintRule = (typeof LINT_RULES)[number];
