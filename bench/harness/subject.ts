/**
 * The service of one target in a process of its own, steered by messages. argv[2]: the
 * target's root.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as LoadConfig from '../../src/config/load-config.js';
import type * as PrismaServiceModule from '../../src/database/prisma.service.js';
import type * as PipelineServiceModule from '../../src/pipeline/execution/pipeline.service.js';
import type { RunPlan } from '../../src/runs/run-plan.js';
import type * as RunQueueModule from '../../src/pipeline/execution/run-queue.js';
import type { Run } from '../../src/runs/run.js';
import type * as RunsServiceModule from '../../src/runs/runs.service.js';
import type * as Serve from '../../src/app/bootstrap.js';
import type { Command, MeasuredRun, Reply } from './service.js';
import { load, type Target } from './target.js';

const target: Target = { name: 'target', root: process.argv[2] ?? '.' };
const { loadServiceConfig } = await load<typeof LoadConfig>(target, 'config/load-config.js');
const { createApp, serve } = await load<typeof Serve>(target, 'serve.js');
const { PipelineService } = await load<typeof PipelineServiceModule>(target, 'pipeline/pipeline.service.js');

const { PrismaService } = await load<typeof PrismaServiceModule>(target, 'database/prisma.service.js');
const { RunQueue } = await load<typeof RunQueueModule>(target, 'pipeline/run-queue.js');
const { RunsService } = await load<typeof RunsServiceModule>(target, 'pipeline/runs.service.js');

const LOOK_MS = 100;

const config = loadServiceConfig(process.env);
const app = await createApp(config);

const cancel = new AbortController();

/** While whoever asks waits, as `run` on the command line does. */
async function inForeground(plan: RunPlan): Promise<Run> {
  const origin = { trigger: 'cli', triggeredBy: 'bench' } as const;
  return (await app.get(PipelineService).run(plan, origin, { signal: cancel.signal })).run;
}

/** By this process's worker, as a trigger over HTTP has it. */
async function throughQueue(plan: RunPlan): Promise<Run> {
  const id = await app
    .get(PrismaService)
    .$transaction((tx) => app.get(RunQueue).enqueue(tx, plan, { trigger: 'api', triggeredBy: 'bench' }));
  for (;;) {
    const details = await app.get(RunsService).details(id);
    if (details === null) throw new Error(`Run ${id} is not on record.`);
    if (details.run.finishedAt !== null) return details.run;
    await sleep(LOOK_MS);
  }
}

async function run(plan: RunPlan, work: (plan: RunPlan) => Promise<Run>): Promise<MeasuredRun> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const done = await work(plan);
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  return {
    durationSeconds: done.durationSeconds,
    run: { status: done.status, errorMessage: done.errorMessage, ...done.counts },
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1_024,
    // The monitor's own timer is counted with the delay.
    loopDelayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 5),
  };
}

async function obey(command: Command): Promise<unknown> {
  switch (command.do) {
    case 'listen':
      return serve(app, config.http);
    case 'run':
      return run(command.plan, inForeground);
    case 'queue':
      return run(command.plan, throughQueue);
    case 'cancel':
      cancel.abort();
      return null;
    case 'end':
      return app.close();
  }
}

function reply(answer: Reply): void {
  process.send?.(answer);
}

process.on('message', (command: Command) => {
  obey(command).then(
    (result) => {
      reply({ id: command.id, result });
      if (command.do === 'end') process.disconnect();
    },
    (error: unknown) => {
      reply({ id: command.id, error: String(error) });
    },
  );
});
// Whoever started it has ended.
process.once('disconnect', () => {
  process.exit();
});
reply({ id: 0 });
