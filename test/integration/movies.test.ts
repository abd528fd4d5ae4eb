import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ListedMovie } from '../../src/movies/movie-record.js';
import { RowRefusedError } from '../../src/movies/row-refused-error.js';
import { ENRICHED, LISTED } from '../support/movies.js';
import { openMoviesStore, type MoviesStore } from '../support/movies-store.js';

const T1 = new Date('2026-09-01T12:00:00Z');
const T2 = new Date('2026-09-02T12:00:00Z');
const AT_T1 = '2026-09-01T12:00:00';
const AT_T2 = '2026-09-02T12:00:00';

let store: MoviesStore;

beforeAll(async () => {
  store = await openMoviesStore();
});
afterAll(() => store.close());
beforeEach(() => store.query('TRUNCATE movies CASCADE'));

describe('storing a list', () => {
  it('inserts a new movie, updates a changed one and does not write an unchanged one', async () => {
    expect(await store.movies.storeListed([LISTED], T1)).toEqual({
      inserted: [550],
      updated: [],
      unchanged: [],
    });
    const before = await store.rowVersion(550);
    expect(await store.movies.storeListed([LISTED], T2)).toEqual({
      inserted: [],
      updated: [],
      unchanged: [550],
    });
    expect(await store.rowVersion(550)).toEqual(before);
    const changed = await store.movies.storeListed([{ ...LISTED, popularity: 71 }], T2);
    expect(changed).toEqual({ inserted: [], updated: [550], unchanged: [] });
    expect(await store.row(550)).toMatchObject({ popularity: 71, created_at: AT_T1, updated_at: AT_T2 });
  });

  it('leaves every column that comes from details unchanged', async () => {
    await store.movies.storeEnriched([ENRICHED], T1);
    const before = await store.row(550);
    await store.movies.storeListed([{ ...LISTED, title: 'Another title' }], T2);
    expect(await store.row(550)).toEqual({ ...before, title: 'Another title', updated_at: AT_T2 });
  });

  it('never replaces a known value with null or 0', async () => {
    await store.movies.storeListed([LISTED], T1);
    const before = await store.row(550);
    const unknown = Object.fromEntries(
      Object.keys(LISTED).map((key) => [key, null]),
    ) as unknown as ListedMovie;
    const report = await store.movies.storeListed([{ ...unknown, id: 550, voteCount: 0, popularity: 0 }], T2);
    expect(report.unchanged).toEqual([550]);
    expect(await store.row(550)).toEqual(before);
  });

  it('treats genres in another order as unchanged, and an empty array as unknown', async () => {
    await store.movies.storeListed([LISTED], T1);
    const shuffled = await store.movies.storeListed([{ ...LISTED, genres: ['Thriller', 'Drama'] }], T2);
    expect(shuffled.unchanged).toEqual([550]);
    const empty = await store.movies.storeListed([{ ...LISTED, genres: [] }], T2);
    expect(empty.unchanged).toEqual([550]);
    const fewer = await store.movies.storeListed([{ ...LISTED, genres: ['Drama'] }], T2);
    expect(fewer.updated).toEqual([550]);
  });

  it('stores unknown genres as NULL, not as JSON null', async () => {
    await store.movies.storeListed([{ ...LISTED, genres: null }], T1);
    expect(await store.query('SELECT genres IS NULL AS is_null FROM movies')).toEqual([{ is_null: true }]);
  });

  it('clears gone_at of a movie that a list names again, although the movie is unchanged', async () => {
    await store.movies.storeListed([LISTED], T1);
    await store.movies.markNotFound([550], T1);
    await store.movies.markNotFound([550], T2);
    expect(await store.row(550)).toMatchObject({ gone_at: `${AT_T2}+00:00`, title: 'Fight Club' });
    expect((await store.movies.storeListed([LISTED], T2)).unchanged).toEqual([550]);
    expect(await store.row(550)).toMatchObject({ gone_at: null, updated_at: AT_T1 });
  });

  it('stores two concurrent batches of the same movies in opposite order without a deadlock', async () => {
    const movies = Array.from({ length: 200 }, (_, index) => ({ ...LISTED, id: index + 1 }));
    const [a, b] = await Promise.all([
      store.movies.storeListed(movies, T1),
      store.movies.storeListed([...movies].reverse(), T1),
    ]);
    expect(a.inserted.length + a.unchanged.length).toBe(200);
    expect(b.inserted.length + b.unchanged.length).toBe(200);
    expect(await store.query('SELECT count(*)::int AS n FROM movies')).toEqual([{ n: 200 }]);
  });

  it('stores nothing of a batch with a value that is out of range', async () => {
    const batch = [LISTED, { ...LISTED, id: 551, voteCount: 2 ** 40 }];
    await expect(store.movies.storeListed(batch, T1)).rejects.toBeInstanceOf(RowRefusedError);
    expect(await store.query('SELECT id FROM movies')).toEqual([]);
  });
});

