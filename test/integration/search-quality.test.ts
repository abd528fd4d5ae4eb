import '../support/quiet-logs.js';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { systemClock } from '../../src/common/system-clock.js';
import { summaryOf } from '../../src/movies/listed-movie.js';
import type { ListedMovie } from '../../src/movies/movie-record.js';
import { SearchRepository } from '../../src/movies/search/search.repository.js';
import { type Catalogue, movie } from '../../src/sandbox/movies.js';
import { decodeSummary } from '../../src/tmdb/schema/page.js';
import { type MoviesStore, openMoviesStore } from '../support/movies-store.js';
import { describeRecordings, recordedLines } from '../support/recordings.js';
import { type TypedQuery, typedQueries } from '../support/search-queries.js';

const NOW = new Date('2026-09-01T12:00:00Z');
const SANDBOX: Catalogue = { seed: 1, movies: 600, adultMovies: 0, people: 1, today: NOW };
/** Sandbox ids overlap with TMDB's. */
const SANDBOX_IDS = 10_000_000;

function listed(id: number, item: Readonly<Record<string, unknown>>): ListedMovie {
  return { ...summaryOf({ ...decodeSummary(item), id }), genres: null };
}

interface Result extends TypedQuery {
  /** From 1; 0: not found. */
  readonly place: number;
}

describeRecordings('Searching the recorded movies and popular ones of the sandbox', () => {
  let store: MoviesStore;
  const results: Result[] = [];

  beforeAll(async () => {
    store = await openMoviesStore();
    const recorded = recordedLines('list_items_758.ndjson').map((item) => listed(Number(item.id), item));
    const made = Array.from({ length: SANDBOX.movies }, (_, rank) => {
      const item = movie(SANDBOX, rank);
      return listed(SANDBOX_IDS + item.id, { ...item });
    });
    await store.movies.storeListed([...recorded, ...made], NOW);
    const search = new SearchRepository(store.prisma, systemClock);
    for (const query of [...typedQueries(recorded, 32), ...typedQueries(made, 6)]) {
      const hits = await search.search({ query: query.text, year: null, limit: 20 });
      results.push({ ...query, place: 1 + hits.findIndex(({ id }) => id === query.id) });
    }
  });

  afterAll(async () => {
    await store.close();
  });

  function worseThan(place: number): readonly Result[] {
    return results.filter((result) => result.place === 0 || result.place > place);
  }

  it('there are queries of each kind', () => {
    expect(new Set(results.map(({ kind }) => kind)).size).toBe(8);
    expect(results.length).toBeGreaterThanOrEqual(270);
  });

  it('the right movie is first for at least 95 % of the queries', () => {
    const share = worseThan(1).length / results.length;
    expect({ share, missed: share > 0.05 ? worseThan(1) : [] }).toEqual({ share, missed: [] });
  });

  it('the right movie is among the first five for at least 99 % of the queries', () => {
    const share = worseThan(5).length / results.length;
    expect({ share, missed: share > 0.01 ? worseThan(5) : [] }).toEqual({ share, missed: [] });
  });
});
