import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '../../src/database/migrations/migrator.js';
import { openDatabase } from '../../src/database/connection/open-database.js';
import { BY_HAND, PANDAS, V2, V3 } from '../support/old-databases.js';
import { schemaShape } from '../support/schema-shape.js';
import { ScratchDatabase } from './scratch-database.js';

const ALL = ['0001_movie_pipeline', '0002_run_figures', '0003_schedules', '0004_waits', '0005_batches'];

let database: ScratchDatabase;
let fresh: readonly string[];

beforeAll(async () => {
  const empty = await ScratchDatabase.create();
  await migrateDatabase(empty.url);
  fresh = await schemaShape(empty);
  await empty.drop();
});

beforeEach(async () => {
  database = await ScratchDatabase.create();
});

afterEach(async () => {
  await database.drop();
});

describe.each([
  ['v2', V2],
  ['v3', V3],
  ['pandas', PANDAS],
  ['hand', BY_HAND],
])('a database made by %s', (_, sql) => {
  beforeEach(async () => {
    await database.query(sql);
  });

  it('is upgraded, and the report says so', async () => {
    await expect(migrateDatabase(database.url)).resolves.toEqual({ applied: ALL, adopted: true });
  });

  it('has our tables as a fresh database has them', async () => {
    await migrateDatabase(database.url);
    expect(await schemaShape(database)).toEqual(expect.arrayContaining([...fresh]));
  });

  it('keeps every movie and genre', async () => {
    await migrateDatabase(database.url);
    const movies = await database.query('SELECT id FROM movies ORDER BY id');
    expect(movies).toEqual([{ id: 550 }, { id: 551 }, { id: 552 }]);
    expect(await database.query('SELECT id FROM genres ORDER BY id')).toEqual([{ id: 18 }, { id: 53 }]);
  });

  it('is left alone the second time', async () => {
    await migrateDatabase(database.url);
    const before = await database.picture();
    await expect(migrateDatabase(database.url)).resolves.toEqual({ applied: [], adopted: false });
    expect(await database.picture()).toEqual(before);
  });

  it('is upgraded as before when the upgrade was cut off before it was recorded', async () => {
    await migrateDatabase(database.url);
    const before = (await database.picture()).filter((line) => !line.includes('_prisma_migrations'));
    await database.query('DROP TABLE _prisma_migrations');
    await expect(migrateDatabase(database.url)).resolves.toEqual({ applied: ALL, adopted: true });
    const after = (await database.picture()).filter((line) => !line.includes('_prisma_migrations'));
    expect(after).toEqual(before);
  });

  it('is upgraded once by two that start together', async () => {
    const reports = await Promise.all([migrateDatabase(database.url), migrateDatabase(database.url)]);
    expect(reports.flatMap(({ applied }) => applied)).toEqual(ALL);
    expect(await schemaShape(database)).toEqual(expect.arrayContaining([...fresh]));
  });

  it('then takes movies, lists and runs', async () => {
    const open = await openDatabase({ url: database.url, poolSize: 2, dataDir: '/nonexistent' });
    try {
      const { prisma } = open;
      await prisma.movie.update({ where: { id: 551 }, data: { title: 'A title now', runtime: 90 } });
      await prisma.movie.create({ data: { id: 2_147_483_647, categories: listed() } });
      await prisma.genre.upsert({
        where: { id: 53 },
        create: { id: 53, name: '' },
        update: { name: 'Drama' },
      });
      const run = await prisma.pipelineRun.create({ data: { status: 'RUNNING' } });
      expect(await prisma.pipelineRun.count({ where: { id: { gt: run.id } } })).toBe(0);
      expect(await prisma.movie.count()).toBe(4);
    } finally {
      await open.close();
    }
  });
});

function listed(): { create: { category: string; position: number; seenAt: Date } } {
  return { create: { category: 'popular', position: 1, seenAt: new Date(0) } };
}
