import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseDatabaseUrl } from '../../src/database/connection/database-url.js';
import { upgradeLegacyTables } from '../../src/database/legacy-upgrade/legacy-upgrade.js';
import { readMigrationFolder } from '../../src/database/migrations/migration-files.js';
import { migrateDatabase, type MigrationReport } from '../../src/database/migrations/migrator.js';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { connectClient } from '../../src/database/connection/pool.js';
import { PANDAS, SQLALCHEMY, V2, V3 } from '../support/old-databases.js';
import { schemaShape } from '../support/schema-shape.js';
import { ScratchDatabase } from '../support/scratch-database.js';

let migrationNames: readonly string[];
let freshShape: readonly string[];

beforeAll(async () => {
  const { migrations } = await readMigrationFolder();
  migrationNames = migrations.map(({ name }) => name);
  const empty = await ScratchDatabase.create();
  await migrateDatabase(empty.url);
  freshShape = await schemaShape(empty);
  await empty.drop();
});

describe.each([
  ["v2's DDL", V2],
  ["v3's DDL", V3],
  ['SQLAlchemy', SQLALCHEMY],
  ['pandas', PANDAS],
])('an old database made by %s', (maker, sql) => {
  let database: ScratchDatabase;
  let report: MigrationReport;

  beforeAll(async () => {
    database = await ScratchDatabase.create();
    await database.query(sql);
    report = await migrateDatabase(database.url);
  });

  afterAll(async () => {
    await database.drop();
  });

  it(`the migration of a database made by ${maker} reports an upgrade`, () => {
    expect(report).toEqual({ applied: migrationNames, upgradedLegacy: true });
  });

  it(`the upgrade of a database made by ${maker} adds the columns, keys and indexes of a fresh database`, async () => {
    expect(await schemaShape(database)).toEqual(expect.arrayContaining([...freshShape]));
  });

  it(`the upgrade of a database made by ${maker} keeps every movie and genre`, async () => {
    const movies = await database.query('SELECT id FROM movies ORDER BY id');
    expect(movies).toEqual([{ id: 550 }, { id: 551 }, { id: 552 }]);
    expect(await database.query('SELECT id FROM genres ORDER BY id')).toEqual([{ id: 18 }, { id: 53 }]);
  });

  it(`a second migration of a database made by ${maker} changes nothing`, async () => {
    const before = await database.snapshot();
    await expect(migrateDatabase(database.url)).resolves.toEqual({ applied: [], upgradedLegacy: false });
    expect(await database.snapshot()).toEqual(before);
  });

  it(`an upgraded database made by ${maker} accepts movies, list entries and runs`, async () => {
    const open = await openDatabase({ url: database.url, poolSize: 2, dataDir: '/nonexistent' });
    try {
      const { prisma } = open;
      await prisma.movie.update({ where: { id: 551 }, data: { title: 'A title now', runtime: 90 } });
      await prisma.movie.create({ data: { id: 2_147_483_647, categories: listEntry() } });
      await prisma.genre.upsert({
        where: { id: 53 },
        create: { id: 53, name: '' },
        update: { name: 'Drama' },
      });
      const run = await prisma.pipelineRun.create({ data: { status: 'RUNNING' } });
      expect(await prisma.pipelineRun.count({ where: { id: { gte: run.id } } })).toBe(1);
      expect(await prisma.movie.count()).toBe(4);
    } finally {
      await open.close();
    }
  });

  it(`an unrecorded upgrade of a database made by ${maker} is completed without rewriting its rows`, async () => {
    await withScratch(async (other) => {
      await other.query(sql);
      await upgradeUnrecorded(other);
      const before = await rowVersions(other);
      await expect(migrateDatabase(other.url)).resolves.toEqual({
        applied: migrationNames,
        upgradedLegacy: true,
      });
      expect(await rowVersions(other)).toEqual(before);
      expect(await schemaShape(other)).toEqual(expect.arrayContaining([...freshShape]));
    });
  });
});

describe('concurrent upgrades', () => {
  it('two processes that start together upgrade an old database once', async () => {
    await withScratch(async (database) => {
      await database.query(V3);
      const reports = await Promise.all([migrateDatabase(database.url), migrateDatabase(database.url)]);
      expect(reports.flatMap(({ applied }) => applied)).toEqual(migrationNames);
      expect(reports.filter(({ upgradedLegacy }) => upgradedLegacy)).toHaveLength(1);
    });
  });
});

describe('tables of another application', () => {
  it('a schema with only tables of another application gets the tables of a fresh database', async () => {
    await withScratch(async (database) => {
      await database.query('CREATE TABLE users (id INTEGER)');
      await expect(migrateDatabase(database.url)).resolves.toEqual({
        applied: migrationNames,
        upgradedLegacy: false,
      });
      expect(await schemaShape(database)).toEqual(freshShape);
    });
  });
});

describe('the log of an upgrade', () => {
  it('the log of an upgrade names the old tables', async () => {
    await withScratch(async (database) => {
      await database.query(V2);
      const events: unknown[] = [];
      await migrateDatabase(database.url, (event) => events.push(event));
      expect(events).toContainEqual({ event: 'database.upgraded', tables: ['genres', 'movies'] });
    });
  });
});

async function withScratch(work: (database: ScratchDatabase) => Promise<void>): Promise<void> {
  const database = await ScratchDatabase.create();
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}

function listEntry(): { create: { category: string; position: number; seenAt: Date } } {
  return { create: { category: 'popular', position: 1, seenAt: new Date(0) } };
}

async function upgradeUnrecorded(database: ScratchDatabase): Promise<void> {
  const { migrations } = await readMigrationFolder();
  const address = parseDatabaseUrl(database.url);
  const { client } = await connectClient(address);
  try {
    await upgradeLegacyTables(client, { ...address, schema: 'public' }, migrations[0]);
  } finally {
    await client.end();
  }
}

/** The transaction that last wrote each old row. A later migration writes 552, whose amounts are unknown. */
function rowVersions(database: ScratchDatabase): Promise<readonly object[]> {
  return database.query(
    `SELECT 'movie' AS kind, id, xmin::text FROM movies WHERE id <> 552 UNION ALL SELECT 'genre', id, xmin::text FROM genres
     UNION ALL SELECT 'run', id, xmin::text FROM pipeline_runs ORDER BY 1, 2`,
  );
}
