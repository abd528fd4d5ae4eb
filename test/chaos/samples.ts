import { readdir, readFile } from 'node:fs/promises';
import { query } from './postgres.js';
import type { Replica } from './replica.js';
import type { Figure, Sample } from './trend.js';

/** What the processes and the database take up at this moment. Linux only. @throws Error while the database is away */
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

export function figuresOf(replicas: readonly Replica[]): Figure[] {
  const names = replicas.map(({ name }) => name);
  return [
    ...names.map((name) => ({ name: `memory of ${name}`, unit: 'MB', most: mostMemory })),
    ...names.map((name) => ({ name: `descriptors of ${name}`, unit: '', most: fewMore })),
    { name: 'sessions', unit: '', most: fewMore },
    ...['movies', 'indexes of movies', 'journal', 'queue'].map((name) => ({
      name,
      unit: 'MB',
      most: mostStored,
    })),
    { name: 'a run on record', unit: 'KB', most: mostStored },
    { name: 'jobs kept', unit: '', most: null },
    { name: 'dead rows', unit: '', most: null },
  ];
}

function mostMemory(before: number): number {
  return 1.15 * before + 10;
}

function fewMore(before: number): number {
  return before + 5;
}

/** A table so small grows by whole pages. */
function mostStored(before: number): number {
  return 1.1 * before + 0.1;
}

async function residentMb(pid: number): Promise<number> {
  const [, kb] = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1_024;
}

/** Of the history, which grows by what it is to keep, the size of a row. */
const STORED = `
  SELECT (SELECT count(*) FROM pg_stat_activity
           WHERE application_name = 'movie-pipeline' AND backend_type = 'client backend')::int AS sessions,
    (pg_table_size('movies') + pg_table_size('movie_categories')) / 1048576.0::float8 AS movies,
    (pg_indexes_size('movies') + pg_indexes_size('movie_categories')) / 1048576.0::float8 AS "indexes of movies",
    (pg_total_relation_size('pipeline_run_pages') + pg_total_relation_size('pipeline_run_movies'))
      / 1048576.0::float8 AS journal,
    (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
      WHERE relnamespace = 'movie_pipeline_jobs'::regnamespace AND relkind = 'r') / 1048576.0::float8 AS queue,
    (pg_total_relation_size('pipeline_runs') + pg_total_relation_size('pipeline_run_errors')) / 1024.0::float8
      / greatest(1, (SELECT count(*) FROM pipeline_runs)) AS "a run on record",
    (SELECT count(*) FROM movie_pipeline_jobs.job)::int AS "jobs kept",
    (SELECT sum(n_dead_tup) FROM pg_stat_user_tables)::int AS "dead rows"`;
