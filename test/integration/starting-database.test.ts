import '../support/quiet-logs.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UsersService } from '../../src/auth/users/users.service.js';
import { loadServiceConfig } from '../../src/config/load-config.js';
import { JobQueue } from '../../src/queue/job-queue.js';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { createApp } from '../../src/app/bootstrap.js';
import {
  DatabaseDoor,
  type Fate,
  letIn,
  nobodyThere,
  stopsAtQuery,
  tooEarly,
} from '../support/database-door.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let door: DatabaseDoor;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  door.close();
  await database.drop();
});

async function behind(...fates: readonly Fate[]): Promise<DatabaseDoor> {
  door = await DatabaseDoor.before(database.url, fates);
  return door;
}

describe('a database', () => {
  it.each([
    { what: 'is just starting', fates: [tooEarly, tooEarly, tooEarly] },
    { what: 'stops in the midst and comes back', fates: [stopsAtQuery(1), nobodyThere, tooEarly] },
  ])('that $what is waited for', async ({ fates }) => {
    const { url } = await behind(...fates);
    const opened = await openDatabase({ url, poolSize: 1, dataDir: '.' });
    expect(await opened.prisma.movie.count()).toBe(0);
    expect(door.met).toBeGreaterThan(fates.length);
    await opened.close();
  });

  it('that was not there to begin with is an error at once', async () => {
    const { url } = await behind(nobodyThere, tooEarly);
    await expect(openDatabase({ url, poolSize: 1, dataDir: '.' })).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
    expect(door.met).toBe(1);
  });
});

describe('a service', () => {
  /** Starts all of it, and ends it again. Returns how many connections it made until it had started. */
  async function startsBehind(...fates: readonly Fate[]): Promise<number> {
    await database.query('DELETE FROM pipeline_users; DROP SCHEMA IF EXISTS movie_pipeline_jobs CASCADE');
    const { url } = await behind(...fates);
    const config = loadServiceConfig(
      {
        TMDB_API_KEY: '0'.repeat(32),
        DATABASE_URL: url,
        JWT_SECRET: 'only-for-tests-'.repeat(3),
        ADMIN_USERNAME: 'admin',
        ADMIN_PASSWORD: 'only-for-tests',
        LOG_LEVEL: 'fatal',
      },
      ['api', 'worker'],
    );
    const app = await createApp(config);
    try {
      await app.init();
      const { met } = door;
      expect(app.get(JobQueue).isStarted).toBe(true);
      expect(await app.get(UsersService).list()).toMatchObject([{ name: 'admin' }]);
      return met;
    } finally {
      await app.close();
      door.close();
    }
  }

  it.each([2, 4])('starts whichever of its connections breaks, at its query %i', async (nth) => {
    const connections = await startsBehind();
    for (let unbroken = 0; unbroken < connections; unbroken++) {
      const outage = [stopsAtQuery(nth), nobodyThere, tooEarly];
      await startsBehind(...Array<Fate>(unbroken).fill(letIn), ...outage);
    }
  });
});
