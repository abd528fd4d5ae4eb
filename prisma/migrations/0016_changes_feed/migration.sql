-- What TMDB's change feed said. No row of `movies` is written: the column is nullable and has no default.
DO $$
BEGIN
  -- A database of version 3 may have a table of this name.
  IF to_regclass(quote_ident(current_schema()) || '.tmdb_change_days') IS NOT NULL AND
     '{day,read_at,changes}' <>
       (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
         WHERE attrelid = to_regclass(quote_ident(current_schema()) || '.tmdb_change_days') AND attnum > 0 AND NOT attisdropped) THEN
    RAISE EXCEPTION 'This version needs a table of the name tmdb_change_days, and there is another of that name. Rename it, then start again.';
  END IF;
END $$;

-- Details that were requested before this time are stale.
ALTER TABLE "movies" ADD COLUMN IF NOT EXISTS "tmdb_changed_at" TIMESTAMPTZ(6);

ALTER TABLE "pipeline_runs" ADD COLUMN IF NOT EXISTS "feed_missed" INTEGER NOT NULL DEFAULT 0;

-- Days of the change feed, in UTC.
CREATE TABLE IF NOT EXISTS "tmdb_change_days" (
  "day" DATE NOT NULL,
  "read_at" TIMESTAMPTZ(6),
  "changes" INTEGER,
  CONSTRAINT "tmdb_change_days_pkey" PRIMARY KEY ("day")
);
