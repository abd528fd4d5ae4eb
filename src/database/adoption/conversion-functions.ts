/**
 * Functions of this session, needing no right but TEMP, that conversions call.
 *
 * `holds(value, type)`: whether the text is a value of the type (PostgreSQL has pg_input_is_valid from 16 on only).
 * `as_json(value)`: the text as JSON, or as a Python literal of strings, numbers, True, False, None, lists, tuples and
 * dictionaries, which is what pandas writes of a list; null if it is neither.
 */
export const CONVERSION_FUNCTIONS = String.raw`
CREATE OR REPLACE FUNCTION pg_temp.holds(value text, type text) RETURNS boolean LANGUAGE plpgsql STABLE AS $f$
BEGIN
  CASE type
    WHEN 'jsonb' THEN PERFORM value::jsonb;
    WHEN 'date' THEN PERFORM value::date;
    WHEN 'timestamptz' THEN PERFORM value::timestamptz;
    WHEN 'double precision' THEN PERFORM value::double precision;
  END CASE;
  RETURN true;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN false;
END $f$;

CREATE OR REPLACE FUNCTION pg_temp.python_string(token text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $f$
DECLARE
  part text;
  result text := '';
BEGIN
  FOR part IN SELECT m[1] FROM regexp_matches(substr(token, 2, length(token) - 2),
      '(\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\.|[^\\]+)', 'g') AS m LOOP
    result := result || CASE
      WHEN left(part, 1) <> '\' THEN part
      WHEN part ~ '^\\[xuU].' THEN chr(('x' || lpad(substr(part, 3), 8, '0'))::bit(32)::int)
      WHEN part = '\n' THEN chr(10)
      WHEN part = '\r' THEN chr(13)
      WHEN part = '\t' THEN chr(9)
      WHEN part IN ('\\', '\''', '\"') THEN substr(part, 2)
    END;
  END LOOP;
  RETURN result;
END $f$;

CREATE OR REPLACE FUNCTION pg_temp.python_json(value text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $f$
DECLARE
  token text;
  result text := '';
BEGIN
  IF value !~ '^[[{(]' THEN RETURN NULL; END IF;
  FOR token IN SELECT m[1] FROM regexp_matches(value,
      $r$('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[A-Za-z]+|-?[0-9][0-9.eE+-]*|\s+|.)$r$, 'g') AS m LOOP
    -- Python writes a tuple of one as (1,).
    IF token = ')' THEN result := regexp_replace(result, ',\s*$', ''); END IF;
    result := result || CASE
      WHEN token ~ '^[''"].' THEN to_json(pg_temp.python_string(token))::text
      WHEN token = '(' THEN '['
      WHEN token = ')' THEN ']'
      WHEN token = 'True' THEN 'true'
      WHEN token = 'False' THEN 'false'
      WHEN token = 'None' THEN 'null'
      WHEN token ~ '^[A-Za-z]' THEN NULL
      ELSE token
    END;
  END LOOP;
  RETURN result::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN NULL;
END $f$;

CREATE OR REPLACE FUNCTION pg_temp.as_json(value text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $f$
BEGIN
  RETURN value::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN pg_temp.python_json(value);
END $f$;`;
