-- Every movie id that TMDB publishes in its daily exports.
DO $$
BEGIN
  -- A database of version 3 may have a table of this name.
  IF to_regclass(quote_ident(current_schema()) || '.catalogue') IS NOT NULL AND
     '{movie_id,adult,video,popularity,first_seen,last_seen,missing_since,changed_on}' <>
       (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
         WHERE attrelid = to_regclass(quote_ident(current_schema()) || '.catalogue') AND attnum > 0 AND NOT attisdropped) THEN
    RAISE EXCEPTION 'This version needs a table of the name catalogue, and there is another of that name. Rename it, then start again.';
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS "catalogue" (
  "movie_id" INTEGER NOT NULL,
  "adult" BOOLEAN NOT NULL,
  "video" BOOLEAN NOT NULL,
  "popularity" DOUBLE PRECISION NOT NULL,
  "first_seen" DATE NOT NULL,
  "last_seen" DATE NOT NULL,
  "missing_since" DATE,
  "changed_on" DATE,
  CONSTRAINT "catalogue_pkey" PRIMARY KEY ("movie_id")
);
