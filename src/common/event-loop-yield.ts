import { setImmediate as nextTurn } from 'node:timers/promises';

/** Spreads work that blocks the event loop: one piece in every second turn, with a free turn between two pieces. */
export class EventLoopYield {
  private last: Promise<unknown> = Promise.resolve();

  /** Resolves when it is the caller's turn. */
  next(): Promise<unknown> {
    this.last = this.last.then(() => nextTurn()).then(() => nextTurn());
    return this.last;
  }
}
