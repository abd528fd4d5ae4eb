import type { JobId } from '../config/app-config.js';
import { JOBS } from './jobs.js';
import type { Timetable } from './timetable.js';

const OVERDUE_MS = 5 * 60_000;

/** A job as it is stored. */
export interface ScheduledJob {
  readonly id: JobId;
  readonly timetable: Timetable;
  readonly enabled: boolean;
  /** Whether it fires: it is enabled, and the scheduler runs. */
  readonly active: boolean;
  /** Its last slot that fired, or its last change, or the last start or stop, whichever came last: older slots are past. */
  readonly dueAfter: Date;
  readonly lastRunId: number | null;
}

export interface Occurrence {
  /** The time that the schedule names. */
  readonly at: Date;
  readonly lateSeconds: number;
}

/** The slot that a job has to fire now; null when there is none. Of several that were missed, the last one stands for all. */
export function dueOccurrence(
  { id, timetable, active, dueAfter }: ScheduledJob,
  now: Date,
): Occurrence | null {
  if (!active) return null;
  // A slot that is late by just the grace may still fire.
  const oldest = now.getTime() - JOBS[id].graceMs - 1;
  const at = timetable.latest(new Date(Math.max(oldest, dueAfter.getTime())), now);
  return at === null ? null : { at, lateSeconds: Math.floor((now.getTime() - at.getTime()) / 1_000) };
}

/** Jobs that have had a slot to fire for minutes: no process sees to them. */
export function overdueJobs(jobs: readonly ScheduledJob[], now: Date): readonly JobId[] {
  const before = new Date(now.getTime() - OVERDUE_MS);
  return jobs.filter((job) => dueOccurrence(job, before) !== null).map(({ id }) => id);
}