describe('the release date', () => {
  const regional = { ...LISTED, releaseDate: '1999-11-10' };

  it('comes from a list until the movie is enriched, and from details afterwards', async () => {
    await store.movies.storeListed([LISTED], T1);
    await store.movies.storeListed([regional], T1);
    expect(await store.row(550)).toMatchObject({ release_date: '1999-11-10' });
    await store.movies.storeEnriched([ENRICHED], T1);
    expect(await store.row(550)).toMatchObject({ release_date: '1999-10-15' });
    const before = await store.rowVersion(550);
    expect((await store.movies.storeListed([regional], T2)).unchanged).toEqual([550]);
    expect(await store.rowVersion(550)).toEqual(before);
  });

  it('of a list does not change together with another value of an enriched movie', async () => {
    await store.movies.storeEnriched([ENRICHED], T1);
    await store.movies.storeListed([{ ...regional, popularity: 1 }], T2);
    expect(await store.row(550)).toMatchObject({
      release_date: '1999-10-15',
      popularity: 1,
      updated_at: AT_T2,
    });
  });

  it('of a list fills in what details do not know', async () => {
    await store.movies.storeEnriched([{ ...ENRICHED, releaseDate: null }], T1);
    await store.movies.storeListed([regional], T2);
    expect(await store.row(550)).toMatchObject({ release_date: '1999-11-10' });
  });
});

