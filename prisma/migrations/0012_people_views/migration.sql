-- One row for each person of a movie's cast and crew. A relation of the same name that is not ours stays as it is. Values
-- of an older version may have other types.
DO $$
BEGIN
  IF to_regclass('movie_cast') IS NULL THEN
    CREATE VIEW "movie_cast" AS
    SELECT m."id" AS "movie_id",
           CASE WHEN jsonb_typeof(p->'id') = 'number' THEN (p->'id')::int END AS "person_id",
           p->>'name' AS "name",
           p->>'character' AS "character",
           CASE WHEN jsonb_typeof(p->'order') = 'number' THEN (p->'order')::int END AS "billing_order",
           p->>'profile_path' AS "profile_path"
      FROM "movies" m
     CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(m."cast") = 'array' THEN m."cast" END) AS p;
  END IF;
  IF to_regclass('movie_crew') IS NULL THEN
    CREATE VIEW "movie_crew" AS
    SELECT m."id" AS "movie_id",
           CASE WHEN jsonb_typeof(p->'id') = 'number' THEN (p->'id')::int END AS "person_id",
           p->>'name' AS "name",
           p->>'job' AS "job",
           p->>'department' AS "department",
           p->>'profile_path' AS "profile_path"
      FROM "movies" m
     CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(m."crew") = 'array' THEN m."crew" END) AS p;
  END IF;
END
$$;
