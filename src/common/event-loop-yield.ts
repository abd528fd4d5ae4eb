import { setImmediate as nextTurn } from 'node:timers/promises';

/** Spreads pieces of work that hold up the event loop: one in every second turn, so that others get on in between. */
export class EventLoopYield {
  private last: Promise<unknown> = Promise.resolve();

  /** Resolves when it is the caller's turn. */
  next(): Promise<unknown> {
    this.last = this.last.then(() => nextTurn()).then(() => nextTurn());
    return this.last;
  }
}
