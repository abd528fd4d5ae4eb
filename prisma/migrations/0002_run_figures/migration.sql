-- Counting a million runs anew for every look at the status would take longer than looking should.
CREATE OR REPLACE FUNCTION "pipeline_runs_count"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    EXECUTE format('DELETE FROM %I."pipeline_run_figures"', TG_TABLE_SCHEMA);
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    EXECUTE format('UPDATE %I."pipeline_run_figures" SET runs = runs - 1, timed = timed - $2, seconds = seconds - $3 WHERE status = $1', TG_TABLE_SCHEMA)
      USING OLD.status, (OLD.duration_seconds IS NOT NULL)::int, coalesce(OLD.duration_seconds, 0);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    EXECUTE format('INSERT INTO %I."pipeline_run_figures" AS f (status, runs, timed, seconds) VALUES ($1, 1, $2, $3)
      ON CONFLICT (status) DO UPDATE SET runs = f.runs + 1, timed = f.timed + excluded.timed, seconds = f.seconds + excluded.seconds', TG_TABLE_SCHEMA)
      USING NEW.status, (NEW.duration_seconds IS NOT NULL)::int, coalesce(NEW.duration_seconds, 0);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER "pipeline_runs_counted" AFTER INSERT OR DELETE OR UPDATE OF "status", "duration_seconds" ON "pipeline_runs"
  FOR EACH ROW EXECUTE FUNCTION "pipeline_runs_count"();

CREATE OR REPLACE TRIGGER "pipeline_runs_emptied" AFTER TRUNCATE ON "pipeline_runs"
  FOR EACH STATEMENT EXECUTE FUNCTION "pipeline_runs_count"();

DELETE FROM "pipeline_run_figures" f WHERE NOT EXISTS (SELECT FROM "pipeline_runs" r WHERE r.status = f.status);

INSERT INTO "pipeline_run_figures" AS f (status, runs, timed, seconds)
SELECT status, count(*), count(duration_seconds), coalesce(sum(duration_seconds), 0) FROM "pipeline_runs" GROUP BY status
ON CONFLICT (status) DO UPDATE SET runs = excluded.runs, timed = excluded.timed, seconds = excluded.seconds
  WHERE ROW(f.runs, f.timed, f.seconds) IS DISTINCT FROM ROW(excluded.runs, excluded.timed, excluded.seconds);
