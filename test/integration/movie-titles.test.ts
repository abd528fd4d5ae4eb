import '../support/quiet-logs.js';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { TitlesFillRepository } from '../../src/movies/search/titles-fill.repository.js';
import { ENRICHED, LISTED } from '../support/movies.js';
import { type MoviesStore, openMoviesStore } from '../support/movies-store.js';

const NOW = new Date('2026-09-01T00:00:00Z');

let store: MoviesStore;
let fill: TitlesFillRepository;

beforeAll(async () => {
  store = await openMoviesStore();
  fill = new TitlesFillRepository(store.prisma);
});

afterAll(async () => {
  await store.close();
});

beforeEach(async () => {
  await store.query('TRUNCATE movies CASCADE');
  await store.query('UPDATE movie_titles_fill SET next_id = 0, finished_at = now()');
});

async function titles(id = LISTED.id): Promise<Record<string, unknown>> {
  const rows = await store.query<{ title: string; main: boolean }>(
    'SELECT title, main FROM movie_titles WHERE movie_id = $1 ORDER BY title',
    [id],
  );
  return Object.fromEntries(rows.map(({ title, main }) => [title, main]));
}

it('a listed movie is stored with its title and its original title', async () => {
  await store.movies.storeListed([{ ...LISTED, title: 'The Wolf & I', originalTitle: 'オオカミ' }], NOW);
  expect(await titles()).toEqual({ 'the wolf and i': true, 'wolf and i': true, オオカミ: true });
  expect(await store.query(`SELECT tokens FROM movie_titles WHERE tokens IS NOT NULL`)).toEqual([
    { tokens: ['オオ', 'オカ', 'カミ', 'ミ'] },
  ]);
});

it('details add alternative titles and translations, and delete those that they lack', async () => {
  const translation = {
    language: 'de',
    region: 'DE',
    title: 'Kämpfer',
    overview: null,
    tagline: null,
    homepage: null,
  };
  await store.movies.storeEnriched([{ ...ENRICHED, translations: [translation] }], NOW);
  expect(await titles()).toEqual({
    'fight club': true,
    kampfer: false,
    'le club de la bagarre': false,
    'club de la bagarre': false,
  });
  await store.movies.storeEnriched([{ ...ENRICHED, alternativeTitles: [], translations: [] }], NOW);
  expect(await titles()).toEqual({ 'fight club': true });
});

it('a list that renames a movie keeps its alternative titles', async () => {
  await store.movies.storeEnriched([ENRICHED], NOW);
  await store.movies.storeListed([{ ...LISTED, title: 'Le Club de la bagarre', originalTitle: 'X' }], NOW);
  expect(await titles()).toEqual({ 'le club de la bagarre': true, 'club de la bagarre': true, x: true });
});

it('titles that stay the same are not written', async () => {
  const versions = (): Promise<unknown> =>
    store.query('SELECT title, xmin::text, ctid::text FROM movie_titles ORDER BY title');
  await store.movies.storeEnriched([ENRICHED], NOW);
  const before = await versions();
  await store.movies.storeEnriched([{ ...ENRICHED, popularity: 1 }], NOW);
  await store.movies.storeListed([{ ...LISTED, popularity: 2 }], NOW);
  expect(await versions()).toEqual(before);
});

it('the titles of a deleted movie are deleted', async () => {
  await store.movies.storeListed([LISTED], NOW);
  await store.query('DELETE FROM movies');
  expect(await titles()).toEqual({});
});

it('movies that an older version stored get their titles batch by batch, from where the last process stopped', async () => {
  const ids = [1, 2, 3, 4, 5];
  await store.movies.storeListed(
    ids.map((id) => ({ ...LISTED, id, title: `Movie ${id}`, originalTitle: null })),
    NOW,
  );
  await store.query('TRUNCATE movie_titles');
  await store.query('UPDATE movie_titles_fill SET finished_at = NULL');

  expect(await fill.advance(2)).toEqual({ state: 'advanced', movies: 2, nextId: 3 });
  expect(await fill.isFinished()).toBe(false);
  const another = new TitlesFillRepository(store.prisma);
  expect(await another.advance(2)).toEqual({ state: 'advanced', movies: 2, nextId: 5 });
  expect(await another.advance(2)).toEqual({ state: 'finished' });
  expect(await fill.advance(2)).toEqual({ state: 'finished' });
  expect(await store.query('SELECT title FROM movie_titles ORDER BY movie_id')).toEqual(
    ids.map((id) => ({ title: `movie ${id}` })),
  );
});

it('while one process fills a batch, another leaves it to it', async () => {
  await store.query('UPDATE movie_titles_fill SET finished_at = NULL');
  await store.prisma.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT FROM movie_titles_fill FOR UPDATE`;
    expect(await fill.advance(2)).toEqual({ state: 'busy' });
  });
});
