-- The official website of a movie. Null means unknown.
ALTER TABLE "movies" ADD COLUMN IF NOT EXISTS "homepage" TEXT;
-- A database of version 3 may have a column of this name.
ALTER TABLE "movies" ALTER COLUMN "homepage" TYPE TEXT;
