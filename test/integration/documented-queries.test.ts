import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DOCUMENTS = ['README.md', 'docs/tables.md', 'docs/operations.md'];

const blocks = await Promise.all(
  DOCUMENTS.map(async (document) => {
    const text = await readFile(document, 'utf8');
    return [...text.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql!);
  }),
);
const queries = blocks.flat().flatMap((block) => block.split(/;\n/).filter((query) => query.trim() !== ''));

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`
    INSERT INTO movies (id, title, updated_at) VALUES
      (1, 'Changed today', timezone('utc', now()) - interval '23 hours'),
      (2, 'Changed before', timezone('utc', now()) - interval '25 hours')`);
  client = new Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('the queries of the documentation', () => {
  it.each(queries)('a documented query runs on the tables: %s', async (query) => {
    await client.query(query);
  });

  it.each(['UTC', 'Asia/Tokyo', 'America/Los_Angeles'])(
    'a documented query for recent changes finds them in a session in %s',
    async (zone) => {
      const recent = queries.filter((query) => query.includes('updated_at >'));
      expect(recent).toHaveLength(2);
      await client.query(`SET timezone TO '${zone}'`);
      for (const query of recent) expect((await client.query(query)).rows).toMatchObject([{ id: 1 }]);
    },
  );
});
