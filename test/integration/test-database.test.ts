import { afterEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase } from '../support/test-database.js';

describe('a test database', () => {
  afterEach(() => {
    delete process.env.TEST_DATABASE_URL;
  });

  it('a migrated test database has the tables', async () => {
    const database = await createTestDatabase();
    await expect(database.query('SELECT * FROM movies')).resolves.toEqual([]);
    await database.drop();
  });

  it('an empty test database has no table', async () => {
    const database = await createTestDatabase('empty');
    const tables = await database.query(`SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace`);
    expect(tables).toEqual([]);
    await database.drop();
  });

  it('test databases that are created together are independent', async () => {
    const databases = await Promise.all([1, 2, 3, 4].map(() => createTestDatabase()));
    await databases[0]!.query('INSERT INTO genres (id, name) VALUES ($1, $2)', [28, 'Action']);
    await expect(databases[1]!.query('SELECT * FROM genres')).resolves.toEqual([]);
    await Promise.all(databases.map((database) => database.drop()));
  });

  it('dropping a test database names the connection that a test left open', async () => {
    const database = await createTestDatabase('empty');
    const forgotten = new Client({ connectionString: database.url, application_name: 'forgotten' });
    forgotten.on('error', () => undefined);
    await forgotten.connect();
    await expect(database.drop()).rejects.toThrow(/left connections open: forgotten/);
  });

  it('TEST_DATABASE_URL must name a test database', async () => {
    process.env.TEST_DATABASE_URL = 'postgres://me:secret@127.0.0.1:5432/movies';
    const refusal = createTestDatabase();
    await expect(refusal).rejects.toThrow(/contains "test"/);
    await expect(refusal).rejects.not.toThrow(/secret/);
  });
});