describe('storing details', () => {
  it('stores all columns, with a revenue above 2³¹', async () => {
    await store.movies.storeEnriched([ENRICHED], T1);
    expect(await store.row(550)).toMatchObject({
      runtime: 139,
      revenue: 3_000_000_000,
      cast: ENRICHED.cast,
      crew: ENRICHED.crew,
      keywords: ['dual identity'],
      similar_movie_ids: [680, 807],
      trailer_key: 'dfeUzm6KF4g',
      homepage: 'https://fightclub.example/',
      origin_country: ['US'],
      production_companies: ENRICHED.productionCompanies,
      production_countries: ['DE', 'US'],
      spoken_languages: ['en'],
      collection: null,
      video: false,
      softcore: false,
      certification: 'R',
      alternative_titles: ENRICHED.alternativeTitles,
      enriched_at: `${AT_T1}+00:00`,
    });
  });

  it('replaces the stored lists and the trailer, with empty ones too', async () => {
    await store.movies.storeEnriched([ENRICHED], T1);
    const bare = {
      ...ENRICHED,
      cast: [],
      crew: [],
      keywords: [],
      similarMovieIds: [],
      trailerKey: null,
      genres: [],
      originCountry: [],
      productionCompanies: [],
      productionCountries: [],
      spokenLanguages: [],
      alternativeTitles: [],
    };
    await store.movies.storeEnriched([bare], T2);
    expect(await store.row(550)).toMatchObject({
      cast: [],
      crew: [],
      keywords: [],
      similar_movie_ids: [],
      trailer_key: null,
      genres: [],
      origin_country: [],
      production_companies: [],
      production_countries: [],
      spoken_languages: [],
      alternative_titles: [],
      updated_at: AT_T2,
    });
  });

  it('never replaces a known single value with null, or a list with an unknown one', async () => {
    const collection = { id: 1, name: 'The Club Collection', poster_path: null };
    await store.movies.storeEnriched([{ ...ENRICHED, collection }], T1);
    const unknown = { runtime: null, budget: null, revenue: null, tagline: null, status: null, imdbId: null };
    const unknownToo = { homepage: null, collection: null, video: null, softcore: null, certification: null };
    const lists = { originCountry: null, productionCompanies: null, productionCountries: null };
    await store.movies.storeEnriched(
      [{ ...ENRICHED, ...unknown, ...unknownToo, ...lists, spokenLanguages: null }],
      T2,
    );
    expect(await store.row(550)).toMatchObject({
      origin_country: ['US'],
      production_companies: ENRICHED.productionCompanies,
      production_countries: ['DE', 'US'],
      spoken_languages: ['en'],
      collection,
      video: false,
      softcore: false,
      certification: 'R',
      runtime: 139,
      budget: 63_000_000,
      revenue: 3_000_000_000,
      tagline: 'Mischief. Mayhem. Soap.',
      status: 'Released',
      imdb_id: 'tt0137523',
      homepage: 'https://fightclub.example/',
      updated_at: AT_T1,
    });
  });

  it.each([
    [{ homepage: 'https://new.example/' }],
    [{ collection: { id: 1, name: 'The Club Collection', poster_path: null } }],
    [{ certification: '18' }],
    [{ softcore: true }],
    [{ alternativeTitles: [] }],
    [{ productionCompanies: [{ ...ENRICHED.productionCompanies![0]!, logo_path: null }] }],
  ])('moves updated_at when a value changes: %j', async (values) => {
    await store.movies.storeEnriched([ENRICHED], T1);
    const report = await store.movies.storeEnriched([{ ...ENRICHED, ...values }], T2);
    expect(report.updated).toEqual([550]);
    expect(await store.row(550)).toMatchObject({ updated_at: AT_T2 });
  });

  it('does not move updated_at when only the similar movies change', async () => {
    await store.movies.storeEnriched([ENRICHED], T1);
    await store.movies.storeEnriched([{ ...ENRICHED, similarMovieIds: [1] }], T2);
    const row = await store.row(550);
    expect(row).toMatchObject({ updated_at: AT_T1, enriched_at: `${AT_T2}+00:00`, similar_movie_ids: [1] });
  });

  it('does not write an unchanged value in TOAST again', async () => {
    const cast = Array.from({ length: 10 }, (_, order) => ({
      ...{ id: order, order, profile_path: null, character: null },
      name: Array.from({ length: 40 }, (__, at) => Math.sin(41 * order + at)).join(' '),
    }));
    await store.movies.storeEnriched([{ ...ENRICHED, cast }], T1);
    const before = await chunks();
    expect(before.length).toBeGreaterThan(0);
    await store.movies.storeEnriched([{ ...ENRICHED, cast, popularity: 1 }], T2);
    expect(await store.row(550)).toMatchObject({ cast, popularity: 1 });
    expect(await chunks()).toEqual(before);
    await store.movies.storeEnriched([{ ...ENRICHED, cast: cast.slice(1) }], T2);
    expect(await store.row(550)).toMatchObject({ cast: cast.slice(1) });
    expect(await chunks()).not.toEqual(before);
  });

  /** The TOAST chunks of `movies`. */
  async function chunks(): Promise<object[]> {
    const [toast] = await store.query<{ name: string }>(
      `SELECT reltoastrelid::regclass::text AS name FROM pg_class WHERE oid = 'movies'::regclass`,
    );
    return store.query(`SELECT chunk_id, chunk_seq, ctid::text FROM ${toast?.name ?? ''} ORDER BY 1, 2`);
  }
});

