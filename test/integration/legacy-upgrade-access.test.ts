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

async function refusalAfter(sql: string, url = database.url): Promise<DatabaseError> {
  await database.query(sql);
  return refusal(database, url);
}

function databaseName(): string {
  return new URL(database.url).pathname.slice(1);
}

/** Creates v3's tables for a role that may create other tables in their schema, and the schema of the queue. */
function v3TablesOf({ name }: { name: string }): string {
  const owners = ['movies', 'genres', 'pipeline_runs'].map(
    (table) => `ALTER TABLE ${table} OWNER TO ${name};`,
  );
  const grants = `GRANT CREATE ON SCHEMA public TO ${name}; GRANT CREATE ON DATABASE ${databaseName()} TO ${name};`;
  return `${V3} ${owners.join(' ')} ${grants}`;
}

describe('a role that owns the old tables', () => {
  it('a role without superuser rights upgrades the old tables that it owns', async () => {
    const role = await database.addRole();
    await database.query(v3TablesOf(role));
    await expect(migrateDatabase(role.url)).resolves.toMatchObject({ upgradedLegacy: true });
  });

  it('a role that may not create tables cannot upgrade, and the error contains the GRANT that it needs', async () => {
    const role = await database.addRole();
    const { code, message } = await refusalAfter(
      `${v3TablesOf(role)} REVOKE CREATE ON SCHEMA public FROM PUBLIC, ${role.name}`,
      role.url,
    );
    expect(code).toBe('NOT_PERMITTED');
    expect(message).toContain(`GRANT USAGE, CREATE ON SCHEMA "public" TO "${role.name}"`);
  });

  it('a role that may not create temporary tables cannot upgrade, and the error names the permission', async () => {
    const role = await database.addRole();
    const { code, message } = await refusalAfter(
      `${v3TablesOf(role)} REVOKE TEMP ON DATABASE ${databaseName()} FROM PUBLIC`,
      role.url,
    );
    expect(code).toBe('NOT_PERMITTED');
    expect(message).toContain('permission denied to create temporary tables');
  });
});

describe('a role that does not own an old table', () => {
  it('a role that does not own an old table cannot upgrade, and the error names the owner and the remedy', async () => {
    const role = await database.addRole();
    const owner = await database.addRole();
    const { message } = await refusalAfter(
      `${v3TablesOf(role)} ALTER TABLE movies OWNER TO ${owner.name}`,
      role.url,
    );
    expect(message).toContain(
      `movies belongs to role ${owner.name}: connect as ${owner.name}, or run ALTER TABLE movies OWNER TO ${role.name}`,
    );
  });
});

describe('a schema that another application migrates', () => {
  it('old tables in a schema that another application migrates are not changed', async () => {
    const { code, message } = await refusalAfter(`${V3};
      CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL,
        finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
        started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0);
      INSERT INTO _prisma_migrations VALUES ('1', 'x', now(), '20200101_shop', NULL, NULL, now(), 1)`);
    expect(code).toBe('FOREIGN_MIGRATIONS');
    expect(message).toContain('20200101_shop');
    expect(message).toContain('?schema=movie_pipeline');
  });
});

describe('locked tables', () => {
  it('old tables that another session reads are unchanged after the wait for their locks times out', async () => {
    await database.query(V3);
    const before = await database.snapshot();
    const { migrations } = await readMigrationFolder();
    const address = parseDatabaseUrl(database.url);
    const [{ client: reader }, { client }] = [await connectClient(address), await connectClient(address)];
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
