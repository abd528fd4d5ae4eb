/**
 * What `--against 5e9e428` needs: at that commit, files stood elsewhere, a table had another name, and a run could be
 * executed in the foreground. Delete this file and its uses when no benchmark compares with that commit any more.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as RunLeaseModule from '../../src/runs/run-lease.repository.js';
import type { RunPlan } from '../../src/runs/run-plan.js';
import type { Run } from '../../src/runs/run.js';

const OLD_PATHS: Readonly<Record<string, string>> = {
  'app/bootstrap.js': 'serve.js',
  'database/connection/open-database.js': 'database/open-database.js',
  'pipeline/execution/run-queue.js': 'pipeline/run-queue.js',
  'queue/job-queue.js': 'database/job-queue.js',
  'queue/queues.js': 'pipeline/queues.js',
  'runs/run-lease.repository.js': 'pipeline/run-claims.repository.js',
  'runs/run-plan.js': 'pipeline/run-plan.js',
  'runs/runs.repository.js': 'pipeline/runs.repository.js',
  'tmdb/schema/movie.js': 'tmdb/wire/movie.js',
};

function isOld(root: string): boolean {
  return existsSync(join(root, 'dist', 'serve.js'));
}

/** Where a module stands below `dist` in the copy of the project at `root`. */
export function modulePath(root: string, module: string): string {
  return (isOld(root) ? OLD_PATHS[module] : undefined) ?? module;
}

export function runTotalsTable(root: string): string {
  return isOld(root) ? 'pipeline_run_figures' : 'pipeline_run_totals';
}

/** The class that cancels runs. */
export function leasesOf(module: typeof RunLeaseModule): typeof RunLeaseModule.RunLeases {
  return 'RunClaims' in module ? (module.RunClaims as typeof module.RunLeases) : module.RunLeases;
}

type ForegroundRun = (plan: RunPlan, signal: AbortSignal) => Promise<Run>;

interface PipelineService {
  run(plan: RunPlan, origin: object, options: { signal: AbortSignal }): Promise<{ readonly run: Run }>;
}

/** Executes a run in the foreground, until it has ended; null where every run is a job. */
export async function foregroundRun(
  root: string,
  app: { get(type: new () => PipelineService): PipelineService },
): Promise<ForegroundRun | null> {
  if (!isOld(root)) return null;
  const { PipelineService } = (await import(
    pathToFileURL(join(root, 'dist', 'pipeline', 'pipeline.service.js')).href
  )) as { PipelineService: new () => PipelineService };
  const origin = { trigger: 'cli', triggeredBy: 'bench' };
  return async (plan, signal) => (await app.get(PipelineService).run(plan, origin, { signal })).run;
}
