import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { FaultCase } from './cases/case.ts';

/** How one case went with one seed. */
export interface Result {
  readonly name: string;
  readonly seed: number;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What is wrong, or why it was skipped. */
  readonly problems: readonly string[];
  readonly faults: number;
  /** Records of the input. */
  readonly records: number;
  readonly seconds: number;
}

/** Results of earlier calls and this one, in a file where one is named: a long run can be cut off and gone on with. */
export class Results {
  /** The newest of each case and seed. */
  readonly all: Result[] = [];
  readonly #file: string | null;

  constructor(file: string | null) {
    this.#file = file;
    const lines = file !== null && existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    for (const line of lines) this.#put(JSON.parse(line) as Result);
  }

  /** True where the case need not run again with this seed: it has passed, or cannot run. */
  has(name: string, seed: number): boolean {
    return this.all.some((result) => result.name === name && result.seed === seed && result.outcome !== 'failed');
  }

  add(result: Result): void {
    this.#put(result);
    if (this.#file !== null) appendFileSync(this.#file, `${JSON.stringify(result)}\n`);
  }

  #put(result: Result): void {
    const at = this.all.findIndex(({ name, seed }) => name === result.name && seed === result.seed);
    if (at === -1) this.all.push(result);
    else this.all[at] = result;
  }

  count(outcome: Result['outcome']): number {
    return this.all.filter((result) => result.outcome === outcome).length;
  }
}

/** The results as a Markdown table, one line a case. */
export function reportOf(results: readonly Result[], cases: readonly FaultCase[]): string {
  const lines = cases.flatMap(({ name, about }) => {
    const own = results.filter((result) => result.name === name);
    if (own.length === 0) return [];
    const sum = (value: (result: Result) => number) => own.reduce((total, result) => total + value(result), 0);
    const passed = own.filter(({ outcome }) => outcome === 'passed').length;
    const skipped = own.filter(({ outcome }) => outcome === 'skipped');
    const verdict = skipped.length === own.length ? `skipped: ${skipped[0]!.problems[0]}` : `${passed} of ${own.length}`;
    const cells = [`\`${name}\``, about, sum(({ faults }) => faults), sum(({ records }) => records), verdict];
    return [`| ${cells.join(' | ')} |`];
  });
  return ['| case | what is done | faults | records | passed |', '|---|---|---:|---:|---|', ...lines, ''].join('\n');
}
