import type { INestApplicationContext } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { retry } from '../common/retry.js';
import { isUnavailable } from '../database/errors/database-fault.js';
import { describeFault } from '../database/errors/explain-error.js';
import { RunFollower } from '../pipeline/execution/run-follower.js';
import { RunTriggers } from '../pipeline/execution/run-triggers.js';
import { RunActiveError, RunEndedError } from '../runs/run-errors.js';
import { RunLeases } from '../runs/run-lease.repository.js';
import type { RunPlan } from '../runs/run-plan.js';
import type { RunDetails, RunProgress } from '../runs/run.js';
import { type ActiveRun, RunsRepository } from '../runs/runs.repository.js';
import { LiveView, PlainView, type ProgressView } from './progress-view.js';

interface FollowOptions {
  readonly username: string;
  /** True: nothing is written to standard error. */
  readonly quiet: boolean;
  /** Aborted to cancel the run. */
  readonly signal: AbortSignal;
}

const POLL_MS = 250;
const RECONNECT_DEADLINE_MS = 600_000;
/** A short run may end before its worker records any. */
const NO_PROGRESS: RunProgress = {
  at: '',
  stage: 'finishing',
  sources: [],
  enrichment: null,
  waiting: null,
};

/**
 * Requests a run and follows it to its end. The application must have the role of a worker: it first finishes a run that
 * was interrupted, and then leads its own, unless another process is quicker.
 * Null: the signal was aborted before the run was queued.
 * @throws RunActiveError when another process is working on a run
 */
export async function requestAndFollow(
  app: INestApplicationContext,
  plan: RunPlan,
  { username, quiet, signal }: FollowOptions,
): Promise<RunDetails | null> {
  const say = (text: string): void => {
    if (!quiet) process.stderr.write(`${text}\n`);
  };
  if (!(await finishEarlierRuns(app, signal, say))) return null;
  const runId = await app.get(RunTriggers).trigger(plan, { trigger: 'cli', username, key: null });
  const audit = app.get(AuditTrail);
  await audit.record('run.triggered', { runId, updateType: plan.updateType });
  const cancel = (): void => {
    void audit.record('run.cancelled', { runId });
    say('Cancelling the run; what is stored stays.');
    void cancelRun(app, runId).catch((error: unknown) => {
      say(`The run could not be cancelled: ${describeFault(error) ?? String(error)}`);
    });
  };
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    await showUntilEnd(app, runId, quiet ? null : progressView());
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  return app.get(RunsRepository).details(runId);
}

/** Waits for a run that no other process works on: this one's worker finishes it. False: the signal was aborted. */
async function finishEarlierRuns(
  app: INestApplicationContext,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<boolean> {
  const clock = app.get<Clock>(CLOCK);
  const { leaseholder } = app.get(RunLeases);
  let announced: number | null = null;
  for (let before: ActiveRun | null = null; !signal.aborted;) {
    const { active } = await whileDisconnected(app, () => app.get(RunsRepository).overview());
    if (active === null) return true;
    const { run } = active;
    if (active.leaseholder === leaseholder && announced !== run.id) {
      const why = run.timesResumed > 0 ? 'was interrupted' : 'was queued first';
      say(`Run ${run.id} (${run.updateType ?? 'unknown'}) ${why}. Finishing it before this one.`);
      announced = run.id;
    }
    if (active.leaseholder !== leaseholder && isBeating(before, active)) throw new RunActiveError(run);
    before = active;
    await clock.sleep(POLL_MS, signal).catch(() => undefined);
  }
  return false;
}

/** Whether a process renews the lease: the heartbeat of a run whose worker has died stands still. */
function isBeating(before: ActiveRun | null, now: ActiveRun): boolean {
  return (
    before?.run.id === now.run.id &&
    before.heartbeatAt !== null &&
    before.heartbeatAt.getTime() !== now.heartbeatAt?.getTime()
  );
}

async function showUntilEnd(
  app: INestApplicationContext,
  runId: number,
  view: ProgressView | null,
): Promise<void> {
  let last = NO_PROGRESS;
  for (;;) {
    const event = await whileDisconnected(app, () => app.get(RunFollower).state(runId));
    last = event.kind === 'progress' ? (event.progress ?? last) : finalProgress(last, event.details);
    view?.show(last);
    if (event.kind === 'end') return;
    await app.get<Clock>(CLOCK).sleep(POLL_MS);
  }
}

/** The last recorded progress may be a second old when the run ends. */
function finalProgress(last: RunProgress, { run, sources }: RunDetails): RunProgress {
  const { enriched, gone } = run.counts;
  const done = Math.max(last.enrichment?.done ?? 0, enriched + gone);
  const { total, failed } = last.enrichment ?? { total: done, failed: 0 };
  return { ...last, sources, enrichment: total === 0 ? null : { done, total, failed }, waiting: null };
}

/** Tries again while the database is away, as the run itself does. */
function whileDisconnected<T>(app: INestApplicationContext, work: () => Promise<T>): Promise<T> {
  return retry(work, {
    clock: app.get<Clock>(CLOCK),
    random: Math.random,
    deadlineMs: RECONNECT_DEADLINE_MS,
    isRetryable: isUnavailable,
  });
}

async function cancelRun(app: INestApplicationContext, runId: number): Promise<void> {
  try {
    const now = app.get<Clock>(CLOCK).now();
    await whileDisconnected(app, () => app.get(RunLeases).cancel(runId, now));
  } catch (error) {
    if (!(error instanceof RunEndedError)) throw error;
  }
}

function progressView(): ProgressView {
  const now = (): number => performance.now();
  const redraws = process.stderr.isTTY && process.env.TERM !== 'dumb';
  return redraws ? new LiveView(process.stderr, now) : new PlainView(process.stderr, now);
}
