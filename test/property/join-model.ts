import fc from 'fast-check';
import type { CorrelationMatrix } from '../../src/domain/matrix.ts';
import type { MatrixSettings } from '../../src/domain/settings.ts';
import { referenceCorrelations } from './correlation-reference.ts';

export const MINUTE_MS = 60_000;

export type JoinSettings = Omit<MatrixSettings, 'universes'>;

/** What can happen to a join. Minutes are absolute; a null return is NaN. */
export type JoinEvent =
  | { readonly kind: 'deliver'; readonly symbol: number; readonly minute: number; readonly value: number }
  | { readonly kind: 'workedOff'; readonly symbol: number; readonly minute: number };

/**
 * Histories in which symbols run ahead, fall silent, are declared worked off and come back late, skip minutes and repeat records.
 */
export function histories(symbols: number, length: number): fc.Arbitrary<JoinEvent[]> {
  const symbol = fc.nat({ max: symbols - 1 });
  const value = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -50, max: 50 }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) });
  const step = fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('next' as const), symbol, by: fc.constantFrom(1, 1, 1, 2, 3), value }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('off' as const), symbol, by: fc.integer({ min: -4, max: 1 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), symbol, by: fc.nat({ max: 3 }), value }) },
  );
  return fc.array(step, { minLength: 1, maxLength: length, size: 'max' }).map((steps) => {
    const last = new Array<number>(symbols).fill(0);
    return steps.map((one): JoinEvent => {
      if (one.kind === 'off') return { kind: 'workedOff', symbol: one.symbol, minute: Math.max(...last) + one.by };
      const minute = one.kind === 'next' ? last[one.symbol]! + one.by : Math.max(1, last[one.symbol]! - one.by);
      last[one.symbol] = Math.max(last[one.symbol]!, minute);
      return { kind: 'deliver', symbol: one.symbol, minute, value: logReturn(one.symbol, one.value) };
    });
  });
}

/** Symbol 0 walks; the others hardly vary around a large mean, where the last bits of a running sum show in the matrix. */
function logReturn(symbol: number, value: number): number {
  return symbol === 0 ? Math.sin(value) / 50 : 0.1 + 1e-11 * Math.sin(value);
}

/** What the model says of a matrix. */
export interface ModelMatrix extends ReturnType<typeof referenceCorrelations> {
  readonly version: number;
  readonly supersedes: number | null;
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly missing: readonly string[];
}

/** The join of spec section 5 without any cleverness: every matrix from all that was delivered, in two passes. */
export class JoinModel {
  readonly emitted: ModelMatrix[] = [];
  readonly #symbols: readonly string[];
  readonly #settings: JoinSettings;
  readonly #values: Map<number, number>[];
  readonly #last: number[];
  readonly #off: number[];
  readonly #versions = new Map<number, number>();
  #pending: number[] = [];
  /** The T's that have gone out or stand in the window, in minutes. */
  #gone: number[] = [];

  constructor(symbols: readonly string[], settings: JoinSettings) {
    this.#symbols = symbols;
    this.#settings = settings;
    this.#values = symbols.map(() => new Map());
    this.#last = symbols.map(() => 0);
    this.#off = symbols.map(() => 0);
  }

  apply(event: JoinEvent): void {
    if (event.kind === 'workedOff') this.#off[event.symbol] = Math.max(this.#off[event.symbol]!, event.minute);
    else this.#deliver(event.symbol, event.minute, event.value);
    this.#emitReady();
  }

  #deliver(symbol: number, minute: number, value: number): void {
    const repeat = minute <= this.#last[symbol]!;
    this.#last[symbol] = Math.max(this.#last[symbol]!, minute);
    if (minute > (this.#gone.at(-1) ?? 0)) {
      this.#values[symbol]!.set(minute, value);
      this.#pending = sorted([...this.#pending, minute]);
    } else if (!repeat) this.#late(symbol, minute, value);
  }

  #late(symbol: number, minute: number, value: number): void {
    const gone = sorted([...this.#gone, minute]);
    if (!gone.slice(-this.#settings.window).includes(minute)) return;
    this.#gone = gone;
    this.#values[symbol]!.set(minute, value);
    if (Number.isNaN(value) || this.#settings.corrections === 'none') return;
    const touched = gone.slice(gone.indexOf(minute));
    for (const one of this.#settings.corrections === 'all' ? touched : touched.slice(-1)) this.#emit(one);
  }

  #emitReady(): void {
    while (this.#pending.length > 0) {
      const minute = this.#pending[0]!;
      const silent = [...this.#symbols.keys()].filter((symbol) => this.#last[symbol]! < minute);
      const released =
        silent.every((symbol) => this.#off[symbol]! >= minute) && Math.max(...this.#last) - minute >= this.#settings.joinGrace;
      if (silent.length > 0 && !released) return;
      this.#pending.shift();
      this.#gone.push(minute);
      this.#emit(minute);
    }
  }

  #emit(minute: number): void {
    const upTo = this.#gone.slice(0, this.#gone.indexOf(minute) + 1).slice(-this.#settings.window);
    const rows = upTo.map((one) => this.#values.map((values) => values.get(one) ?? Number.NaN));
    const version = this.emitted.length + 1;
    this.emitted.push({
      version,
      supersedes: this.#versions.get(minute) ?? null,
      windowStart: upTo[0]! * MINUTE_MS,
      windowEnd: minute * MINUTE_MS,
      missing: this.#symbols.filter((_, symbol) => this.#last[symbol]! < minute),
      ...referenceCorrelations(rows, this.#symbols.length, this.#settings.minObs),
    });
    this.#versions.set(minute, version);
  }
}

/** Every bit of a matrix, as text. */
export function bitsOf(matrix: CorrelationMatrix): string {
  const bits = (values: Float64Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');
  const metrics = Float64Array.of(matrix.meanAbsRho, matrix.maxAbsRho, matrix.dispersion);
  return JSON.stringify({ ...matrix, rho: bits(matrix.rho), nObs: [...matrix.nObs], std: bits(matrix.std), metrics: bits(metrics) });
}

function sorted(minutes: readonly number[]): number[] {
  return [...new Set(minutes)].sort((a, b) => a - b);
}
