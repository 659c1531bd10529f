/**
 * Those who ask whether a group still counts a member in. Only a request sent after the question answers it: the answer to an earlier one may have
 * waited, together with the whole process, while the group went on without us.
 */
export class MembershipQuestions {
  #open: ((isMember: boolean) => void)[] = [];
  #isUnsent = false;

  /** Whether somebody asked since the last request was sent. */
  get isUnsent(): boolean {
    return this.#isUnsent;
  }

  /** Resolves with what the next request, or one after it, tells. */
  ask(): Promise<boolean> {
    this.#isUnsent = true;
    return new Promise((resolve) => this.#open.push(resolve));
  }

  /** Sends a request. Where its result says that we are a member, so are told those who asked before; otherwise they wait on. */
  async answerBy<T>(request: () => Promise<T>, saysMember: (result: T) => boolean): Promise<T> {
    const questions = this.#open;
    this.#open = [];
    this.#isUnsent = false;
    try {
      const result = await request();
      if (saysMember(result)) for (const answer of questions.splice(0)) answer(true);
      return result;
    } finally {
      this.#open.unshift(...questions);
    }
  }

  /** Tells everybody that we are no member. */
  deny(): void {
    this.#isUnsent = false;
    for (const answer of this.#open.splice(0)) answer(false);
  }
}
