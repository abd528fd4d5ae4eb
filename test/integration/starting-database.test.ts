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

async function startProxy(...behaviours: readonly Behaviour[]): Promise<FaultProxy> {
  proxy = await FaultProxy.start(database.url, behaviours);
  return proxy;
}

describe('opening a database', () => {
  it.each([
    { what: 'is starting up', behaviours: [refuseAsStarting, refuseAsStarting, refuseAsStarting] },
    { what: 'restarts', behaviours: [shutDownAtQuery(1), drop, refuseAsStarting] },
  ])('a database that $what delays the start of the service', async ({ behaviours }) => {
    const { url } = await startProxy(...behaviours);
    const opened = await openDatabase({ url, poolSize: 1, dataDir: '.' });
    expect(await opened.prisma.movie.count()).toBe(0);
    expect(proxy.connections).toBeGreaterThan(behaviours.length);
    await opened.close();
  });

  it('a database that cannot be reached fails the start at once', async () => {
    const { url } = await startProxy(drop, refuseAsStarting);
    await expect(openDatabase({ url, poolSize: 1, dataDir: '.' })).rejects.toMatchObject({
      code: 'UNREACHABLE',
    });
    expect(proxy.connections).toBe(1);
  });
});

describe('starting the service', () => {
  /** Starts and closes the service. Returns the number of connections that the start opened. */
  async function startService(...behaviours: readonly Behaviour[]): Promise<number> {
    await database.query('DELETE FROM pipeline_users; DROP SCHEMA IF EXISTS movie_pipeline_jobs CASCADE');
    const { url } = await startProxy(...behaviours);
    const config = loadServiceConfig(
      {
        TMDB_API_KEY: '0'.repeat(32),
        DATABASE_URL: url,
        JWT_SECRET: 'only-for-tests-0f7c2e9a4b6d8135e1',
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

  it.each([2, 4])('the service starts even if any one of its connections breaks at query %i', async (nth) => {
    const connections = await startService();
    for (let passed = 0; passed < connections; passed++) {
      const outage = [shutDownAtQuery(nth), drop, refuseAsStarting];
      await startService(...Array<Behaviour>(passed).fill(pass), ...outage);
    }
  });
});
