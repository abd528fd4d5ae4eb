/**
 * Takes over the popularity that the last id export gives, where it differs from the stored one by more than a tenth. 0 is
 * unknown. `updated_at` does not move. Rows are locked in the order of their ids, as by batches.
 */
export const UPDATE_POPULARITY = `
  UPDATE movies SET popularity = moved.popularity FROM (
    SELECT m.id, c.popularity FROM movies m JOIN catalogue c ON c.movie_id = m.id
    WHERE c.missing_since IS NULL AND c.popularity > 0
      AND (m.popularity IS NULL OR abs(c.popularity - m.popularity) > m.popularity / 10)
    ORDER BY m.id FOR UPDATE OF m) AS moved
  WHERE movies.id = moved.id`;
