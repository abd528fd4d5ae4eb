/** The kinds of old columns that convert differently. */
export type Source =
  | 'integer'
  | 'numeric'
  | 'real'
  | 'double'
  | 'text'
  | 'json'
  | 'jsonb'
  | 'array'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'other';

interface Converted {
  readonly value: string;
  readonly invalid: string | null;
}

/** From a quoted column to SQL. */
type Converter = (column: string) => Converted;

/** What pandas and Python's str() leave where there was nothing. */
const NOTHING = `('', 'nan', 'nat', 'none', 'null')`;
const ISO_DAY = `'^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?$'`;
const WHOLE = `'^[+-]?[0-9]{1,19}([.]0*)?$'`;
const DECIMAL = `'^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$'`;
const YES = `('t', 'true', '1', '1.0')`;
const NO = `('f', 'false', '0', '0.0')`;

function always(value: string): Converted {
  return { value, invalid: null };
}

function trimmed(column: string): string {
  return `btrim(${column}::text, E' \\t\\r\\n')`;
}

/** `sql` unless the text stands for nothing. */
function unlessNothing(column: string, sql: string): string {
  return `CASE WHEN lower(${trimmed(column)}) NOT IN ${NOTHING} THEN ${sql} END`;
}

/** Of a type without a way to ours: only NULL converts. */
export function onlyNull(column: string, type: string): Converted {
  return { value: `NULL::${type}`, invalid: `${column}::text <> 'NaN'` };
}

function fromText(
  value: (text: string) => string,
  pattern: string | null,
  fails: (text: string) => string,
): Converter {
  return (column) => {
    const text = trimmed(column);
    const invalid =
      pattern === null ? fails(text) : `CASE WHEN ${text} ~ ${pattern} THEN ${fails(text)} ELSE true END`;
    return { value: unlessNothing(column, value(text)), invalid: unlessNothing(column, invalid) };
  };
}

function unheld(text: string, type: string): string {
  return `NOT pg_temp.holds(${text}, '${type}')`;
}

/** To a whole number of a range. */
function whole(type: string, least: string, most: string): Partial<Record<Source, Converter>> {
  const float: Converter = (column) => ({
    value: `NULLIF(${column}, 'NaN')::${type}`,
    // As a float, the greatest BIGINT is 2^63, and one too many.
    invalid: `${column} <> 'NaN' AND (${column} <> trunc(${column}) OR ${column} < ${least} OR ${column} >= ${most}.0 + 1)`,
  });
  return {
    integer: (column) => ({
      value: `${column}::${type}`,
      invalid: `${column} NOT BETWEEN ${least} AND ${most}`,
    }),
    numeric: float,
    real: float,
    double: float,
    text: fromText(
      (text) => `${text}::numeric::${type}`,
      WHOLE,
      (text) => `${text}::numeric NOT BETWEEN ${least} AND ${most}`,
    ),
  };
}

const TO_DOUBLE: Partial<Record<Source, Converter>> = {
  integer: (column) => always(`${column}::double precision`),
  numeric: (column) => ({
    value: `NULLIF(${column}, 'NaN')::double precision`,
    invalid: unheld(`${column}::text`, 'double precision'),
  }),
  // By way of text a REAL of 7.3 stays 7.3 and is not 7.300000190734863.
  real: (column) => always(`NULLIF(${column}::text::double precision, 'NaN')`),
  double: (column) => always(`NULLIF(${column}, 'NaN')`),
  text: fromText(
    (text) => `${text}::double precision`,
    DECIMAL,
    (text) => unheld(text, 'double precision'),
  ),
};

const asText: Converter = (column) => always(`${column}::text`);
const numberAsText: Converter = (column) => always(`NULLIF(${column}, 'NaN')::text`);

const TO_TEXT: Partial<Record<Source, Converter>> = {
  text: asText,
  integer: asText,
  boolean: asText,
  date: asText,
  timestamp: asText,
  timestamptz: asText,
  numeric: numberAsText,
  real: numberAsText,
  double: numberAsText,
};

const TO_JSON: Partial<Record<Source, Converter>> = {
  jsonb: (column) => always(`NULLIF(${column}, 'null')`),
  json: (column) => ({
    value: `NULLIF(${column}::jsonb, 'null')`,
    invalid: unheld(`${column}::text`, 'jsonb'),
  }),
  array: (column) => always(`to_jsonb(${column})`),
  text: fromText(
    (text) => `NULLIF(pg_temp.as_json(${text}), 'null')`,
    null,
    (text) => `pg_temp.as_json(${text}) IS NULL`,
  ),
};

/** TMDB knows the day of a release: a time of day, as pandas makes of it, says nothing. */
const TO_DATE: Partial<Record<Source, Converter>> = {
  date: always,
  timestamp: (column) => always(`${column}::date`),
  timestamptz: (column) => always(`(${column} AT TIME ZONE 'UTC')::date`),
  text: fromText(
    (text) => `left(${text}, 10)::date`,
    ISO_DAY,
    (text) => unheld(`left(${text}, 10)`, 'date'),
  ),
};

/** A time without a zone is in UTC, on both sides. */
function time(type: 'timestamp' | 'timestamptz'): Partial<Record<Source, Converter>> {
  const inUtc = (value: string, is: 'timestamp' | 'timestamptz'): string =>
    is === type ? value : `(${value} AT TIME ZONE 'UTC')`;
  return {
    date: (column) => always(inUtc(`${column}::timestamp`, 'timestamp')),
    timestamp: (column) => always(inUtc(column, 'timestamp')),
    timestamptz: (column) => always(inUtc(column, 'timestamptz')),
    text: fromText(
      (text) => inUtc(`${text}::timestamptz`, 'timestamptz'),
      ISO_DAY,
      (text) => unheld(text, 'timestamptz'),
    ),
  };
}

const wordAsBoolean: Converter = fromText(
  (text) => `lower(${text}) IN ${YES}`,
  null,
  (text) => `lower(${text}) NOT IN ${YES} AND lower(${text}) NOT IN ${NO}`,
);

/** By our type, without its modifier, and the kind of the old column. */
export const CONVERTERS: Record<string, Partial<Record<Source, Converter>>> = {
  integer: whole('integer', '-2147483648', '2147483647'),
  bigint: whole('bigint', '-9223372036854775808', '9223372036854775807'),
  'double precision': TO_DOUBLE,
  text: TO_TEXT,
  'character varying': TO_TEXT,
  jsonb: TO_JSON,
  date: TO_DATE,
  'timestamp without time zone': time('timestamp'),
  'timestamp with time zone': time('timestamptz'),
  boolean: {
    boolean: always,
    integer: wordAsBoolean,
    numeric: wordAsBoolean,
    real: wordAsBoolean,
    double: wordAsBoolean,
    text: wordAsBoolean,
  },
};
