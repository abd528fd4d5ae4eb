import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { readMigrationFolder } from '../../src/database/migrations/migration-files.js';
import { migrateDatabase } from '../../src/database/migrations/migrator.js';
import { RELEASED_VERSIONS } from '../support/released-versions.js';
import { schemaShape } from '../support/schema-shape.js';
import { ScratchDatabase } from '../support/scratch-database.js';

/** As Prisma's engine creates it. */
const CREATE_HISTORY = `CREATE TABLE _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

it.each(RELEASED_VERSIONS)(
  'a database of version $version is upgraded to the tables of a new one, with its data',
  async ({ lastMigration, data, kept }) => {
    const [old, fresh] = [await ScratchDatabase.create(), await ScratchDatabase.create()];
    try {
      const { migrations } = await readMigrationFolder();
      await old.query(CREATE_HISTORY);
      for (const { name, sql, checksum } of migrations.filter(
        (migration) => migration.name <= lastMigration,
      )) {
        await old.query(sql);
        await old.query(
          'INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) VALUES ($1, $2, now(), $3, 1)',
          [randomUUID(), checksum, name],
        );
      }
      await old.query(data);
      await migrateDatabase(old.url);
      await migrateDatabase(fresh.url);
      expect(await schemaShape(old)).toEqual(await schemaShape(fresh));
      for (const [query, rows] of Object.entries(kept))
        expect([query, await old.query(query)]).toEqual([query, rows]);
    } finally {
      await old.drop();
      await fresh.drop();
    }
  },
);
