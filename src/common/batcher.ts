import { setImmediate as nextTurn } from 'node:timers/promises';
import { Mutex } from './mutex.js';

/**
 * Collects items while a batch is being written, and while every two turns of the event loop bring another item, then
 * writes them together. It needs no timer and no batch size: under light load each item is written at once; under heavy
 * load a batch is what arrived during the previous write.
 */
export class Batcher<T> {
  private readonly writes = new Mutex();
  private next: { readonly items: T[]; readonly written: Promise<void> } | null = null;

  constructor(private readonly write: (items: readonly T[]) => Promise<void>) {}

  /** Settles with the write of the item's batch. */
  add(item: T): Promise<void> {
    this.next ??= this.collect();
    this.next.items.push(item);
    return this.next.written;
  }

  private collect(): { items: T[]; written: Promise<void> } {
    const items: T[] = [];
    const written = this.writes.run(async () => {
      await settled(items);
      this.next = null;
      return this.write(items);
    });
    return { items, written };
  }
}

/** Resolves after two turns of the event loop without a new item: sockets are read in every second turn. */
async function settled(items: readonly unknown[]): Promise<void> {
  for (let before = -1; before < items.length;) {
    before = items.length;
    await nextTurn();
    await nextTurn();
  }
}
