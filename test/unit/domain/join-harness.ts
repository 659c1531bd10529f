import { Join } from '../../../src/domain/join.ts';
import type { JoinCounters, JoinRow } from '../../../src/domain/join-state.ts';
import type { CorrelationMatrix } from '../../../src/domain/matrix.ts';
import type { MatrixSettings } from '../../../src/domain/settings.ts';

/** Slots of one minute: the bar that ends with minute t is stamped t. */
const MINUTE_MS = 60_000;

type JoinOptions = Partial<Omit<MatrixSettings, 'universes'>>;

/** A join over symbols A, B, C … on a one-minute grid, whose times are minutes, with all it emitted. */
export class JoinHarness {
  readonly join: Join;
  readonly emitted: CorrelationMatrix[] = [];
  readonly #symbols: readonly string[];
  readonly #options: JoinOptions;

  constructor(symbols: string, options: JoinOptions = {}) {
    this.#symbols = [...symbols];
    this.#options = options;
    const settings = { window: 4, minObs: 2, joinGrace: 2, corrections: 'latest', ...options } as const;
    const slots = { slotOfEnd: (timestampUtc: number) => timestampUtc / MINUTE_MS - 1 };
    this.join = new Join({ name: 'test', symbols: this.#symbols }, '1m', settings, slots);
  }

  /** Delivers a bar of a symbol at each of some minutes, with its return (null allowed), and polls after each. */
  deliver(symbol: string, returns: Readonly<Record<number, number | null>>): CorrelationMatrix[] {
    return this.#collect((emit) => {
      for (const [minute, value] of Object.entries(returns)) {
        this.join.deliver(this.#symbols.indexOf(symbol), Number(minute) * MINUTE_MS, value ?? Number.NaN);
        this.join.poll(emit);
      }
    });
  }

  /** Says that the log holds nothing more of a symbol up to a minute, and polls. */
  workedOff(symbol: string, upToMinute: number): CorrelationMatrix[] {
    this.join.workedOff(this.#symbols.indexOf(symbol), upToMinute * MINUTE_MS);
    return this.#collect((emit) => this.join.poll(emit));
  }

  endOfInput(): CorrelationMatrix[] {
    return this.#collect((emit) => this.join.endOfInput(emit));
  }

  /** A join of the same kind that takes over what this one has saved in all. */
  restarted(changelog: Changelog): JoinHarness {
    const restarted = new JoinHarness(this.#symbols.join(''), this.#options);
    if (changelog.counters !== null) restarted.join.restore(changelog.rows.values(), changelog.counters);
    return restarted;
  }

  #collect(run: (emit: (matrix: CorrelationMatrix) => void) => void): CorrelationMatrix[] {
    const from = this.emitted.length;
    run((matrix) => this.emitted.push(matrix));
    return this.emitted.slice(from);
  }
}

/** A compacted changelog: rows under their index modulo twice the window, the newest counters. */
export class Changelog {
  readonly rows = new Map<number, JoinRow>();
  counters: JoinCounters | null = null;

  save(join: Join): void {
    const changes = join.takeChanges();
    if (changes === null) return;
    for (const row of changes.rows) this.rows.set(row.index % (2 * changes.counters.window), row);
    this.counters = changes.counters;
  }
}

/** A matrix in short: the minute it ends at, its version, what it supersedes and who is missing. */
export function brief(matrix: CorrelationMatrix): string {
  const supersedes = matrix.supersedes === null ? '' : ` for v${matrix.supersedes}`;
  const missing = matrix.completeness === 'complete' ? '' : ` without ${matrix.missing.join('')}`;
  return `v${matrix.version} T${matrix.windowEnd / MINUTE_MS}${supersedes}${missing}`;
}

/** Minutes the window of a matrix spans. */
export function span(matrix: CorrelationMatrix): readonly [first: number, last: number] {
  return [matrix.windowStart / MINUTE_MS, matrix.windowEnd / MINUTE_MS];
}
