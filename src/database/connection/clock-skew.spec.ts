import { expect, it } from '@jest/globals';
import type { Clock } from '../../common/clock.js';
import { ClockSkew } from './clock-skew.js';
import type { OpenDatabase } from './open-database.js';

const DATABASE_NOW = new Date('2026-09-01T12:00:00Z');

function faultAt(processNow: string): Promise<string | null> {
  const database = { pool: { query: () => Promise.resolve({ rows: [{ now: DATABASE_NOW }] }) } };
  const clock = { now: () => new Date(processNow) };
  return new ClockSkew(database as unknown as OpenDatabase, clock as Clock).fault();
}

it.each(['2026-09-01T11:59:00Z', '2026-09-01T12:00:00Z', '2026-09-01T12:01:00Z'])(
  'a clock at %s agrees with a database at 12:00:00',
  async (now) => {
    expect(await faultAt(now)).toBeNull();
  },
);

it.each([
  ['2027-10-06T12:00:00Z', '400 days ahead of'],
  ['2026-09-01T10:30:00Z', '1 hour behind'],
  ['2026-09-01T12:01:01Z', '1 minute ahead of'],
])('a clock at %s is %s that of a database at 12:00:00 on 1 September 2026', async (now, difference) => {
  expect(await faultAt(now)).toContain(`is ${difference} the database's. Set the clock that is wrong`);
});
