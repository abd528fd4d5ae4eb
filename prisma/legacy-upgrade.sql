-- Upgrades the tables of v2 and v3 in place: movies, genres and pipeline_runs, as made by their own DDL, by SQLAlchemy
-- or by pandas. docs/decisions/legacy-upgrade.md says what it refuses.
--
-- src/database/legacy-upgrade runs it in one transaction, in UTC, with our schema as the search path, after it has
-- created the baseline's tables in pg_temp. Afterwards the columns of the three tables have the type, default and
-- NOT NULL of the baseline. Every exception that is raised here explains what is in the way. Repeating the script
-- changes nothing.

-- The baseline's columns. Its tables in pg_temp must go at once: pg_temp comes first in every search path.
CREATE TEMP TABLE baseline_columns ON COMMIT DROP AS
SELECT c.relname::text AS tab, a.attname::text AS col, a.attnum AS position,
       format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
       pg_get_expr(d.adbin, d.adrelid) AS def
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE c.relnamespace = pg_my_temp_schema() AND c.relkind = 'r';

DO $$
BEGIN
  EXECUTE (SELECT 'DROP TABLE ' || string_agg(DISTINCT format('pg_temp.%I', tab), ', ') FROM baseline_columns);
END $$;

-- Preflight: every table of one of our names must be an ordinary table of this service, and belong to this role.
DO $$
DECLARE
  faults text;
BEGIN
  WITH expected AS (
    SELECT tab, CASE tab WHEN 'movies' THEN '{id,title}'
                         WHEN 'genres' THEN '{id,name}'
                         WHEN 'pipeline_runs' THEN '{id,run_date,status}'
                         ELSE array_agg(col) END AS cols
      FROM baseline_columns GROUP BY tab
  ), found AS (
    SELECT e.tab, c.relkind = 'r' AS ordinary, pg_get_userbyid(c.relowner) AS owner,
           pg_has_role(c.relowner, 'USAGE') AS owned,
           (SELECT string_agg(col, ', ' ORDER BY col) FROM unnest(e.cols) AS col
             WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = col)) AS missing,
           (SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
             WHERE a.attrelid = c.oid AND a.attname = 'id' AND t.typcategory <> 'N') AS strange_id,
           e.tab = 'movies' AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN
             ('overview', 'release_date', 'vote_average', 'popularity', 'poster_url', 'genres')) AS strange_movies
      FROM expected e
      JOIN pg_class c ON c.relname = e.tab AND c.relnamespace = quote_ident(current_schema())::regnamespace
  ), judged AS (
    SELECT tab, CASE
             WHEN NOT ordinary THEN 'is not an ordinary table'
             WHEN missing IS NOT NULL THEN format('is not a table of this service (it has no %s)', missing)
             WHEN tab IN ('movies', 'genres', 'pipeline_runs') AND strange_id IS NOT NULL
               THEN format('is not a table of this service (its id is of type %s)', strange_id)
             WHEN strange_movies THEN 'is not a table of this service (it has none of TMDB''s columns)'
           END AS strange, owned, owner
      FROM found
  )
  SELECT string_agg(CASE WHEN strange IS NOT NULL
           THEN format('  - %s %s: rename it, or add another ?schema= to DATABASE_URL', tab, strange)
           ELSE format('  - %s belongs to role %I: connect as %2$I, or run ALTER TABLE %1$s OWNER TO %3$I',
                       tab, owner, current_user) END, E'\n' ORDER BY tab)
    INTO faults FROM judged WHERE strange IS NOT NULL OR NOT owned;
  IF faults IS NOT NULL THEN RAISE EXCEPTION '%', faults; END IF;
END $$;

-- Missing tables and columns. A new column rewrites nothing as long as it is nullable or has a constant default.
DELETE FROM baseline_columns WHERE tab NOT IN ('movies', 'genres', 'pipeline_runs');
-- The default of a serial key follows below, with its sequence.
UPDATE baseline_columns SET def = NULL WHERE def LIKE 'nextval(%';
CREATE TABLE IF NOT EXISTS movies ();
CREATE TABLE IF NOT EXISTS genres ();
CREATE TABLE IF NOT EXISTS pipeline_runs ();

DO $$
DECLARE
  addition record;
BEGIN
  FOR addition IN
    SELECT tab, string_agg(format('ADD COLUMN IF NOT EXISTS %I %s%s', col, type,
                                  CASE WHEN def = '0' THEN ' NOT NULL DEFAULT 0' END), ', ' ORDER BY position) AS actions
      FROM baseline_columns GROUP BY tab
  LOOP
    EXECUTE format('ALTER TABLE %I %s', addition.tab, addition.actions);
  END LOOP;
END $$;

