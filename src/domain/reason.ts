/** Why a tick or a raw bar is refused: spec section 1, in the order of its checks. */
export const REASONS = [
  'UNDECODABLE',
  'UNKNOWN_SCHEMA',
  'BAD_SYMBOL',
  'BAD_PRICE',
  'CROSSED',
  'BAD_VOLUME',
  'DUPLICATE',
  'FUTURE',
  'LATE',
  'OFF_GRID',
  'UNLISTED',
  'WRONG_PARTITION',
] as const;

/** DUPLICATE is dropped and counted, never dead-lettered; all others go to the dead-letter topic. */
export type Reason = (typeof REASONS)[number];

/** The reasons that lead to the dead-letter topic. */
export type Refusal = Exclude<Reason, 'DUPLICATE'>;
