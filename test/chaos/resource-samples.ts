import { readdir, readFile } from 'node:fs/promises';
import { query } from './postgres.js';
import type { Replica } from './replica.js';
import type { Metric, Sample } from './trend.js';

/**
 * Measures the processes and the database. Needs Linux's /proc.
 * @throws Error while the database is unavailable
 */
export async function takeSample(replicas: readonly Replica[], url: string): Promise<Sample> {
  const values: Record<string, number> = {};
  for (const { name, pid } of replicas) {
    if (pid === null) continue;
    values[`memory of ${name}`] = await residentMb(pid);
    values[`descriptors of ${name}`] = (await readdir(`/proc/${pid}/fd`)).length;
  }
  const [stored] = await query<Record<string, number>>(url, STORED);
  return { at: performance.now(), values: { ...values, ...stored } };
}

/** The metrics of a sample and their limits. */
export function metricsOf(replicas: readonly Replica[]): Metric[] {
  const names = replicas.map(({ name }) => name);
  return [
    ...names.map((name) => ({ name: `memory of ${name}`, unit: 'MB', limit: memoryLimit })),
    ...names.map((name) => ({ name: `descriptors of ${name}`, unit: '', limit: countLimit })),
    { name: 'sessions', unit: '', limit: countLimit },
    ...['movies', 'movie indexes', 'checkpoint', 'queue'].map((name) => ({
      name,
      unit: 'MB',
      limit: storageLimit,
    })),
    { name: 'record of one run', unit: 'KB', limit: storageLimit },
    { name: 'stored jobs', unit: '', limit: null },
    { name: 'dead rows', unit: '', limit: null },
  ];
}

function memoryLimit(before: number): number {
  return 1.15 * before + 10;
}

function countLimit(before: number): number {
  return before + 5;
}

/** The constant allows for small tables, which grow by whole pages. */
function storageLimit(before: number): number {
  return 1.1 * before + 0.1;
}

async function residentMb(pid: number): Promise<number> {
  const [, kb] = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1_024;
}

/** The run history grows by design, so it is measured per run. */
const STORED = `
  SELECT (SELECT count(*) FROM pg_stat_activity
           WHERE application_name = 'movie-pipeline' AND backend_type = 'client backend')::int AS sessions,
    (pg_table_size('movies') + pg_table_size('movie_categories')) / 1048576.0::float8 AS movies,
    (pg_indexes_size('movies') + pg_indexes_size('movie_categories')) / 1048576.0::float8 AS "movie indexes",
    (pg_total_relation_size('pipeline_run_pages') + pg_total_relation_size('pipeline_run_movies'))
      / 1048576.0::float8 AS checkpoint,
    (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
      WHERE relnamespace = 'movie_pipeline_jobs'::regnamespace AND relkind = 'r') / 1048576.0::float8 AS queue,
    (pg_total_relation_size('pipeline_runs') + pg_total_relation_size('pipeline_run_errors')) / 1024.0::float8
      / greatest(1, (SELECT count(*) FROM pipeline_runs)) AS "record of one run",
    (SELECT count(*) FROM movie_pipeline_jobs.job)::int AS "stored jobs",
    (SELECT sum(n_dead_tup) FROM pg_stat_user_tables)::int AS "dead rows"`;
