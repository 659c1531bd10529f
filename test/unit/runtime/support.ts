import type { CleanBar } from '../../../src/domain/clean-bar.ts';
import type { FeatureRow } from '../../../src/domain/feature-row.ts';
import type { CorrelationMatrix } from '../../../src/domain/matrix.ts';
import {
  type BarSettings,
  DEFAULT_FEATURES,
  DEFAULT_MATRICES,
  type DomainSettings,
  type MatrixSettings,
} from '../../../src/domain/settings.ts';
import type { Tick } from '../../../src/domain/tick.ts';
import { type DriverSink, TopologyDriver } from '../../../src/runtime/driver.ts';

/** Settings of a whole topology with windows that a short input fills. */
export function domainSettings(bars: BarSettings, matrices: Partial<MatrixSettings> = {}): DomainSettings {
  return {
    bars,
    features: { ...DEFAULT_FEATURES, normWindow: 6, mlWindow: 8, mlMinValid: 6 },
    matrices: { ...DEFAULT_MATRICES, window: 6, minObs: 2, ...matrices },
  };
}

/** What a driver gave out, copied, as text that is equal only where every bit is. */
export class Recording implements DriverSink<number> {
  /** By symbol. */
  readonly bars = new Map<string, string[]>();
  readonly rows = new Map<string, string[]>();
  /** By universe and timeframe. */
  readonly matrices = new Map<string, string[]>();
  readonly refusals: string[] = [];

  bar(bar: CleanBar): void {
    push(this.bars, bar.symbol, bitsOf(bar));
  }

  features(row: FeatureRow): void {
    push(this.rows, row.symbol, bitsOf(row));
  }

  matrix(matrix: CorrelationMatrix): void {
    push(this.matrices, `${matrix.universe}/${matrix.timeframe}`, bitsOf(matrix));
  }

  refused(reason: string, origin: number, timeframes: readonly string[]): void {
    this.refusals.push(`${origin} ${reason} ${timeframes.join(';')}`.trimEnd());
  }

  duplicate(origin: number): void {
    this.refusals.push(`${origin} DUPLICATE`);
  }
}

/** Runs ticks through a driver to their end; the origin of a tick is its place in the list, or what `originOf` says. */
export function drive(
  settings: DomainSettings,
  ticks: readonly Tick[],
  originOf: (tick: Tick, at: number) => number = (_, at) => at,
): Recording {
  const recording = new Recording();
  const driver = new TopologyDriver<number>(settings, recording);
  ticks.forEach((tick, at) => {
    driver.tick(tick, originOf(tick, at));
  });
  driver.end();
  return recording;
}

/** A record as text: NaN, infinities and -0 are told apart. */
export function bitsOf(value: object): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (ArrayBuffer.isView(inner)) return Array.from(inner as unknown as Iterable<number>, (x) => (Object.is(x, -0) ? '-0' : String(x)));
    if (typeof inner === 'number' && (!Number.isFinite(inner) || Object.is(inner, -0))) return Object.is(inner, -0) ? '-0' : String(inner);
    return inner;
  });
}

function push(map: Map<string, string[]>, key: string, text: string): void {
  const of = map.get(key);
  if (of === undefined) map.set(key, [text]);
  else of.push(text);
}
