import { setImmediate as nextTurn } from 'node:timers/promises';
import { Mutex } from './mutex.js';

/**
 * Gathers items while a batch is being written, and for as long as every two turns of the event loop bring another, and
 * then writes them together. No timer and no size to tune: under light load each item is written at once, under heavy load
 * batches grow to what came in meanwhile.
 */
export class Batcher<T> {
  private readonly writes = new Mutex();
  private gathering: { readonly items: T[]; readonly written: Promise<void> } | null = null;

  constructor(private readonly write: (items: readonly T[]) => Promise<void>) {}

  /** Settles as the write of the item's batch does. */
  add(item: T): Promise<void> {
    this.gathering ??= this.gather();
    this.gathering.items.push(item);
    return this.gathering.written;
  }

  private gather(): { items: T[]; written: Promise<void> } {
    const items: T[] = [];
    const written = this.writes.run(async () => {
      await settled(items);
      this.gathering = null;
      return this.write(items);
    });
    return { items, written };
  }
}

/** Resolves after two turns of the event loop in which nothing was added: answers are read in every second one. */
async function settled(items: readonly unknown[]): Promise<void> {
  for (let before = -1; before < items.length;) {
    before = items.length;
    await nextTurn();
    await nextTurn();
  }
}
