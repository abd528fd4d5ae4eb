-- Unknown is NULL: TMDB sends 0 for an unknown amount, and an average without votes. updated_at stays: both values mean
-- the same, so that nothing has changed for those who copy what changes.
UPDATE "movies" SET
  "runtime" = nullif("runtime", 0),
  "budget" = nullif("budget", 0),
  "revenue" = nullif("revenue", 0),
  "vote_average" = CASE WHEN "vote_count" = 0 THEN NULL ELSE nullif("vote_average", 0) END
WHERE "runtime" = 0 OR "budget" = 0 OR "revenue" = 0 OR "vote_average" = 0
  OR ("vote_count" = 0 AND "vote_average" IS NOT NULL);
