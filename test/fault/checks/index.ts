import type { Run } from '../run.ts';
import { takeView } from '../view.ts';
import { checkConservation } from './conservation.ts';
import { checkDeadLetters } from './dead-letters.ts';
import { checkLedger } from './ledger.ts';
import { checkPositions } from './positions.ts';
import { checkReplay } from './replay.ts';
import { checkVersions } from './versions.ts';
import { checkWriters } from './writers.ts';

/** Runs every checker over a run that is finished; says what is wrong. */
export async function checkAll(run: Run): Promise<string[]> {
  const view = await takeView(run);
  return [
    ...checkReplay(view),
    ...(await checkConservation(view)),
    ...(await checkDeadLetters(view)),
    ...(await checkVersions(view)),
    ...(await checkLedger(view)),
    ...checkWriters(view),
    ...(await checkPositions(run)),
  ];
}
