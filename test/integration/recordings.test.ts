import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { enrichedMovie } from '../../src/enrichment/enriched-movie.js';
import { listedMovie } from '../../src/movies/listed-movie.js';
import type { TmdbClient, TmdbList } from '../../src/tmdb/tmdb-client.js';
import type { TmdbPage } from '../../src/tmdb/schema/page.js';
import { openMoviesStore, type MoviesStore } from '../support/movies-store.js';
import { describeRecordings, recordedLines, recording, recordingsOf } from '../support/recordings.js';
import { LISTED_MOVIES, MOVIE_10140, MOVIE_47964 } from '../support/recorded-movies.js';
import { CERTIFICATIONS_10140, PRODUCTIONS, RELEASES_10140 } from '../support/recorded-productions.js';
import { json, ScriptedServer } from '../support/scripted-server.js';
import { tmdbClient } from '../support/tmdb-client.js';

const NOW = new Date('2026-09-01T12:00:00Z');
const COMPOSED = 'composed/COMPOSED-2025-12__movie_47964__append-credits,keywords,videos,similar.json';
const REGIONS = { certificationRegion: 'US', releaseRegions: [] };
/** Parts of which there is no recording. */
const UNRECORDED = { alternative_titles: { titles: [] }, release_dates: { results: [] } };
const GENRES = 'genre_movie_list/tmdblib-2025-12__genre_movie_list.json';
const LISTS: readonly TmdbList[] = ['popular', 'top_rated', 'upcoming', 'now_playing'];

