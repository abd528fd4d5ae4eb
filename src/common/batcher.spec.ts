import { describe, expect, it } from '@jest/globals';
import { Batcher } from './batcher.js';

/** A writer whose writes end when the test says so. */
function slowWriter(): {
  batches: (readonly number[])[];
  end: (() => void)[];
  write: (items: readonly number[]) => Promise<void>;
} {
  const batches: (readonly number[])[] = [];
  const end: (() => void)[] = [];
  return {
    batches,
    end,
    write: (items) =>
      new Promise((resolve) => {
        batches.push(items);
        end.push(resolve);
      }),
  };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Until nobody waits for another item. */
const quiet = (): Promise<void> => turns(3);

describe('a batcher', () => {
  it('writes the first item at once, and the items that arrive during the write together', async () => {
    const writer = slowWriter();
    const batcher = new Batcher(writer.write);
    const first = batcher.add(1);
    await quiet();
    const others = [batcher.add(2), batcher.add(3)];
    await quiet();
    expect(writer.batches).toEqual([[1]]);

    writer.end[0]?.();
    await first;
    await quiet();
    expect(writer.batches).toEqual([[1], [2, 3]]);

    writer.end[1]?.();
    await Promise.all(others);
  });

  it('collects items while every two turns of the event loop bring another', async () => {
    const writer = slowWriter();
    const batcher = new Batcher(writer.write);
    const all: Promise<void>[] = [];
    for (const item of [1, 2, 3]) {
      all.push(batcher.add(item));
      await turns(2);
    }
    expect(writer.batches).toEqual([]);
    await quiet();
    expect(writer.batches).toEqual([[1, 2, 3]]);

    writer.end[0]?.();
    await Promise.all(all);
  });

  it('rejects every item of a failed batch, and writes the next batch', async () => {
    const batches: (readonly number[])[] = [];
    const batcher = new Batcher<number>((items) => {
      batches.push(items);
      return batches.length === 1 ? Promise.reject(new Error('no space')) : Promise.resolve();
    });
    const results = await Promise.allSettled([batcher.add(1), batcher.add(2)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await batcher.add(3);
    expect(batches).toEqual([[1, 2], [3]]);
  });
});
