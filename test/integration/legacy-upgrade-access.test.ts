import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DatabaseError } from '../../src/database/errors/database-error.js';
import { parseDatabaseUrl } from '../../src/database/connection/database-url.js';
import { upgradeLegacyTables } from '../../src/database/legacy-upgrade/legacy-upgrade.js';
import { readMigrationFolder } from '../../src/database/migrations/migration-files.js';
import { migrateDatabase } from '../../src/database/migrations/migrator.js';
import { connectClient } from '../../src/database/connection/pool.js';
import { V3 } from '../support/old-databases.js';
import { refusal } from '../support/refusal.js';
import { ScratchDatabase } from '../support/scratch-database.js';

let database: ScratchDatabase;

beforeEach(async () => {
  database = await ScratchDatabase.create();
});

afterEach(async () => {
  await database.drop();
});

async function refused(sql: string, url = database.url): Promise<DatabaseError> {
  await database.query(sql);
  return refusal(database, url);
}

/** v3's tables, owned by a role that may make more beside them. */
function ownedBy({ name }: { name: string }): string {
  const owned = ['movies', 'genres', 'pipeline_runs'].map(
    (table) => `ALTER TABLE ${table} OWNER TO ${name};`,
  );
  return `${V3} ${owned.join(' ')} GRANT CREATE ON SCHEMA public TO ${name};`;
}

describe('a role without superuser rights that owns the old tables', () => {
  it('upgrades them', async () => {
    const role = await database.addRole();
    await database.query(ownedBy(role));
    await expect(migrateDatabase(role.url)).resolves.toMatchObject({ upgradedLegacy: true });
  });

  it('is told what to grant when it may not create tables', async () => {
    const role = await database.addRole();
    const { code, message } = await refused(
      `${ownedBy(role)} REVOKE CREATE ON SCHEMA public FROM PUBLIC, ${role.name}`,
      role.url,
    );
    expect(code).toBe('NOT_PERMITTED');
    expect(message).toContain(`GRANT USAGE, CREATE ON SCHEMA "public" TO "${role.name}"`);
  });

  it('is told that it may not create temporary tables', async () => {
    const role = await database.addRole();
    const { code, message } = await refused(
      `${ownedBy(role)} REVOKE TEMP ON DATABASE ${new URL(database.url).pathname.slice(1)} FROM PUBLIC`,
      role.url,
    );
    expect(code).toBe('NOT_PERMITTED');
    expect(message).toContain('permission denied to create temporary tables');
  });
});

describe('a role that does not own an old table', () => {
  it('is told the owner, and how to become it', async () => {
    const role = await database.addRole();
    const owner = await database.addRole();
    const { message } = await refused(`${ownedBy(role)} ALTER TABLE movies OWNER TO ${owner.name}`, role.url);
    expect(message).toContain(
      `movies belongs to role ${owner.name}: connect as ${owner.name}, or run ALTER TABLE movies OWNER TO ${role.name}`,
    );
  });
});

describe('old tables in a schema that another application migrates', () => {
  it('are not touched', async () => {
    const { code, message } = await refused(`${V3};
      CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL,
        finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
        started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0);
      INSERT INTO _prisma_migrations VALUES ('1', 'x', now(), '20200101_shop', NULL, NULL, now(), 1)`);
    expect(code).toBe('FOREIGN_MIGRATIONS');
    expect(message).toContain('20200101_shop');
    expect(message).toContain('?schema=movie_pipeline');
  });
});

describe('old tables that another session reads', () => {
  it('are left as they are once the wait for them is over', async () => {
    await database.query(V3);
    const before = await database.snapshot();
    const { migrations } = await readMigrationFolder();
    const address = parseDatabaseUrl(database.url);
    const [reader, client] = [await connectClient(address), await connectClient(address)];
    try {
      await reader.query('BEGIN; SELECT FROM movies');
      const target = { ...address, schema: 'public' };
      await expect(upgradeLegacyTables(client, target, migrations[0], 1)).rejects.toMatchObject({
        code: 'BUSY',
        message: expect.stringContaining('Stop the old service') as unknown,
      });
    } finally {
      await reader.end();
      await client.end();
    }
    expect(await database.snapshot()).toEqual(before);
  });
});
