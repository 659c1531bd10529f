/** What a restore found in a changelog. */
export interface LoadedState {
  /** False where the state was made under other settings. */
  readonly isUsable: boolean;
  /** The highest input position that it includes, null where it holds nothing. */
  readonly position: number | null;
}

/** The highest input position among state records, null where there is none. */
export function highestPosition(states: readonly { readonly input_offset: number }[]): number | null {
  return states.reduce<number | null>((highest, { input_offset }) => Math.max(highest ?? 0, input_offset), null);
}
