import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FakeClock } from '../support/fake-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestScheduler, type TestScheduler } from '../support/test-scheduler.js';

const SCRIPT = join(import.meta.dirname, '..', 'support', 'fire-occurrences.mjs');
const MINUTE_MS = 60_000;

let database: TestDatabase;
let clock: FakeClock;
/** Changes the schedules and fires nothing. */
let own: TestScheduler;
let others: ChildProcess[];

beforeAll(async () => {
  database = await createTestDatabase();
  clock = new FakeClock(new Date('2026-08-31T23:59:30Z'));
  own = await startTestScheduler(database, clock, {
    QUICK_UPDATE_CRON: '* * * * *',
    SCHEDULER_ENABLED: 'false',
  });
  await own.schedules.overview();
  others = [1, 2, 3].map(() => fork(SCRIPT, [database.url]));
  await Promise.all(others.map((process) => nextMessage(process)));
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

/** Rejects when the process exits first. */
async function nextMessage(process: ChildProcess): Promise<unknown> {
  const exited = once(process, 'exit').then(([code]) => {
    throw new Error(`A process exited with code ${String(code)}.`);
  });
  const [message] = (await Promise.race([once(process, 'message'), exited])) as [unknown];
  return message;
}

/** Advances the clock while every process tries to fire at every minute. Returns how many occurrences each fired. */
async function fireEveryMinute(minutes: number): Promise<number[]> {
  const from = clock.now().getTime() + MINUTE_MS / 2;
  await clock.advance(minutes * MINUTE_MS);
  return Promise.all(
    others.map(async (process) => {
      process.send({ from, minutes });
      return ((await nextMessage(process)) as { fired: number }).fired;
    }),
  );
}

async function storedOccurrences(): Promise<number> {
  const [row] = await database.query<{ occurrences: number }>(
    `SELECT count(*)::int AS occurrences FROM scheduler_occurrences WHERE run_id IS NOT NULL`,
  );
  return row!.occurrences;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

it('three processes fire each of 300 occurrences once between them, and none while stopped', async () => {
  const fired = await fireEveryMinute(300);
  expect(sum(fired)).toBe(300);
  expect(await storedOccurrences()).toBe(300);

  await own.schedules.setRunning(false);
  expect(await fireEveryMinute(30)).toEqual([0, 0, 0]);
  await own.schedules.setRunning(true);
  expect(sum(await fireEveryMinute(30))).toBe(30);
  expect(await storedOccurrences()).toBe(330);
});
