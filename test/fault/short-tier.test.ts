import { afterAll, beforeAll, expect, test } from 'vitest';
import { CASES } from './cases/index.ts';
import { World } from './platform/world.ts';
import { type Lane, runCase } from './run-case.ts';

/** The part of the fault suite that every change has to pass: each of its cases once. `npm run test:fault` has the others, and more seeds. */
const SEED = 1;

let lane: Lane;

beforeAll(async () => {
  lane = { world: await World.start(), current: null };
});

afterAll(async () => {
  await lane.current?.close();
  await lane.world.dispose(false);
});

test.each(CASES.filter(({ short }) => short === true))('$name: $about', async (one) => {
  const { problems, faults } = await runCase(lane, one, SEED);
  expect(problems).toEqual([]);
  if (one.name !== 'undisturbed') expect(faults).toBeGreaterThan(0);
});
