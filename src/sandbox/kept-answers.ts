import type { Encoded } from './send.js';

/** Answers as they were first made, for a sandbox whose own work must not hold up whom it answers. */
export class KeptAnswers {
  private readonly kept = new Map<string, Promise<Encoded>>();

  /** The kept answer, or that of `make`. */
  get(key: string, make: () => Promise<Encoded>): Promise<Encoded> {
    const answer = this.kept.get(key) ?? make();
    this.kept.set(key, answer);
    return answer;
  }
}
