-- Renames tables, columns, constraints and indexes in place; no row is written. A name that is no longer there was
-- renamed before, so that the migration can be repeated.
DO $$
DECLARE
  old_name text;
  new_name text;
  table_name text;
  dependent text;
BEGIN
  FOR old_name, new_name IN VALUES
    ('pipeline_run_films', 'pipeline_run_movies'),
    ('pipeline_run_figures', 'pipeline_run_totals'),
    ('tmdb_pace_processes', 'tmdb_rate_limit_processes'),
    ('tmdb_pace', 'tmdb_rate_limit'),
    ('scheduler_slots', 'scheduler_occurrences')
  LOOP
    CONTINUE WHEN to_regclass(old_name) IS NULL;
    EXECUTE format('ALTER TABLE %I RENAME TO %I', old_name, new_name);
    FOR dependent IN SELECT conname FROM pg_constraint
      WHERE conrelid = to_regclass(new_name) AND starts_with(conname, old_name || '_') LOOP
      EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', new_name, dependent, replace(dependent, old_name, new_name));
    END LOOP;
    FOR dependent IN SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
      WHERE x.indrelid = to_regclass(new_name) AND starts_with(i.relname, old_name || '_') LOOP
      EXECUTE format('ALTER INDEX %I RENAME TO %I', dependent, replace(dependent, old_name, new_name));
    END LOOP;
  END LOOP;

  FOR table_name, old_name, new_name IN VALUES
    ('pipeline_run_pages', 'films', 'movie_ids'),
    ('scheduler_occurrences', 'slot_at', 'occurs_at'),
    ('pipeline_users', 'token_series', 'token_version'),
    ('pipeline_runs', 'cancel_asked_at', 'cancel_requested_at'),
    ('pipeline_runs', 'stop', 'abort_reason'),
    ('pipeline_runs', 'enrich_total', 'enrichment_total')
  LOOP
    CONTINUE WHEN NOT EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = to_regclass(table_name) AND attname = old_name AND NOT attisdropped);
    EXECUTE format('ALTER TABLE %I RENAME COLUMN %I TO %I', table_name, old_name, new_name);
  END LOOP;
END $$;

-- The trigger of the old tables, by the new name: the update below fires it.
CREATE OR REPLACE FUNCTION "pipeline_runs_count"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    EXECUTE format('DELETE FROM %I."pipeline_run_totals"', TG_TABLE_SCHEMA);
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    EXECUTE format('UPDATE %I."pipeline_run_totals" SET runs = runs - 1, timed = timed - $2, seconds = seconds - $3 WHERE status = $1', TG_TABLE_SCHEMA)
      USING OLD.status, (OLD.duration_seconds IS NOT NULL)::int, coalesce(OLD.duration_seconds, 0);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    EXECUTE format('INSERT INTO %I."pipeline_run_totals" AS t (status, runs, timed, seconds) VALUES ($1, 1, $2, $3)
      ON CONFLICT (status) DO UPDATE SET runs = t.runs + 1, timed = t.timed + excluded.timed, seconds = t.seconds + excluded.seconds', TG_TABLE_SCHEMA)
      USING NEW.status, (NEW.duration_seconds IS NOT NULL)::int, coalesce(NEW.duration_seconds, 0);
  END IF;
  RETURN NULL;
END $$;

-- The leaseholder is a process, no longer a database session. A run of the version before counts as released.
ALTER TABLE "pipeline_runs" DROP COLUMN IF EXISTS "holder";
ALTER TABLE "pipeline_runs" ADD COLUMN IF NOT EXISTS "leaseholder" UUID;
ALTER TABLE "pipeline_runs" ADD COLUMN IF NOT EXISTS "heartbeat_at" TIMESTAMPTZ(6);

-- Every run is a job in the queue. One that an older version ran without a job can't be resumed.
UPDATE "pipeline_runs" SET status = 'FAILED', finished_at = now(), progress = NULL, waiting = NULL,
  duration_seconds = greatest(0, extract(epoch FROM now() - started_at)),
  error_message = 'Interrupted: the process that ran it ended before the run did. What was stored stays.'
WHERE status = 'RUNNING' AND job_id IS NULL;

-- The database, not a process, decides that at most one run that a person requested is active.
CREATE UNIQUE INDEX IF NOT EXISTS "pipeline_runs_one_requested_idx" ON "pipeline_runs" ((true))
  WHERE "status" IN ('QUEUED', 'RUNNING') AND "trigger" <> 'schedule';

