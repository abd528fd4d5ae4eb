-- Titles in the form in which they are searched. No row of `movies` is read: a background job fills the table.
DO $$
DECLARE
  strange text;
BEGIN
  -- A database of version 3 may have tables of these names.
  SELECT string_agg(tab, ' and ' ORDER BY tab) INTO strange
    FROM (VALUES ('movie_titles', '{movie_id,title,main,tokens}'::text[]),
                 ('movie_titles_fill', '{id,next_id,finished_at}'::text[])) AS expected (tab, cols)
   WHERE to_regclass(quote_ident(current_schema()) || '.' || tab) IS NOT NULL
     AND cols <> (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
                   WHERE attrelid = to_regclass(quote_ident(current_schema()) || '.' || tab) AND attnum > 0 AND NOT attisdropped);
  IF strange IS NOT NULL THEN
    RAISE EXCEPTION 'This version needs tables of the name %, and there are others of that name. Rename them, then start again.', strange;
  END IF;
END $$;

CREATE TABLE IF NOT EXISTS "movie_titles" (
  "movie_id" INTEGER NOT NULL,
  "title" TEXT COLLATE "C" NOT NULL,
  "main" BOOLEAN NOT NULL,
  "tokens" TEXT[],
  CONSTRAINT "movie_titles_pkey" PRIMARY KEY ("movie_id", "title"),
  CONSTRAINT "movie_titles_movie_id_fkey" FOREIGN KEY ("movie_id") REFERENCES "movies"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX IF NOT EXISTS "movie_titles_title_idx" ON "movie_titles" ("title");

-- Words of a title, or bigrams where a script has no spaces. Searches read pending entries one by one, hence the limit.
CREATE INDEX IF NOT EXISTS "movie_titles_words_idx" ON "movie_titles"
  USING gin (array_to_tsvector(coalesce("tokens", string_to_array("title", ' ')))) WITH (gin_pending_list_limit = 256);

-- How far the job that fills `movie_titles` has come; one row.
CREATE TABLE IF NOT EXISTS "movie_titles_fill" (
  "id" BOOLEAN NOT NULL DEFAULT true,
  "next_id" INTEGER NOT NULL,
  "finished_at" TIMESTAMPTZ(6),
  CONSTRAINT "movie_titles_fill_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "movie_titles_fill_one_row" CHECK ("id")
);

INSERT INTO "movie_titles_fill" ("next_id", "finished_at")
SELECT -2147483648, CASE WHEN EXISTS (SELECT FROM "movies") THEN NULL ELSE now() END
ON CONFLICT DO NOTHING;
