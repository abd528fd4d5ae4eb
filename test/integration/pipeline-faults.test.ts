import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { presetPlan } from '../../src/runs/run-plan.js';
import { type FailingMovieReport, FailingMovies } from '../../src/runs/failing-movies.js';
import type { SandboxOptions } from '../../src/sandbox/sandbox.js';
import { RunTriggers } from '../../src/pipeline/execution/run-triggers.js';
import { RunActiveError } from '../../src/runs/run-errors.js';
import { RunLeases } from '../../src/runs/run-lease.repository.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { custom, startTestPipeline, type TestPipeline } from '../support/test-pipeline.js';

let pipeline: TestPipeline;

afterEach(async () => {
  await pipeline.close();
});

async function startPipeline(
  catalogue: SandboxOptions = {},
  env: Record<string, string> = {},
): Promise<void> {
  pipeline = await startTestPipeline({ movies: 1_000, ...catalogue }, env);
}

async function passOn(baseUrl: string, url: string, response: ServerResponse): Promise<void> {
  const answer = await fetch(baseUrl + url.slice('/3'.length));
  response.writeHead(answer.status).end(await answer.text());
}

/** Reads two pages of popular movies and enriches all of them. */
const SMALL = {
  ...custom({ categories: ['popular'], pages_per_category: 2, include_trending: false }),
  enrichment: { limit: 1_000, alsoStored: false },
};

describe('failing movies', () => {
  it('a movie that fails repeatedly is listed with its latest error', async () => {
    await startPipeline();
    const [failing] = pipeline.sandbox.movieIds(3, 1);
    const list = (): Promise<FailingMovieReport[]> => pipeline.app.get(FailingMovies).list(20);
    pipeline.sandbox.breakDown(`/movie/${failing}`);
    await pipeline.run(SMALL);
    expect(await list()).toEqual([]);
    const { run } = await pipeline.run(SMALL);
    expect(await list()).toMatchObject([
      { id: failing, failures: 2, lastError: { code: 'server_error', runId: run.id } },
    ]);
    // An error of a list entry is not an error of the details. Deleting a run deletes its errors.
    await pipeline.query(
      `INSERT INTO pipeline_run_errors (run_id, source, page, movie_id, code, message, occurred_at)
       VALUES ($1, 'popular', 1, $2, 'unusable_item', '', now())`,
      [run.id, failing],
    );
    expect(await list()).toMatchObject([{ lastError: { code: 'server_error', runId: run.id } }]);
    await pipeline.query('DELETE FROM pipeline_runs');
    expect(await list()).toMatchObject([{ id: failing, lastError: null }]);
  });

  it('a row that the database rejects fails only its own movie', async () => {
    await startPipeline();
    const [failing] = pipeline.sandbox.movieIds(5, 1);
    await pipeline.query(`ALTER TABLE movies ADD CHECK (id <> ${failing})`);
    const { run, errors } = await pipeline.run(SMALL);
    expect(run).toMatchObject({ status: 'PARTIAL', counts: { failed: 1 } });
    expect(run.counts.inserted).toBe(run.counts.enriched);
    expect(errors).toMatchObject([{ source: 'popular', page: 1, movieId: failing, code: 'row_refused' }]);
    expect(run.errorMessage).toMatch(/^1 movie failed: 1 × /);
  });
});

describe('faults of TMDB', () => {
  it('a run whose requests for details a CDN blocks stops after a few and leaves all movies due', async () => {
    const cdn = await ScriptedServer.start();
    cdn.script((response, { url = '' }) => {
      if (/\/movie\/\d+\?/.test(url)) response.writeHead(403).end('<html>Access denied</html>');
      else void passOn(pipeline.sandbox.url, url, response);
    });
    await startPipeline({}, { TMDB_BASE_URL: cdn.url });
    const { run } = await pipeline.run(SMALL);
    await cdn.stop();
    expect(run).toMatchObject({ status: 'PARTIAL', counts: { enriched: 0 } });
    expect(run.errorMessage).toContain('A CDN or a firewall in front of TMDB blocks the requests (403).');
    expect(cdn.requests.filter(({ url = '' }) => /\/movie\/\d+\?/.test(url)).length).toBeLessThan(30);
    expect(await pipeline.query('SELECT id FROM movies WHERE enrich_failures > 0')).toEqual([]);
  });

  it('a run whose key TMDB rejects fails at once with an error that names TMDB_API_KEY', async () => {
    await startPipeline();
    pipeline.sandbox.revokeKey();
    const { run } = await pipeline.run(presetPlan('daily'));
    expect(run).toMatchObject({ status: 'FAILED', errorMessage: expect.stringContaining('TMDB_API_KEY') });
    // The genres and the first page of each list are requested concurrently.
    expect(pipeline.sandbox.counters().requests).toBeLessThanOrEqual(6);
  });

  it('a run whose key TMDB revokes fails, and keeps and counts the movies that it has stored', async () => {
    await startPipeline({ latencyMs: 5 });
    const { run } = await pipeline.run(presetPlan('daily'), {
      whileActive: ({ enriched }) => {
        if (enriched > 20) pipeline.sandbox.revokeKey();
      },
    });
    expect(run).toMatchObject({ status: 'FAILED', errorMessage: expect.stringContaining('TMDB_API_KEY') });
    const stored = await pipeline.query(
      'SELECT count(*)::int AS n FROM movies WHERE enriched_at IS NOT NULL',
    );
    expect(stored).toEqual([{ n: run.counts.enriched }]);
  });

  it('a run fails early with the reason when TMDB is under maintenance from the start', async () => {
    await startPipeline({ faults: { unavailable: 1 } });
    const { run } = await pipeline.run(presetPlan('daily'));
    expect(run.status).toBe('FAILED');
    expect(run.errorMessage).toMatch(/Nothing could be stored\. TMDB is offline or under maintenance/);
    expect(pipeline.sandbox.counters().requests).toBeLessThan(60);
  });

  it('a run whose lists are all empty fails with an error that names TMDB_REGION', async () => {
    await startPipeline({}, { TMDB_REGION: 'XX' });
    const { run } = await pipeline.run(custom({ include_trending: false }));
    expect(run.status).toBe('FAILED');
    expect(run.errorMessage).toContain('TMDB_REGION');
  });
});

