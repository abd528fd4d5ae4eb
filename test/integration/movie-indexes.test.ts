import '../support/quiet-logs.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OpenDatabase, openDatabase } from '../../src/database/connection/open-database.js';
import { type Sql, sql } from '../../src/database/prisma.service.js';
import { conditionOf, type MovieFilters } from '../../src/movies/reader/movie-filters.js';
import { MOVIE_SORTS, type MovieSort, orderOf } from '../../src/movies/reader/movie-sort.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let open: OpenDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  open = await openDatabase({ url: database.url, poolSize: 2, dataDir: '/nonexistent' });
});

afterAll(async () => {
  await open.close();
  await database.drop();
});

/** The plan that PostgreSQL chooses when it avoids reading the whole table and sorting. */
async function plan({ text, values }: Sql): Promise<string> {
  const client = await open.pool.connect();
  try {
    await client.query('BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

const list = <T>(value: T): { match: 'all' | 'any'; values: readonly [T] } => ({
  match: 'any',
  values: [value],
});

describe('the index that a filter can use', () => {
  it.each<[Partial<MovieFilters>, string]>([
    [{ ids: list(1) }, 'movies_pkey'],
    [{ genre: list('Drama') }, 'movies_facets'],
    [{ keyword: list('heist') }, 'movies_facets'],
    [{ cast: list(1) }, 'movies_facets'],
    [{ crew: list(1) }, 'movies_facets'],
    [{ director: list(1) }, 'movies_facets'],
    [{ company: list(1) }, 'movies_facets'],
    [{ collection: list(1) }, 'movies_facets'],
    [{ original_language: list('en') }, 'movies_facets'],
    [{ origin_country: list('US') }, 'movies_facets'],
    [{ status: list('Released') }, 'movies_facets'],
    [{ certification: list('R') }, 'movies_facets'],
    [{ year: 1999 }, 'movies_by_release'],
    [{ released_from: '1999-01-01' }, 'movies_by_release'],
    [{ released_to: '1999-01-01' }, 'movies_by_release'],
    [{ rating_min: 7 }, 'movies_by_rating'],
    [{ rating_max: 7 }, 'movies_by_rating'],
    [{ votes_min: 7 }, 'movies_by_votes'],
    [{ runtime_min: 7 }, 'movies_by_runtime'],
    [{ runtime_max: 7 }, 'movies_by_runtime'],
    [{ updated_since: new Date() }, 'movies_by_update'],
    [{ adult: 'true' }, 'movies_adult'],
    [{ gone: 'true' }, 'movies_gone'],
  ])('of %j is %s', async (filters, index) => {
    const condition = conditionOf({ adult: 'any', gone: 'any', ...filters });
    expect(await plan(sql`SELECT id FROM movies m WHERE ${condition}`)).toMatch(
      new RegExp(`Scan.* ${index}\\b`),
    );
  });
});

describe('the index that an order follows', () => {
  const INDEXES: Readonly<Record<string, string>> = {
    ...{ popularity: 'movies_by_popularity', rating: 'movies_by_rating', votes: 'movies_by_votes' },
    ...{
      released: 'movies_by_release',
      title: 'movies_by_title',
      updated: 'movies_by_update',
      id: 'movies_pkey',
    },
  };
  const KEYS: Readonly<Record<string, string>> = { released: '1999-01-01', updated: '2026-09-01 00:00:00' };

  it.each(MOVIE_SORTS.map((sort): [MovieSort, string] => [sort, INDEXES[sort.replace('-', '')]!]))(
    'of sort=%s is %s, from the beginning, after a movie, and among those without a value',
    async (sort, index) => {
      const key = KEYS[sort.replace('-', '')] ?? '5';
      for (const after of [
        null,
        { key, id: 5 },
        ...(/id|updated/.test(sort) ? [] : [{ key: null, id: 5 }]),
      ]) {
        const { parts } = orderOf(sort, after);
        for (const { condition, orderBy } of parts) {
          const found = await plan(
            sql`SELECT id FROM movies m WHERE ${condition} ORDER BY ${orderBy} LIMIT 20`,
          );
          expect(found).toMatch(new RegExp(`Index (?:Only )?Scan (?:Backward )?using ${index}\\b`));
          expect(found).not.toContain('Sort');
        }
      }
    },
  );
});
