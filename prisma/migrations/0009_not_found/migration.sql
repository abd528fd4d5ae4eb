-- When TMDB first did not find the details of a movie: it is gone if it is not found on another day either.
ALTER TABLE "movies" ADD COLUMN IF NOT EXISTS "not_found_at" TIMESTAMPTZ(6);
UPDATE "movies" SET "not_found_at" = "gone_at" WHERE "gone_at" IS NOT NULL AND "not_found_at" IS NULL;
