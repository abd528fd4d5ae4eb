import type { JobId } from '../config/app-config.js';
import { JOBS } from './jobs.js';
import type { Timetable } from './timetable.js';

const OVERDUE_MS = 5 * 60_000;

/** A job as it is stored. */
export interface ScheduledJob {
  readonly id: JobId;
  readonly timetable: Timetable;
  readonly enabled: boolean;
  /** Whether it fires: it is enabled and the scheduler is running. */
  readonly active: boolean;
  /** Only later occurrences can be due: the latest of its last fired occurrence, its last change and the last start or stop. */
  readonly dueAfter: Date;
  readonly lastRunId: number | null;
}

export interface Occurrence {
  /** The time that the schedule names. */
  readonly at: Date;
  readonly lateSeconds: number;
}

/** The occurrence that a job has to fire now, or null. Of several missed occurrences only the last one is fired. */
export function dueOccurrence(
  { id, timetable, active, dueAfter }: ScheduledJob,
  now: Date,
): Occurrence | null {
  if (!active) return null;
  // One millisecond less, because an occurrence that is late by exactly the grace period still fires.
  const graceStart = now.getTime() - JOBS[id].graceMs - 1;
  const at = timetable.latest(new Date(Math.max(graceStart, dueAfter.getTime())), now);
  return at === null ? null : { at, lateSeconds: Math.floor((now.getTime() - at.getTime()) / 1_000) };
}

/** Jobs whose occurrence has been due for five minutes: no process fires them. */
export function overdueJobs(jobs: readonly ScheduledJob[], now: Date): readonly JobId[] {
  const before = new Date(now.getTime() - OVERDUE_MS);
  return jobs.filter((job) => dueOccurrence(job, before) !== null).map(({ id }) => id);
}
