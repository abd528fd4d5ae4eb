-- More of TMDB's details. No row is written: the columns are nullable and have no default.
DO $$
DECLARE
  strange text;
  col text;
  type text;
  old_type text;
  old_generated boolean;
BEGIN
  -- A database of version 3 may have tables of these names.
  SELECT string_agg(tab, ' and ' ORDER BY tab) INTO strange
    FROM (VALUES ('movie_translations', '{movie_id,language,region,title,overview,tagline,homepage}'::text[]),
                 ('movie_releases', '{movie_id,region,type,date,certification,note}'::text[])) AS expected (tab, cols)
   WHERE to_regclass(quote_ident(current_schema()) || '.' || tab) IS NOT NULL
     AND cols <> (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
                   WHERE attrelid = to_regclass(quote_ident(current_schema()) || '.' || tab) AND attnum > 0 AND NOT attisdropped);
  IF strange IS NOT NULL THEN
    RAISE EXCEPTION 'This version needs tables of the name %, and there are others of that name. Rename them, then start again.', strange;
  END IF;

  FOR col, type IN VALUES
    ('origin_country', 'jsonb'),
    ('production_companies', 'jsonb'),
    ('production_countries', 'jsonb'),
    ('spoken_languages', 'jsonb'),
    ('collection', 'jsonb'),
    ('video', 'boolean'),
    ('softcore', 'boolean'),
    ('certification', 'text'),
    ('alternative_titles', 'jsonb')
  LOOP
    SELECT format_type(atttypid, atttypmod), attgenerated <> '' INTO old_type, old_generated FROM pg_attribute
     WHERE attrelid = 'movies'::regclass AND attname = col AND NOT attisdropped;
    IF NOT FOUND THEN
      EXECUTE format('ALTER TABLE movies ADD COLUMN %I %s', col, type);
    ELSIF old_type <> type OR old_generated THEN
      -- A database of version 3 may have a column of this name. It stays, under another name.
      EXECUTE format('ALTER TABLE movies RENAME COLUMN %I TO %I', col, col || '_v3');
      EXECUTE format('ALTER TABLE movies ADD COLUMN %I %s', col, type);
    ELSE
      EXECUTE format('ALTER TABLE movies ALTER COLUMN %1$I DROP DEFAULT, ALTER COLUMN %1$I DROP NOT NULL', col);
    END IF;
  END LOOP;
END $$;

-- Titles and texts in the languages that LANGUAGES names.
CREATE TABLE IF NOT EXISTS "movie_translations" (
  "movie_id" INTEGER NOT NULL,
  "language" TEXT NOT NULL,
  "region" TEXT NOT NULL,
  "title" TEXT,
  "overview" TEXT,
  "tagline" TEXT,
  "homepage" TEXT,
  CONSTRAINT "movie_translations_pkey" PRIMARY KEY ("movie_id", "language", "region"),
  CONSTRAINT "movie_translations_movie_id_fkey" FOREIGN KEY ("movie_id") REFERENCES "movies"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- Releases in the countries that REGIONS names.
CREATE TABLE IF NOT EXISTS "movie_releases" (
  "movie_id" INTEGER NOT NULL,
  "region" TEXT NOT NULL,
  "type" SMALLINT NOT NULL,
  "date" DATE NOT NULL,
  "certification" TEXT,
  "note" TEXT,
  CONSTRAINT "movie_releases_pkey" PRIMARY KEY ("movie_id", "region", "type", "date"),
  CONSTRAINT "movie_releases_movie_id_fkey" FOREIGN KEY ("movie_id") REFERENCES "movies"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
