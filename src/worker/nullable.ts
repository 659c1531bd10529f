/** A number as it goes on the wire: what is not finite (NaN for null, -Infinity for "before the first") is null. */
export function nullable(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Null as the domain has it: NaN. */
export function fromNullable(value: number | null): number {
  return value ?? Number.NaN;
}
