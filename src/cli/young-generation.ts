import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation at the size it starts with. What a worker makes is short-lived and mostly lies outside of the heap, in buffers that
 * are freed when the young generation is collected: left to grow to tens of MB it is collected seldom, and a hundred MB of dead buffers wait for it.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