-- What each column holds afterwards (`value`), which values in it are to be corrected (`unwanted`), and whether its type
-- changes (`changed`) by more than the catalogue (`rewritten`).
CREATE TEMP TABLE column_changes ON COMMIT DROP AS
WITH current AS (
  SELECT b.*, a.attrelid AS relation, a.attnum AS number, format_type(a.atttypid, a.atttypmod) AS old_type,
         a.attnotnull AS old_required, pg_get_expr(d.adbin, d.adrelid) AS old_def,
         -- pandas and psycopg2 write a missing number as NaN, v3 a missing date as ''.
         format('NULLIF(NULLIF(%I::text, ''''), ''NaN'')', b.col) AS given
    FROM baseline_columns b
    JOIN pg_attribute a ON a.attrelid = b.tab::regclass AND a.attname = b.col
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
), converted AS (
  SELECT *, CASE
      WHEN type = 'jsonb' AND old_type NOT IN ('json', 'jsonb') THEN
        -- psycopg2 writes a list as an array: {Drama,"Film Noir"}. No JSON of v2 or v3 is an object.
        format('CASE WHEN %1$I::text LIKE ''{%%'' THEN to_jsonb(%1$I::text::%2$s[]) ELSE NULLIF(%3$s::jsonb, ''null'') END',
               col, CASE col WHEN 'similar_movie_ids' THEN 'integer' ELSE 'text' END, given)
      -- SQLAlchemy writes None as JSON's null.
      WHEN type = 'jsonb' THEN format('NULLIF(%s::jsonb, ''null'')', given)
      WHEN type = 'text' OR type LIKE 'character varying%' THEN format('%I::text', col)
      -- By way of TIMESTAMPTZ a text keeps its offset, and one without is in UTC.
      WHEN type LIKE 'timestamp%' THEN format('%s::timestamptz::%s', given, type)
      -- By way of text a REAL of 8.4 stays 8.4, and no fraction is rounded to an INTEGER.
      ELSE format('%s::%s', given, type)
    END AS value
    FROM current
), filled AS (
  SELECT *, CASE
      WHEN NOT required THEN value
      WHEN col = 'created_at' THEN format('COALESCE(%s, %s, %s)', value, replace(value, 'created_at', 'updated_at'), def)
      WHEN col = 'updated_at' THEN format('COALESCE(%s, %s, %s)', value, replace(value, 'updated_at', 'created_at'), def)
      -- A run of unknown time must not become the newest.
      WHEN col = 'run_date' THEN format('COALESCE(%s, ''epoch'')', value)
      WHEN col = 'status' THEN format('COALESCE(%s, ''FAILED'')', value)
      WHEN def IS NOT NULL THEN format('COALESCE(%s, %s)', value, def)
      ELSE value
    END AS filled_value
    FROM converted
)
SELECT tab, col, type, required, def, relation, number, old_required, old_def, filled_value AS value, CASE
         WHEN filled_value <> value AND NOT old_required THEN format('%I IS NULL', col)
         WHEN type = 'double precision' AND old_type = type THEN format('%I = ''NaN''', col)
         -- The size is known without reading a long value from its own storage.
         WHEN type = 'jsonb' AND old_type = type THEN format('pg_column_size(%1$I) < 20 AND %1$I = ''null''', col)
       END AS unwanted, old_type <> type AS changed,
       old_type <> type AND NOT (old_type LIKE 'character varying%' AND type = 'text')
         AND NOT (old_type LIKE 'timestamp%without%' AND type LIKE 'timestamp%without%') AS rewritten
  FROM filled;

DO $$
DECLARE
  inspection record;
BEGIN
  FOR inspection IN
    SELECT tab, string_agg(format('CASE WHEN bool_or(%s) THEN %L END', unwanted, col), ', ') AS cols
      FROM column_changes WHERE unwanted IS NOT NULL GROUP BY tab
  LOOP
    EXECUTE format('UPDATE column_changes SET changed = true, rewritten = true
                     WHERE tab = %1$L AND col IN (SELECT unnest(ARRAY[%2$s]) FROM %1$I)', inspection.tab, inspection.cols);
  END LOOP;
END $$;

-- PostgreSQL names one view only, and not the column.
DO $$
DECLARE
  faults text;
BEGIN
  SELECT string_agg(format('  - view %s reads %s, which the upgrade changes: drop the view, upgrade, and create it again',
                           view, cols), E'\n' ORDER BY view)
    INTO faults
    FROM (SELECT v.oid::regclass::text AS view, string_agg(DISTINCT format('%I.%I', tab, col), ', ') AS cols
            FROM column_changes
            JOIN pg_depend p ON p.refclassid = 'pg_class'::regclass AND p.refobjid = relation AND p.refobjsubid = number
                            AND p.classid = 'pg_rewrite'::regclass
            JOIN pg_rewrite r ON r.oid = p.objid
            JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
           WHERE changed GROUP BY v.oid) AS views;
  IF faults IS NOT NULL THEN RAISE EXCEPTION '%', faults; END IF;
END $$;

-- One ALTER TABLE per table, so that its rows are rewritten once at most.
DO $$
DECLARE
  change record;
  col record;
  repeated int;
  example text;
  faults text;
BEGIN
  FOR change IN
    SELECT tab, relation, concat_ws(', ',
             -- SQLAlchemy makes every INTEGER key a serial; a default of the old type may not convert.
             string_agg(format('ALTER COLUMN %I DROP DEFAULT', c.col), ', ')
               FILTER (WHERE old_def IS NOT NULL AND (changed OR old_def IS DISTINCT FROM def)),
             string_agg(format('ALTER COLUMN %I TYPE %s%s', c.col, type,
                               CASE WHEN rewritten THEN format(' USING %s', value) END), ', ') FILTER (WHERE changed),
             string_agg(format('ALTER COLUMN %I SET DEFAULT %s', c.col, def), ', ')
               FILTER (WHERE def IS NOT NULL AND (changed OR old_def IS DISTINCT FROM def)),
             string_agg(format('ALTER COLUMN %I %s NOT NULL', c.col, CASE WHEN required THEN 'SET' ELSE 'DROP' END), ', ')
               FILTER (WHERE required <> old_required),
             CASE WHEN NOT EXISTS (SELECT FROM pg_index WHERE indrelid = relation AND indisprimary)
                  THEN format('ADD CONSTRAINT %I PRIMARY KEY (id)', tab || '_pkey') END) AS actions
      FROM column_changes AS c GROUP BY tab, relation
  LOOP
    BEGIN
      IF change.actions <> '' THEN EXECUTE format('ALTER TABLE %I %s', change.tab, change.actions); END IF;
    EXCEPTION
      WHEN unique_violation THEN
        EXECUTE format('SELECT count(*), min(id) FROM (SELECT id FROM %I GROUP BY id HAVING count(*) > 1) AS ids',
                       change.tab) INTO repeated, example;
        RAISE EXCEPTION '  - % has more than one row for some ids (% in all, for example %): keep one row of each',
          change.tab, repeated, example;
      WHEN not_null_violation THEN
        RAISE EXCEPTION '  - %: give those rows a value, or delete them', SQLERRM;
      WHEN data_exception THEN
        -- PostgreSQL does not name the column.
        FOR col IN SELECT * FROM column_changes WHERE tab = change.tab AND rewritten LOOP
          BEGIN
            EXECUTE format('SELECT count(%s) FROM %I', col.value, col.tab);
          EXCEPTION WHEN data_exception THEN
            faults := concat_ws(E'\n', faults, format('  - %I.%I can''t become %s (%s): correct the value or set it to NULL',
                                                      col.tab, col.col, col.type, SQLERRM));
          END;
        END LOOP;
        RAISE EXCEPTION '%', COALESCE(faults, format('  - %I: %s', change.tab, SQLERRM));
    END;
  END LOOP;
END $$;

-- A naming convention of SQLAlchemy's may have called the keys otherwise.
DO $$
DECLARE
  key record;
BEGIN
  FOR key IN
    SELECT DISTINCT tab, conname AS name FROM column_changes JOIN pg_constraint ON conrelid = relation AND contype = 'p'
     WHERE conname <> tab || '_pkey'
  LOOP
    EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', key.tab, key.name, key.tab || '_pkey');
  END LOOP;
END $$;

CREATE SEQUENCE IF NOT EXISTS pipeline_runs_id_seq AS integer OWNED BY pipeline_runs.id;
ALTER TABLE pipeline_runs ALTER COLUMN id SET DEFAULT nextval('pipeline_runs_id_seq');
-- A rollback does not undo this: the sequence may only move forward.
SELECT setval('pipeline_runs_id_seq', highest)
  FROM (SELECT max(id) AS highest FROM pipeline_runs) AS ids
 WHERE highest >= (SELECT last_value FROM pipeline_runs_id_seq);

-- The process of a run that v3 left RUNNING is gone.
UPDATE pipeline_runs
   SET status = 'FAILED', finished_at = now(),
       error_message = concat_ws(' ', 'Interrupted: the process that ran it ended before the run did. What was stored stays.',
                                 NULLIF(error_message, ''))
 WHERE upper(status) = 'RUNNING';

-- Trial write: what the owner has added (a required column, a check) must let through what a run writes.
DO $$
BEGIN
  INSERT INTO movies (id) SELECT COALESCE(max(id), 0) + 1 FROM movies;
  INSERT INTO genres (id, name) SELECT COALESCE(max(id), 0) + 1, 'Film Noir' FROM genres;
  INSERT INTO pipeline_runs (id, status)
  SELECT (SELECT COALESCE(max(id), 0) FROM pipeline_runs) + n, status
    FROM unnest('{QUEUED,RUNNING,SUCCESS,PARTIAL,FAILED,CANCELLED}'::text[]) WITH ORDINALITY AS statuses (status, n);
  RAISE EXCEPTION USING ERRCODE = 'UNDO0';
EXCEPTION
  WHEN SQLSTATE 'UNDO0' THEN NULL;
  WHEN integrity_constraint_violation THEN
    RAISE EXCEPTION '  - a run could not write: %. Give the column a default or allow NULL, or drop the constraint', SQLERRM;
END $$;
