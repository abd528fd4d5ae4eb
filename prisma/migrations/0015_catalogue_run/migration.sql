-- The imports of TMDB's id exports that were accepted, and what a catalogue run needs to give way to others.
DO $$
BEGIN
  -- A database of version 3 may have a table of this name.
  IF to_regclass(quote_ident(current_schema()) || '.catalogue_imports') IS NOT NULL AND
     '{export_date,imported_at,movies,adult_movies,run_id}' <>
       (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
         WHERE attrelid = to_regclass(quote_ident(current_schema()) || '.catalogue_imports') AND attnum > 0 AND NOT attisdropped) THEN
    RAISE EXCEPTION 'This version needs a table of the name catalogue_imports, and there is another of that name. Rename it, then start again.';
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS "catalogue_imports" (
  "export_date" DATE NOT NULL,
  "imported_at" TIMESTAMPTZ(6) NOT NULL,
  "movies" INTEGER NOT NULL,
  "adult_movies" INTEGER,
  "run_id" INTEGER NOT NULL,
  CONSTRAINT "catalogue_imports_pkey" PRIMARY KEY ("export_date")
);

-- The most popular movies are enriched first.
CREATE INDEX IF NOT EXISTS "catalogue_popularity_idx" ON "catalogue" ("popularity" DESC, "movie_id");

-- At most one catalogue run that a person requested is active, and one other run.
DROP INDEX IF EXISTS "pipeline_runs_one_requested_idx";
CREATE UNIQUE INDEX "pipeline_runs_one_requested_idx" ON "pipeline_runs" (("update_type" IS NOT DISTINCT FROM 'catalogue'))
  WHERE "status" IN ('QUEUED', 'RUNNING') AND "trigger" <> 'schedule';
