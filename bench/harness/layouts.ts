/**
 * What `--against 5e9e428` needs: at that commit, modules stood elsewhere, a table had another name, and a run could be
 * executed in the foreground. Delete this file and its uses when no bench compares with that commit any more.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RunPlan } from '../../src/runs/run-plan.js';
import type { Run } from '../../src/runs/run.js';

const OLD_PATHS: Readonly<Record<string, string>> = {
  'app/bootstrap.js': 'serve.js',
  'database/connection/open-database.js': 'database/open-database.js',
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

export interface OldRuns {
  /** Executes a run in this process. Returns it once it has ended. */
  execute(plan: RunPlan, signal: AbortSignal): Promise<Run>;
  /** Queues a run for the workers of all processes. Returns its id. */
  trigger(plan: RunPlan): Promise<number>;
}

interface PipelineService {
  run(plan: RunPlan, origin: object, options: { signal: AbortSignal }): Promise<{ readonly run: Run }>;
}

interface RunTriggers {
  trigger(plan: RunPlan, username: string, key: null): Promise<number>;
}

/** Null where every run is a job. */
export async function oldRuns(
  root: string,
  app: { get<Service>(type: new () => Service): Service },
): Promise<OldRuns | null> {
  if (!isOld(root)) return null;
  const load = (file: string): Promise<unknown> =>
    import(pathToFileURL(join(root, 'dist', 'pipeline', file)).href);
  const service = (await load('pipeline.service.js')) as { PipelineService: new () => PipelineService };
  const triggers = (await load('run-triggers.js')) as { RunTriggers: new () => RunTriggers };
  const origin = { trigger: 'cli', triggeredBy: 'bench' };
  return {
    execute: async (plan, signal) =>
      (await app.get(service.PipelineService).run(plan, origin, { signal })).run,
    trigger: (plan) => app.get(triggers.RunTriggers).trigger(plan, 'bench', null),
  };
}
