import { describe, expect, it } from '@jest/globals';
import { outcomeOf, type RunResults } from './run-outcome.js';
import type { ItemError, RunCounts, SourceReport } from './run.js';

const NO_COUNTS: RunCounts = {
  fetched: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  enriched: 0,
  skippedFresh: 0,
  feedMissed: 0,
  gone: 0,
  failed: 0,
  tmdbRequests: 0,
  tmdbRetries: 0,
  rateLimited: 0,
  waitedSeconds: 0,
};

function source(change: Partial<SourceReport>): SourceReport {
  return {
    source: 'popular',
    pages_planned: 3,
    pages_fetched: 3,
    movies: 60,
    status: 'done',
    error: null,
    ...change,
  };
}

function failure(change: Partial<ItemError>): ItemError {
  return {
    source: null,
    page: null,
    movieId: null,
    code: 'server_error',
    message: 'TMDB failed.',
    occurredAt: new Date(0),
    ...change,
  };
}

function results(change: {
  counts?: Partial<RunCounts>;
  sources?: SourceReport[];
  errors?: ItemError[];
}): RunResults {
  const errors = change.errors ?? [];
  return {
    counts: { ...NO_COUNTS, failed: errors.length, ...change.counts },
    sources: change.sources ?? [source({})],
    errors,
  };
}

describe('the outcome of a run', () => {
  it('a run that stored everything ends SUCCESS even if movies are gone', () => {
    expect(outcomeOf({ kind: 'completed' }, results({ counts: { inserted: 60, gone: 2 } }))).toEqual({
      status: 'SUCCESS',
      errorMessage: null,
    });
  });

  it('a PARTIAL run names the source that failed and the reason', () => {
    const outcome = outcomeOf(
      { kind: 'completed' },
      results({
        counts: { inserted: 60 },
        sources: [source({}), source({ source: 'top_rated', status: 'failed', error: 'TMDB answered 500.' })],
        errors: [failure({ source: 'top_rated', page: 1 })],
      }),
    );
    expect(outcome).toEqual({
      status: 'PARTIAL',
      errorMessage: '1 of 2 sources failed: top_rated (TMDB answered 500.).',
    });
  });

  it('a PARTIAL run counts its failed movies and pages by reason', () => {
    const outcome = outcomeOf(
      { kind: 'completed' },
      results({
        counts: { unchanged: 60 },
        errors: [
          failure({ movieId: 1 }),
          failure({ movieId: 2 }),
          failure({ movieId: 3, code: 'timeout', message: 'TMDB was silent.' }),
          failure({ source: 'popular', page: 2 }),
        ],
      }),
    );
    expect(outcome).toEqual({
      status: 'PARTIAL',
      errorMessage: '1 page failed: 1 × TMDB failed. 3 movies failed: 2 × TMDB failed; 1 × TMDB was silent.',
    });
  });

  it('a PARTIAL run tells different reasons of one kind of failure apart, and counts what it does not name', () => {
    const lacks = (part: string): Partial<ItemError> => ({
      code: 'unusable_body',
      message: `TMDB's response cannot be used: it lacks ${part}.`,
    });
    const outcome = outcomeOf(
      { kind: 'completed' },
      results({
        counts: { unchanged: 60, failed: 9 },
        errors: [
          failure({ movieId: 1, ...lacks('keywords.keywords') }),
          failure({ movieId: 2, ...lacks('credits.cast') }),
          ...['a', 'a', 'b', 'c'].map((message, index) => failure({ movieId: 3 + index, message })),
        ],
      }),
    );
    expect(outcome.errorMessage).toBe(
      "6 movies failed: 2 × a; 1 × TMDB's response cannot be used: it lacks keywords.keywords; " +
        "1 × TMDB's response cannot be used: it lacks credits.cast; 2 × another reason. 3 further items failed.",
    );
  });

  it('a PARTIAL run names lists, pages, list entries and movies for what they are', () => {
    const entry = {
      source: 'popular',
      page: 1,
      code: 'unusable_item',
      message: 'The entry has no usable id.',
    };
    const outcome = outcomeOf(
      { kind: 'completed' },
      results({
        counts: { unchanged: 60 },
        errors: [
          failure(entry),
          failure(entry),
          failure({ source: 'popular', page: 2 }),
          failure({ source: 'popular', page: 1, movieId: 7, code: 'row_refused', message: 'Refused.' }),
          failure({ source: 'genres' }),
        ],
      }),
    );
    expect(outcome.errorMessage).toBe(
      '1 list failed: 1 × TMDB failed. 1 page failed: 1 × TMDB failed. ' +
        '2 list entries failed: 2 × The entry has no usable id. 1 movie failed: 1 × Refused.',
    );
  });

  it('a run ends PARTIAL when TMDB goes down after something was stored', () => {
    const outcome = outcomeOf(
      { kind: 'upstream', message: 'TMDB is down.' },
      results({ counts: { inserted: 20 } }),
    );
    expect(outcome).toEqual({ status: 'PARTIAL', errorMessage: 'TMDB is down.' });
  });

  it('a run that stored nothing ends FAILED with the reason', () => {
    expect(outcomeOf({ kind: 'upstream', message: 'TMDB is down.' }, results({}))).toEqual({
      status: 'FAILED',
      errorMessage: 'Nothing could be stored. TMDB is down.',
    });
    expect(outcomeOf({ kind: 'completed' }, results({})).errorMessage).toContain('Check TMDB_REGION');
  });

  it('a run that fails because of the key or the database ends FAILED whatever was stored before', () => {
    const outcome = outcomeOf(
      { kind: 'failed', message: 'Check TMDB_API_KEY.' },
      results({ counts: { inserted: 20 } }),
    );
    expect(outcome).toEqual({ status: 'FAILED', errorMessage: 'Check TMDB_API_KEY.' });
  });

  it('a run that is cancelled ends CANCELLED', () => {
    expect(outcomeOf({ kind: 'cancelled' }, results({ counts: { inserted: 20 } })).status).toBe('CANCELLED');
  });
});