describe('storing translations and releases', () => {
  const texts = { title: 'Der Club', overview: 'Ein "Mann" …', tagline: null, homepage: null };
  const german = { language: 'de', region: 'DE', ...texts };
  const brazilian = { ...german, language: 'pt', region: 'BR', title: 'Clube da Luta' };
  const theatrical = { region: 'US', type: 3, date: '1999-10-15', certification: 'R', note: null };
  const disc = { region: 'US', type: 5, date: '2000-06-06', certification: 'R', note: 'DVD' };
  const reissue = { ...disc, date: '2009-11-17', note: 'Blu-ray' };
  const FULL = { ...ENRICHED, translations: [german, brazilian], releases: [theatrical, disc, reissue] };

  /** The rows of a table with their versions, which change whenever they are written. */
  function rows(table: string): Promise<{ row: Record<string, unknown>; version: string }[]> {
    return store.query(`SELECT to_jsonb(t) - 'movie_id' AS row, xmin::text AS version FROM ${table} t WHERE movie_id = 550
      ORDER BY to_jsonb(t)->>'region', to_jsonb(t)->>'date'`);
  }

  async function stored(): Promise<object[][]> {
    const tables = await Promise.all([rows('movie_translations'), rows('movie_releases')]);
    return tables.map((table) => table.map(({ row }) => row));
  }

  it('stores them with the movie', async () => {
    expect((await store.movies.storeEnriched([FULL], T1)).inserted).toEqual([550]);
    expect(await stored()).toEqual([
      [brazilian, german],
      [theatrical, disc, reissue],
    ]);
  });

  it('does not write them, or move updated_at, when they are the same in another order', async () => {
    await store.movies.storeEnriched([FULL], T1);
    const before = [await rows('movie_translations'), await rows('movie_releases')];
    const shuffled = { ...FULL, translations: [brazilian, german], releases: [reissue, theatrical, disc] };
    expect((await store.movies.storeEnriched([shuffled], T2)).unchanged).toEqual([550]);
    expect([await rows('movie_translations'), await rows('movie_releases')]).toEqual(before);
    expect(await store.row(550)).toMatchObject({ updated_at: AT_T1 });
  });

  it('writes only the one that changed, and moves updated_at', async () => {
    await store.movies.storeEnriched([FULL], T1);
    const before = await rows('movie_translations');
    const changed = { ...german, title: 'Klub' };
    const report = await store.movies.storeEnriched([{ ...FULL, translations: [changed, brazilian] }], T2);
    expect(report.updated).toEqual([550]);
    const after = await rows('movie_translations');
    expect(after.map(({ row }) => row)).toEqual([brazilian, changed]);
    expect(after.map(({ version }, index) => version === before[index]!.version)).toEqual([true, false]);
    expect(await store.row(550)).toMatchObject({ updated_at: AT_T2 });
  });

  it.each([
    ['the last translation', { translations: [] }, [[], [theatrical, disc, reissue]]],
    ['one translation', { translations: [german] }, [[german], [theatrical, disc, reissue]]],
    [
      'one of two releases of a type',
      { releases: [theatrical, reissue] },
      [
        [brazilian, german],
        [theatrical, reissue],
      ],
    ],
    ['all releases', { releases: [] }, [[brazilian, german], []]],
  ])('deletes what TMDB no longer has, and moves updated_at: %s', async (_, values, expected) => {
    await store.movies.storeEnriched([FULL, { ...FULL, id: 551 }], T1);
    const report = await store.movies.storeEnriched(
      [
        { ...FULL, ...values },
        { ...FULL, id: 551 },
      ],
      T2,
    );
    expect(report).toEqual({ inserted: [], updated: [550], unchanged: [551], feedMissed: [] });
    expect(await stored()).toEqual(expected);
    expect(await store.row(550)).toMatchObject({ updated_at: AT_T2 });
    expect(await store.row(551)).toMatchObject({ updated_at: AT_T1 });
    expect(await store.query('SELECT count(*)::int AS n FROM movie_releases WHERE movie_id = 551')).toEqual([
      { n: 3 },
    ]);
  });

  it('leaves them unchanged when a list names the movie', async () => {
    await store.movies.storeEnriched([FULL], T1);
    await store.movies.storeListed([{ ...LISTED, popularity: 1 }], T2);
    expect(await stored()).toEqual([
      [brazilian, german],
      [theatrical, disc, reissue],
    ]);
  });

  it('stores concurrent batches of the same movies without a deadlock', async () => {
    const batch = (title: string): (typeof FULL)[] =>
      Array.from({ length: 50 }, (_, id) => ({ ...FULL, id: id + 1, translations: [{ ...german, title }] }));
    await store.movies.storeEnriched(batch('A'), T1);
    await Promise.all([
      store.movies.storeEnriched(batch('B'), T2),
      store.movies.storeEnriched(batch('C').reverse(), T2),
    ]);
    const rows = await store.query<{ title: string }>('SELECT title FROM movie_translations');
    expect(rows).toHaveLength(50);
    expect(rows.map(({ title }) => title)).not.toContain('A');
  });

  it('stores nothing of a batch with a release that is out of range', async () => {
    const refused = { ...FULL, id: 551, releases: [{ ...disc, type: 70_000 }] };
    await expect(store.movies.storeEnriched([FULL, refused], T1)).rejects.toBeInstanceOf(RowRefusedError);
    expect(await store.query('SELECT id FROM movies')).toEqual([]);
    expect(await stored()).toEqual([[], []]);
  });
});
