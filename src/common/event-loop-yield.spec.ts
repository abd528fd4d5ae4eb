import { expect, it } from '@jest/globals';
import { EventLoopYield } from './event-loop-yield.js';

it('gives each caller a turn of the event loop, with a free one before the next', async () => {
  let now = 0;
  const count = (): void => {
    now += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const turns = new EventLoopYield();
  const had = await Promise.all([1, 2, 3].map(() => turns.next().then(() => now)));
  clearImmediate(next);
  expect(had.map((turn, place) => turn - (had[place - 1] ?? 0))).toEqual([2, 2, 2]);
});
