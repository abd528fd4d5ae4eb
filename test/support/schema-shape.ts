import type { ScratchDatabase } from './scratch-database.js';

const TABLES = [
  ...['movies', 'movie_categories', 'movie_translations', 'movie_releases', 'genres'],
  ...['pipeline_runs', 'pipeline_run_errors'],
  ...['pipeline_run_pages', 'pipeline_run_movies', 'pipeline_run_totals', 'pipeline_run_requests'],
  ...['pipeline_users', 'pipeline_tokens', 'pipeline_audit', 'pipeline_alerts'],
  ...['tmdb_rate_limit', 'tmdb_rate_limit_processes', 'tmdb_change_days'],
  ...['scheduler_jobs', 'scheduler_state', 'scheduler_occurrences'],
  ...['catalogue', 'catalogue_imports'],
];

/**
 * Our tables as the catalogue has them, one line for each column, constraint and index. NOT NULL is said of columns:
 * PostgreSQL 18 counts it among the constraints as well.
 */
export async function schemaShape(database: ScratchDatabase, schema = 'public'): Promise<readonly string[]> {
  const tables = TABLES.map((table) => `'"${schema}".${table}'::regclass`).join(', ');
  const rows = await database.query<{ line: string }>(`
    SET search_path = "${schema}";
    SELECT line FROM (
      SELECT format('%s.%s %s%s%s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                    CASE WHEN a.attnotnull THEN ' not null' END, ' default ' || pg_get_expr(d.adbin, d.adrelid),
                    CASE WHEN a.attidentity <> '' OR a.attgenerated <> '' THEN ' computed' END,
                    ' collate ' || NULLIF(l.collname, 'default')) AS line
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
       WHERE c.oid IN (${tables})
      UNION ALL
      SELECT format('%s: %s %s', n.conrelid::regclass, n.conname, pg_get_constraintdef(n.oid)) FROM pg_constraint n
       WHERE n.conrelid IN (${tables}) AND n.contype <> 'n'
      UNION ALL
      SELECT pg_get_indexdef(x.indexrelid) FROM pg_index x WHERE x.indrelid IN (${tables})
      UNION ALL
      SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE t.tgrelid IN (${tables}) AND NOT t.tgisinternal
    ) AS lines ORDER BY line COLLATE "C"`);
  return rows.map(({ line }) => line.replaceAll(`"${schema}".`, '').replaceAll(`${schema}.`, ''));
}
