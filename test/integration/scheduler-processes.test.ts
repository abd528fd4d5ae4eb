import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FakeClock } from '../support/fake-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestScheduler, type TestScheduler } from '../support/test-scheduler.js';

const SCRIPT = join(import.meta.dirname, '..', 'support', 'fire-slots.mjs');
const MINUTE = 60_000;

let database: TestDatabase;
let clock: FakeClock;
/** Changes the schedules, and fires nothing. */
let own: TestScheduler;
let others: ChildProcess[];

beforeAll(async () => {
  database = await createTestDatabase();
  clock = new FakeClock(new Date('2026-08-31T23:59:30Z'));
  own = await startTestScheduler(database, clock, {
    QUICK_UPDATE_CRON: '* * * * *',
    SCHEDULER_ENABLED: 'false',
  });
  await own.schedules.jobs();
  others = [1, 2, 3].map(() => fork(SCRIPT, [database.url]));
  await Promise.all(others.map((process) => word(process)));
});

afterAll(async () => {
  await Promise.all(
    others.map(async (process) => {
      if (process.exitCode !== null) return;
      process.send('end');
      await once(process, 'exit');
    }),
  );
  await own.close();
  await database.drop();
});

/** What the process says next; it may not end without a word. */
async function word(process: ChildProcess): Promise<unknown> {
  const ended = once(process, 'exit').then(([code]) => {
    throw new Error(`A process ended with ${String(code)}.`);
  });
  const [said] = (await Promise.race([once(process, 'message'), ended])) as [unknown];
  return said;
}

/** Lets every process try every minute that passes; tells how many slots each fired. */
async function everyMinute(minutes: number): Promise<number[]> {
  const from = clock.now().getTime() + MINUTE / 2;
  await clock.advance(minutes * MINUTE);
  return Promise.all(
    others.map(async (process) => {
      process.send({ from, minutes });
      return ((await word(process)) as { fired: number }).fired;
    }),
  );
}

async function slots(): Promise<number> {
  const [row] = await database.query<{ slots: number }>(
    `SELECT count(*)::int AS slots FROM scheduler_occurrences WHERE run_id IS NOT NULL`,
  );
  return row!.slots;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

it('of three processes, one fires each of 1,000 slots, and all obey a stop', async () => {
  const fired = await everyMinute(1_000);
  expect(sum(fired)).toBe(1_000);
  expect(await slots()).toBe(1_000);

  await own.schedules.setRunning(false);
  expect(await everyMinute(30)).toEqual([0, 0, 0]);
  await own.schedules.setRunning(true);
  expect(sum(await everyMinute(30))).toBe(30);
  expect(await slots()).toBe(1_030);
}, 180_000);
