/** Which of the last `window` grid bars of a series were valid: what ml_ready asks (spec section 4). */
export class ValidBars {
  /** Grid bars of the series so far, and the valid ones among them. */
  bars = 0;
  valid = 0;
  /** Valid bars among the last `window`. */
  recent = 0;
  /** One byte a bar, 1 for valid, in a ring: bar i stands at i mod window. */
  readonly flags: Uint8Array;

  constructor(window: number) {
    this.flags = new Uint8Array(window);
  }

  push(isValid: boolean): void {
    const at = this.bars % this.flags.length;
    const flag = isValid ? 1 : 0;
    this.recent += flag - this.flags[at]!;
    this.flags[at] = flag;
    this.bars++;
    this.valid += flag;
  }

  /** As it was when `flags` were copied from one that had seen `bars` bars, `valid` of them valid. */
  static restore(bars: number, valid: number, flags: Uint8Array): ValidBars {
    const restored = new ValidBars(flags.length);
    restored.bars = bars;
    restored.valid = valid;
    restored.flags.set(flags);
    for (const flag of flags) restored.recent += flag;
    return restored;
  }
}
