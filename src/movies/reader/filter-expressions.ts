/**
 * SQL expressions over the columns of `movies` that filters compare and `movies_facets` indexes. PostgreSQL uses the index
 * only where both have the same expression. Every value in an index is short, since PostgreSQL rejects rows with long ones.
 */
export const CAST_IDS = `jsonb_path_query_array("cast", '$[*].id')`;
export const CREW_IDS = `jsonb_path_query_array(crew, '$[*].id')`;
export const COMPANY_IDS = `jsonb_path_query_array(production_companies, '$[*].id')`;

/** Values of columns that have one value, each with the name of its column, as {@link tagOf} writes them. */
export const TAGS = `ARRAY[
  'language:' || left(original_language, 20), 'status:' || left(status, 20),
  'certification:' || left(certification, 20), 'collection:' || left(collection ->> 'id', 20)]`;

export type TagName = 'language' | 'status' | 'certification' | 'collection';

export function tagOf(name: TagName, value: string | number): string {
  return `${name}:${value}`;
}

/** Case-insensitive, and by code point where the database's character type knows only ASCII. */
export const TITLE_KEY = 'left(lower(title), 100) COLLATE "C"';