describeRecordings("TMDB's recorded responses", () => {
  let server: ScriptedServer;
  let tmdb: TmdbClient;
  let store: MoviesStore;
  let genres: ReadonlyMap<number, string>;

  beforeAll(async () => {
    [server, store] = await Promise.all([ScriptedServer.start(), openMoviesStore()]);
    tmdb = tmdbClient(server.url);
    server.script(json(200, recording(GENRES)));
    genres = new Map((await tmdb.genres({})).map(({ id, name }) => [id, name ?? '']));
  });
  afterAll(async () => {
    await Promise.all([server.stop(), store.close()]);
  });
  beforeEach(() => store.query('TRUNCATE movies CASCADE'));

  async function page(body: Record<string, unknown>): Promise<TmdbPage> {
    server.script(json(200, body));
    return tmdb.list('popular', body.page as number, {});
  }

  async function storeAll(body: Record<string, unknown>): Promise<number> {
    const { items, rejected } = await page(body);
    expect(rejected).toEqual([]);
    const report = await store.movies.storeListed(
      items.map((item) => listedMovie(item, genres)),
      NOW,
    );
    expect(report.inserted).toHaveLength(items.length);
    return items.length;
  }

  it('contain all 19 genres', () => {
    expect(genres.size).toBe(19);
    expect(genres.get(878)).toBe('Science Fiction');
  });

  it.each(LISTS.flatMap((list) => recordingsOf(`list_${list}`)))(
    'contain 20 movies on a list page: %s',
    async (path) => {
      expect(await storeAll(recording(path))).toBe(20);
    },
  );

  it('contain 20 trending movies', async () => {
    server.script(json(200, recording('trending/tmdblib-2025-12__trending_movie_week.json')));
    const { items, totalPages, rejected } = await tmdb.trending(1, {});
    expect([items.length, totalPages, rejected]).toEqual([20, 500, []]);
  });

  it('contain 758 different list items, and all of them are stored', async () => {
    const results = recordedLines('list_items_758.ndjson');
    for (let page = 1; page <= 38; page++) {
      const items = results.slice(20 * (page - 1), 20 * page);
      await storeAll({ page, results: items, total_pages: 38, total_results: results.length });
    }
    expect(await store.query('SELECT count(*)::int AS movies FROM movies')).toEqual([{ movies: 758 }]);
  });

  it.each(LISTED_MOVIES.map((movie) => [movie.title, movie] as const))(
    'are stored from a list item as the row written by hand: %s',
    async (_, expected) => {
      const item = recordedLines('list_items_758.ndjson').find(({ id }) => id === expected.id);
      await storeAll({ page: 1, results: [item], total_pages: 1, total_results: 1 });
      expect(await store.row(expected.id)).toMatchObject(expected);
    },
  );

  it('are stored from details as the row written by hand: A Good Day to Die Hard', async () => {
    server.script(json(200, { ...recording(COMPOSED), ...UNRECORDED }));
    const movie = enrichedMovie(await tmdb.movie(47964, {}), 'en-US', REGIONS);
    await store.movies.storeEnriched([movie], NOW);
    expect(await store.row(47964)).toEqual(MOVIE_47964);
  });

  it('are stored from details with crew and trailer as written by hand: The Voyage of the Dawn Treader', async () => {
    const [path] = recordingsOf('movie_details').filter((name) => name.includes('movie_10140'));
    const { keywords, similar } = recording(COMPOSED);
    server.script(json(200, { ...UNRECORDED, keywords, similar, ...recording(path!) }));
    await store.movies.storeEnriched([enrichedMovie(await tmdb.movie(10140, {}), 'en-US', REGIONS)], NOW);
    expect(await store.row(10140)).toMatchObject(MOVIE_10140);
  });

  it.each(CERTIFICATIONS_10140)(
    'have the certification of a region as written by hand: %s',
    async (certificationRegion, certification) => {
      const [path] = recordingsOf('movie_details').filter((name) => name.includes('movie_10140'));
      const { keywords, similar } = recording(COMPOSED);
      server.script(json(200, { ...UNRECORDED, keywords, similar, ...recording(path!) }));
      const movie = await tmdbClient(server.url, { TMDB_REGION: certificationRegion }).movie(10140, {});
      const regions = { certificationRegion, releaseRegions: [] };
      expect(enrichedMovie(movie, 'en-US', regions)).toMatchObject({ certification, releases: [] });
    },
  );

  it('are stored with the releases of the configured regions as written by hand', async () => {
    const [path] = recordingsOf('movie_details').filter((name) => name.includes('movie_10140'));
    const { keywords, similar } = recording(COMPOSED);
    server.script(json(200, { ...UNRECORDED, keywords, similar, ...recording(path!) }));
    const movie = await tmdbClient(server.url, { REGIONS: 'NL,IT,SE' }).movie(10140, {});
    const regions = { certificationRegion: 'US', releaseRegions: ['NL', 'IT', 'SE'] };
    await store.movies.storeEnriched([enrichedMovie(movie, 'en-US', regions)], NOW);
    expect(
      await store.query(
        `SELECT region, type, date::text, certification, note FROM movie_releases ORDER BY region, type, date`,
      ),
    ).toEqual(RELEASES_10140);
  });

  it.each(PRODUCTIONS)('are stored with their production as written by hand: %s', async (name, expected) => {
    const [path] = recordingsOf('movie_details').filter((file) => file.includes(name));
    const { credits, keywords, videos, similar } = recording(COMPOSED);
    server.script(json(200, { credits, keywords, videos, similar, ...UNRECORDED, ...recording(path!) }));
    await store.movies.storeEnriched(
      [enrichedMovie(await tmdb.movie(expected.id, {}), 'de-DE', REGIONS)],
      NOW,
    );
    expect(await store.row(expected.id)).toMatchObject(expected);
  });

  it.each(recordingsOf('movie_details'))(
    'have their single values stored with any other parts: %s',
    async (path) => {
      const alone = recording(path) as {
        id: number;
        title: string;
        revenue: number;
        runtime: number;
        homepage: string;
      };
      const { credits, keywords, videos, similar } = recording(COMPOSED);
      server.script(json(200, { credits, keywords, videos, similar, ...UNRECORDED, ...alone }));
      await store.movies.storeEnriched(
        [enrichedMovie(await tmdb.movie(alone.id, {}), 'de-DE', REGIONS)],
        NOW,
      );
      const { title, revenue, runtime } = alone;
      const homepage = alone.homepage === '' ? null : alone.homepage;
      expect(await store.row(alone.id)).toMatchObject({ title, revenue, runtime, homepage });
    },
  );

  it.each(recordingsOf('movie_details'))(
    'are rejected when an appended part is missing: %s',
    async (path) => {
      const alone = recording(path) as { id: number };
      server.script(json(200, alone));
      await expect(tmdb.movie(alone.id, {})).rejects.toMatchObject({ kind: 'unusable_body' });
    },
  );

  it.each([
    ['errors/QUOTED__401_2026_nokey.json', 401, 'key_refused'],
    ['errors/QUOTED__422_page_over_500_legacy_pre-2024.json', 422, 'bad_request'],
    ['errors/tmdblib-2025-12__404_movie_999999999.json', 404, 'not_found'],
    ['errors/tmdblib-2025-12__401_authentication_session_new.json', 401, 'key_refused'],
  ])('are mapped to a kind of error: %s', async (path, status, kind) => {
    server.script(json(status, recording(path)));
    await expect(tmdb.movie(999999999, {})).rejects.toMatchObject({ kind });
  });
});
