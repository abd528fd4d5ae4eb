ALTER TABLE "pipeline_runs" ADD COLUMN IF NOT EXISTS "waiting" JSONB;

ALTER TABLE "tmdb_pace" ADD COLUMN IF NOT EXISTS "paused_until" TIMESTAMPTZ(6);

CREATE INDEX IF NOT EXISTS "pipeline_run_errors_movie_id_id_idx" ON "pipeline_run_errors"("movie_id", "id");

-- The films that fail again and again: few, so that other writes do not touch the index.
CREATE INDEX IF NOT EXISTS "movies_failing_idx" ON "movies"("enrich_failures" DESC, "id") WHERE "enrich_failures" > 1;
