/**
 * Why the saved state of an input partition must have been lost, so that it has to be made again from the retained input; null where nothing
 * says so. `clean` and `tier1` are the positions that the stages' states include, null where there is none; a stage that the task does not run
 * is undefined.
 */
export function whyLost(
  committed: number | null,
  stages: { readonly clean?: number | null; readonly tier1?: number | null; readonly hasEmitted: boolean },
): string | null {
  const first = stages.clean === undefined ? stages.tier1 : stages.clean;
  if (committed !== null && committed > 0 && first === null) return 'the group has a position, and there is no state of it';
  if (stages.hasEmitted && stages.tier1 === null) return 'bars have gone out, and tier 1 has no state of them';
  return null;
}
