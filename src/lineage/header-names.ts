/** The headers that say where a record of ours came from and when it went out (docs/tracing.md). */

/** W3C trace context, 55 ASCII characters: the trace that a record belongs to, and the span that wrote it. */
export const TRACEPARENT = 'traceparent';
/** The record that closed the output, as `topic/partition@offset` in ASCII. */
export const INPUT = 'arbitrex-input';
/** Wall clock when the commit that wrote the output began, UTC epoch ms as 13 ASCII digits. */
export const EMITTED = 'arbitrex-emitted';
/**
 * Of a matrix: the tier-1 records that it has joined at its last T, 12 bytes for each symbol in the order of the universe: partition of
 * features-tier1 (32 bits, signed) and offset (64 bits, signed), both big-endian. Offset -1: no record of that symbol.
 */
export const LINKS = 'arbitrex-links';

/** Digits of `EMITTED`: they last until the year 2286. */
export const EMITTED_DIGITS = 13;
/** Bytes of `LINKS` for each symbol. */
export const LINK_BYTES = 12;
