import { setImmediate as nextTurn } from 'node:timers/promises';

/** Spreads pieces of work that hold up the event loop: one in each of its turns, so that others get on in between. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Resolves when it is the caller's turn. */
  next(): Promise<unknown> {
    this.last = this.last.then(() => nextTurn());
    return this.last;
  }
}
