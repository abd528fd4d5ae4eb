/** The service of one target in a process of its own, controlled by messages. argv[2] is the target's root. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as Bootstrap from '../../src/app/bootstrap.js';
import type * as LoadConfig from '../../src/config/load-config.js';
import type * as PrismaServiceModule from '../../src/database/prisma.service.js';
import type * as RunQueueModule from '../../src/pipeline/execution/run-queue.js';
import type * as JobQueueModule from '../../src/queue/job-queue.js';
import type * as Queues from '../../src/queue/queues.js';
import type * as RunLeaseModule from '../../src/runs/run-lease.repository.js';
import type { RunPlan } from '../../src/runs/run-plan.js';
import type { Run } from '../../src/runs/run.js';
import type * as RunsRepositoryModule from '../../src/runs/runs.repository.js';
import { foregroundRun, leasesOf } from './layouts.js';
import type { Command, MeasuredRun, Reply } from './service.js';
import { load, type Target } from './target.js';

const target: Target = { name: 'target', root: process.argv[2] ?? '.' };
const { loadServiceConfig } = await load<typeof LoadConfig>(target, 'config/load-config.js');
const { createApp, serve } = await load<typeof Bootstrap>(target, 'app/bootstrap.js');
const { PrismaService } = await load<typeof PrismaServiceModule>(target, 'database/prisma.service.js');
const { RunQueue } = await load<typeof RunQueueModule>(target, 'pipeline/execution/run-queue.js');
const { JobQueue } = await load<typeof JobQueueModule>(target, 'queue/job-queue.js');
const { RUN_QUEUE } = await load<typeof Queues>(target, 'queue/queues.js');
const { RunsRepository } = await load<typeof RunsRepositoryModule>(target, 'runs/runs.repository.js');
const RunLeases = leasesOf(await load<typeof RunLeaseModule>(target, 'runs/run-lease.repository.js'));

const POLL_MS = 50;

const config = loadServiceConfig(process.env);
const app = await createApp(config);
const inForeground = await foregroundRun(target.root, app);
const cancelled = new AbortController();

/** Queues the run. Returns it once a worker has finished it. */
async function asJob(plan: RunPlan): Promise<Run> {
  await app.init();
  const id = await app
    .get(PrismaService)
    .$transaction((tx) => app.get(RunQueue).enqueue(tx, plan, { trigger: 'api', triggeredBy: 'bench' }));
  // Without this, the worker would be idle for up to a second before each run.
  app.get(JobQueue).wake(RUN_QUEUE);
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

async function recorded(id: number): Promise<Run> {
  const found = await app.get(RunsRepository).progress(id);
  if (found === null) throw new Error(`Run ${id} is not on record.`);
  return found.details.run;
}

async function cancel(id: number): Promise<void> {
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
      return measure(() =>
        inForeground === null || isShared ? asJob(plan) : inForeground(plan, cancelled.signal),
      );
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