describe('all faults at once', () => {
  it('a run under every kind of fault ends, and enriches or reports each movie exactly once', async () => {
    await startPipeline(
      {
        movies: 2_000,
        faults: { tooMany: 0.05, serverError: 0.05, dropped: 0.02, truncated: 0.02, html: 0.01, hung: 0.01 },
      },
      { TMDB_TIMEOUT_MS: '60000' },
    );
    const { run, errors } = await pipeline.run({
      ...custom({ categories: ['popular', 'top_rated'], pages_per_category: 4 }),
      enrichment: { limit: 1_000, alsoStored: false },
    });
    expect(['SUCCESS', 'PARTIAL']).toContain(run.status);
    const { counts } = run;
    const failedMovies = errors.filter(({ movieId }) => movieId !== null).length;
    expect(counts.enriched + failedMovies).toBe(run.moviesProcessed);
    expect(counts.failed).toBe(errors.length);
    expect(await pipeline.query('SELECT count(*)::int AS n FROM movies')).toEqual([
      { n: run.moviesProcessed },
    ]);
    expect(counts.tmdbRequests).toBe(pipeline.sandbox.counters().requests);
    expect(counts.tmdbRetries).toBeGreaterThan(0);
  }, 120_000);
});

describe('cancelling', () => {
  it('a cancelled run keeps and counts the movies that it has stored, and the next run succeeds', async () => {
    await startPipeline({ latencyMs: 5 });
    let isCancelled = false;
    const { run } = await pipeline.run(presetPlan('daily'), {
      whileActive: async ({ enriched }, runId) => {
        if (enriched > 20 && !isCancelled) await pipeline.app.get(RunLeases).cancel(runId, new Date());
        isCancelled ||= enriched > 20;
      },
    });
    expect(run).toMatchObject({ status: 'CANCELLED', errorMessage: 'Cancelled; what was stored stays.' });
    const stored = await pipeline.query(
      'SELECT count(*)::int AS n FROM movies WHERE enriched_at IS NOT NULL',
    );
    expect(stored).toEqual([{ n: run.counts.enriched }]);
    expect((await pipeline.run(presetPlan('quick'))).run.status).toBe('SUCCESS');
  });
});

describe('concurrent runs', () => {
  it('a run that is requested during another is refused with an error that names the active run', async () => {
    await startPipeline({ latencyMs: 20 });
    const first = pipeline.run(presetPlan('quick'));
    await until(() => pipeline.sandbox.counters().requests > 0, {
      deadlineMs: 20_000,
      what: 'the first run sends a request',
    });
    await expect(pipeline.run(presetPlan('full'))).rejects.toThrow(/^Run 1 \(quick\) has been active since /);
    expect((await first).run.status).toBe('SUCCESS');
  });

  it('one of five runs that are requested at once is queued, and the others are refused', async () => {
    await startPipeline({ latencyMs: 20 });
    const triggers = pipeline.app.get(RunTriggers);
    const requests = Array.from({ length: 5 }, (_, n) =>
      triggers.trigger(presetPlan('quick'), { trigger: 'api', username: `user${n}`, key: null }),
    );
    const results = await Promise.allSettled(requests);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(RunActiveError);
    }
    expect(await pipeline.query('SELECT count(*)::int AS n FROM pipeline_runs')).toEqual([{ n: 1 }]);
  });
});
