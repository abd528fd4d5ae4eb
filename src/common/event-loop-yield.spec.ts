import { expect, it } from '@jest/globals';
import { EventLoopYield } from './event-loop-yield.js';

it('the event-loop yield gives each caller one turn, with a free turn between two callers', async () => {
  let now = 0;
  const count = (): void => {
    now += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const loop = new EventLoopYield();
  const turns = await Promise.all([1, 2, 3].map(() => loop.next().then(() => now)));
  clearImmediate(next);
  expect(turns.map((turn, place) => turn - (turns[place - 1] ?? 0))).toEqual([2, 2, 2]);
});
