import '../support/quiet-logs.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UsersService } from '../../src/auth/users/users.service.js';
import { loadServiceConfig } from '../../src/config/load-config.js';
import { JobQueue } from '../../src/queue/job-queue.js';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { createApp } from '../../src/app/bootstrap.js';
import {
  FaultProxy,
  type Behaviour,
  pass,
  drop,
  shutDownAtQuery,
  refuseAsStarting,
} from '../support/fault-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let proxy: FaultProxy;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  proxy.close();
  await database.drop();
});

async function behind(...behaviours: readonly Behaviour[]): Promise<FaultProxy> {
  proxy = await FaultProxy.start(database.url, behaviours);
  return proxy;
}

describe('a database', () => {
  it.each([
    { what: 'is starting up', behaviours: [refuseAsStarting, refuseAsStarting, refuseAsStarting] },
    { what: 'restarts', behaviours: [shutDownAtQuery(1), drop, refuseAsStarting] },
  ])('that $what delays the start of the service', async ({ behaviours }) => {
    const { url } = await behind(...behaviours);
    const opened = await openDatabase({ url, poolSize: 1, dataDir: '.' });
    expect(await opened.prisma.movie.count()).toBe(0);
    expect(proxy.connections).toBeGreaterThan(behaviours.length);
    await opened.close();
  });

  it('that was never reached fails the start at once', async () => {
    const { url } = await behind(drop, refuseAsStarting);
    await expect(openDatabase({ url, poolSize: 1, dataDir: '.' })).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
    expect(proxy.connections).toBe(1);
  });
});

describe('a service', () => {
  /** Starts and closes the service. Returns the number of connections until it had started. */
  async function startsBehind(...behaviours: readonly Behaviour[]): Promise<number> {
    await database.query('DELETE FROM pipeline_users; DROP SCHEMA IF EXISTS movie_pipeline_jobs CASCADE');
    const { url } = await behind(...behaviours);
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
      const { connections } = proxy;
      expect(app.get(JobQueue).isStarted).toBe(true);
      expect(await app.get(UsersService).list()).toMatchObject([{ name: 'admin' }]);
      return connections;
    } finally {
      await app.close();
      proxy.close();
    }
  }

  it.each([2, 4])('starts although any one of its connections breaks at query %i', async (nth) => {
    const connections = await startsBehind();
    for (let unbroken = 0; unbroken < connections; unbroken++) {
      const outage = [shutDownAtQuery(nth), drop, refuseAsStarting];
      await startsBehind(...Array<Behaviour>(unbroken).fill(pass), ...outage);
    }
  });
});
