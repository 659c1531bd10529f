import { describe, expect, it } from 'vitest';
import { ValidBars } from '../../../src/domain/valid-bars.ts';

describe('valid bars among the last grid bars', () => {
  it('counts those of the last `window` bars, and all there ever were', () => {
    const valid = new ValidBars(3);
    const recent = [true, false, true, true, true, false].map((flag) => {
      valid.push(flag);
      return valid.recent;
    });
    expect(recent).toEqual([1, 1, 2, 2, 3, 2]);
    expect(valid).toMatchObject({ bars: 6, valid: 4 });
  });

  it('goes on after a restore at any cut', () => {
    const flags = Array.from({ length: 20 }, (_, i) => i % 3 !== 0);
    for (let cut = 0; cut <= flags.length; cut++) {
      const whole = new ValidBars(5);
      for (const flag of flags.slice(0, cut)) whole.push(flag);
      const restored = ValidBars.restore(whole.bars, whole.valid, whole.flags.slice());
      for (const flag of flags.slice(cut)) {
        whole.push(flag);
        restored.push(flag);
        expect(restored).toEqual(whole);
      }
    }
  });
});
