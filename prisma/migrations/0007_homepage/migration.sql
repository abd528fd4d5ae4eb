-- The official website of a movie. Null means unknown.
ALTER TABLE "movies" ADD COLUMN IF NOT EXISTS "homepage" TEXT;
