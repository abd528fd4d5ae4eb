import type { Tables } from './tables.js';

/** Columns of pipeline_runs. */
export interface RunRow {
  readonly status: string;
  readonly error_message: string | null;
  readonly times_resumed: number;
  readonly inserted: number;
  readonly enriched: number;
  readonly movies_processed: number;
  readonly failed: number;
}

/** The request body of a run that collects and enriches every movie of the sandbox, whether it is due or not. */
export function fullCatalogueRun(movies: number): object {
  return {
    update_type: 'custom',
    pages_per_category: Math.min(500, Math.ceil(movies / 20) + 1),
    enrich_data: true,
    max_enrichment: 100_000,
    incremental: false,
  };
}

/** Compares the first run of a database with the movies that it should have stored, each once. */
export function runFailures(run: RunRow, { movies = [] }: Tables): string[] {
  const failures: string[] = [];
  if (run.status !== 'SUCCESS') failures.push(`The run ended ${run.status}: ${run.error_message ?? ''}`);
  const expected = movies.length;
  for (const count of ['inserted', 'enriched', 'movies_processed'] as const) {
    if (run[count] !== expected) failures.push(`${count} is ${run[count]}, expected ${expected}.`);
  }
  if (run.failed !== 0) failures.push(`failed is ${run.failed}, expected 0.`);
  return failures;
}
