/** The service of one target in a process of its own, controlled by messages. argv[2] is the target's root. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as Bootstrap from '../../src/app/bootstrap.js';
import type * as LoadConfig from '../../src/config/load-config.js';
import type * as RunTriggersModule from '../../src/pipeline/execution/run-triggers.js';
import type * as RunLeasesModule from '../../src/runs/run-lease.repository.js';
import type { RunPlan } from '../../src/runs/run-plan.js';
import type { Run } from '../../src/runs/run.js';
import type * as RunsRepositoryModule from '../../src/runs/runs.repository.js';
import { oldRuns } from './layouts.js';
import type { Command, MeasuredRun, Reply } from './service.js';
import { load, type Target } from './target.js';

const target: Target = { name: 'target', root: process.argv[2] ?? '.' };
const { loadServiceConfig } = await load<typeof LoadConfig>(target, 'config/load-config.js');
const { createApp, serve } = await load<typeof Bootstrap>(target, 'app/bootstrap.js');
const { RunsRepository } = await load<typeof RunsRepositoryModule>(target, 'runs/runs.repository.js');

const POLL_MS = 50;

const config = loadServiceConfig(process.env);
const app = await createApp(config);
const old = await oldRuns(target.root, app);
const cancelled = new AbortController();

/** Queues the run. Returns it once a worker has finished it. */
async function runAsJob(plan: RunPlan): Promise<Run> {
  await app.init();
  const id = await trigger(plan);
  let run = await recorded(id);
  for (let isCancelled = false; run.finishedAt === null; run = await recorded(id)) {
    if (cancelled.signal.aborted && !isCancelled) {
      await cancel(id);
      isCancelled = true;
    }
    await sleep(POLL_MS);
  }
  return run;
}

async function trigger(plan: RunPlan): Promise<number> {
  if (old !== null) return old.trigger(plan);
  const { RunTriggers } = await load<typeof RunTriggersModule>(target, 'pipeline/execution/run-triggers.js');
  return app.get(RunTriggers).trigger(plan, { trigger: 'api', username: 'bench', key: null });
}

async function recorded(id: number): Promise<Run> {
  const found = await app.get(RunsRepository).progress(id);
  if (found === null) throw new Error(`Run ${id} is not recorded.`);
  return found.details.run;
}

async function cancel(id: number): Promise<void> {
  const { RunLeases } = await load<typeof RunLeasesModule>(target, 'runs/run-lease.repository.js');
  try {
    await app.get(RunLeases).cancel(id, new Date());
  } catch (error) {
    // A run that has ended in the meantime cannot be cancelled.
    if ((await recorded(id)).finishedAt === null) throw error;
  }
}

async function measure(work: () => Promise<Run>): Promise<MeasuredRun> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const cpu = process.cpuUsage();
  const run = await work();
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  return {
    run: { status: run.status, errorMessage: run.errorMessage, ...run.counts },
    seconds: (Number(run.finishedAt) - Number(run.startedAt)) / 1_000,
    cpuSeconds: (user + system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1_024,
    // The monitor counts the interval of its own timer as delay.
    loopDelayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 5),
  };
}

async function execute(command: Command): Promise<unknown> {
  switch (command.do) {
    case 'listen':
      return serve(app, config.http);
    case 'run': {
      const { plan, isShared } = command;
      return measure(() => (old === null || isShared ? runAsJob(plan) : old.execute(plan, cancelled.signal)));
    }
    case 'cancel':
      cancelled.abort();
      return null;
    case 'end':
      return app.close();
  }
}

function reply(message: Reply): void {
  process.send?.(message);
}

process.on('message', (command: Command) => {
  execute(command).then(
    (result) => {
      reply({ id: command.id, result });
      if (command.do === 'end') process.disconnect();
    },
    (error: unknown) => {
      reply({ id: command.id, error: String(error) });
    },
  );
});
// The parent process has exited.
process.once('disconnect', () => {
  process.exit();
});
reply({ id: 0 });
