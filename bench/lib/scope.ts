type Undo = () => Promise<unknown> | unknown;

/** What a benchmark has started and must end, however it ends itself: newest first, each once. */
export class Scope {
  readonly #undos: Undo[] = [];
  #closing: Promise<void> | null = null;

  /** True once it is being closed: whoever still starts something would leave it behind. */
  get isClosed(): boolean {
    return this.#closing !== null;
  }

  /** Has `undo` called in the end; at once where the end has come. Gives back a function that calls it earlier. */
  defer(undo: Undo): () => Promise<void> {
    if (this.isClosed) {
      void undo();
      throw new Error('the benchmark is being ended');
    }
    this.#undos.push(undo);
    return async () => {
      const at = this.#undos.indexOf(undo);
      if (at === -1) return;
      this.#undos.splice(at, 1);
      await undo();
    };
  }

  /** Ends everything. Later calls wait for the first. What fails is thrown after all the rest has been ended. */
  close(): Promise<void> {
    this.#closing ??= this.#undoAll();
    return this.#closing;
  }

  async #undoAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let undo = this.#undos.pop(); undo !== undefined; undo = this.#undos.pop()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
