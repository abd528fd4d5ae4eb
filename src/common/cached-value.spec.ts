import { expect, it } from '@jest/globals';
import { CachedValue } from './cached-value.js';

function counting(): { value: CachedValue<number>; pass(ms: number): void; failNext(): void } {
  let nowMs = 0;
  let computed = 0;
  let failing = false;
  const clock = { monotonicMs: () => nowMs } as ConstructorParameters<typeof CachedValue>[0];
  const value = new CachedValue(clock, 1_000, async () => {
    computed += 1;
    await Promise.resolve();
    if (failing) {
      failing = false;
      throw new Error('The database failed.');
    }
    return computed;
  });
  return {
    value,
    pass(ms) {
      nowMs += ms;
    },
    failNext() {
      failing = true;
    },
  };
}

it('concurrent readers share one computation', async () => {
  const { value } = counting();
  expect(await Promise.all([value.read(), value.read()])).toEqual([1, 1]);
});

it('readers share a computation that takes longer than the greatest age', async () => {
  const { value, pass } = counting();
  const first = value.read();
  pass(5_000);
  expect(await Promise.all([first, value.read()])).toEqual([1, 1]);
});

it('a value is computed again once it has its greatest age', async () => {
  const { value, pass } = counting();
  await value.read();
  pass(999);
  expect(await value.read()).toBe(1);
  pass(1);
  expect(await value.read()).toBe(2);
});

it('a failure is not kept', async () => {
  const { value, failNext } = counting();
  failNext();
  await expect(value.read()).rejects.toThrow('failed');
  expect(await value.read()).toBe(2);
});
