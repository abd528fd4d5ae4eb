/**
 * Databases of released versions. The migrations of a version never change, which their checksums prove, so that its
 * schema is made by those up to `lastMigration`; the data are as that version stored them. Add one at each release.
 */
export const RELEASED_VERSIONS = [
  {
    version: '4.0.0',
    lastMigration: '0005_batches',
    data: `
      INSERT INTO movies (id, title, vote_average, vote_count, budget, revenue, runtime, genres, "cast", enriched_at) VALUES
        (550, 'Fight Club', 8.438, 29000, 63000000, 9223372036854775807, 139, '["Drama"]', '[{"id": 819}]', '2026-11-01T00:00:00Z'),
        (551, NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL);
      INSERT INTO genres VALUES (18, 'Drama');
      INSERT INTO movie_categories VALUES ('popular', 550, 1, '2026-11-01T00:00:00Z');
      INSERT INTO pipeline_runs (status, update_type, trigger, options, duration_seconds, job_id) VALUES
        ('SUCCESS', 'daily', 'schedule', '{}', 12.5, gen_random_uuid()), ('RUNNING', 'custom', 'cli', '{}', NULL, NULL),
        ('QUEUED', 'quick', 'api', '{}', NULL, gen_random_uuid());
      INSERT INTO pipeline_run_errors (run_id, movie_id, code, message, occurred_at)
        VALUES (1, 551, 'server_error', 'TMDB failed', '2026-11-01T00:00:00Z');
      INSERT INTO pipeline_run_films VALUES (3, 550, 'inserted', 0, 'due');
      INSERT INTO pipeline_run_pages VALUES (3, 'popular', 1, 500, '{550}', 0);
      INSERT INTO pipeline_run_requests VALUES ('ann', 'key', 'digest', 3, '2026-11-01T00:00:00Z');
      INSERT INTO pipeline_users VALUES
        ('ann', '$argon2id$…', 'admin', '7f3e6c1a-6c5d-4c43-9b1e-0a4e7f7d2b11', '2026-11-01T00:00:00Z');
      INSERT INTO tmdb_pace VALUES (1, '2026-11-01T00:00:00Z');
      INSERT INTO scheduler_jobs VALUES ('daily_update', '0 4 * * *', 'Europe/Paris', true, '2026-11-01T00:00:00Z');
      INSERT INTO scheduler_state VALUES (true, false, '2026-11-01T00:00:00Z');
      INSERT INTO scheduler_slots VALUES ('daily_update', '2026-11-02T03:00:00Z', '2026-11-02T03:00:01Z', 1, 1);`,
    /** Queries, and what they find after the upgrade. */
    kept: {
      [`SELECT title, vote_count, budget::text, revenue::text, runtime FROM movies ORDER BY id`]: [
        {
          title: 'Fight Club',
          vote_count: 29000,
          budget: '63000000',
          revenue: '9223372036854775807',
          runtime: 139,
        },
        { title: null, vote_count: 0, budget: null, revenue: null, runtime: null },
      ],
      [`SELECT category, movie_id, name FROM movie_categories, genres`]: [
        { category: 'popular', movie_id: 550, name: 'Drama' },
      ],
      [`SELECT id, status FROM pipeline_runs ORDER BY id`]: [
        { id: 1, status: 'SUCCESS' },
        { id: 2, status: 'FAILED' },
        { id: 3, status: 'QUEUED' },
      ],
      [`SELECT e.code, m.enrichment, p.movie_ids, r.key FROM pipeline_run_errors e, pipeline_run_movies m,
          pipeline_run_pages p, pipeline_run_requests r`]: [
        { code: 'server_error', enrichment: 'due', movie_ids: [550], key: 'key' },
      ],
      [`SELECT name, token_version FROM pipeline_users`]: [
        { name: 'ann', token_version: '7f3e6c1a-6c5d-4c43-9b1e-0a4e7f7d2b11' },
      ],
      [`SELECT cron, timezone, running, run_id FROM scheduler_jobs, scheduler_state, scheduler_occurrences`]:
        [{ cron: '0 4 * * *', timezone: 'Europe/Paris', running: false, run_id: 1 }],
    },
  },
] as const;
