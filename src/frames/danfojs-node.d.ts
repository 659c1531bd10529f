/**
 * The part of danfojs-node that is used here, so that this project builds and is checked without that package. Who installs it gets its own
 * types: this file is not published.
 */
declare module 'danfojs-node' {
  type Label = string | number;

  export class Series {
    readonly values: unknown[];
    readonly dtypes: string[];
    mean(): number;
    std(): number;
    print(): void;
  }

  export class DataFrame {
    constructor(rows: readonly unknown[][], options: { columns: string[]; dtypes?: string[]; index?: Label[] });
    readonly columns: string[];
    readonly index: Label[];
    readonly dtypes: string[];
    /** Rows and columns. */
    readonly shape: number[];
    /** Row by row. */
    readonly values: unknown[];
    column(name: string): Series;
    head(rows?: number): DataFrame;
    tail(rows?: number): DataFrame;
    loc(selection: { rows?: Label[]; columns?: string[] }): DataFrame;
    print(): void;
  }
}
