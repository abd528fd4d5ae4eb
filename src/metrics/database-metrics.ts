import { Gauge, type Registry } from '@prometheus-io/client';
import type { LastRun, RunFigures } from '../runs/run-figures.repository.js';
import type { MovieFigures } from '../movies/movie-figures.repository.js';
import type { QueueFigures } from '../queue/job-queue.js';
import type { ScheduleFigures } from '../scheduler/schedule-figures.js';
import type { DatabaseFigures } from './database-figures.js';
import { PREFIX } from './prefix.js';

/** Gauges of what the database knows. Every process reports the same values. */
export class DatabaseMetrics {
  private readonly gauges: Gauge<string>[] = [];
  private readonly up = this.gauge('database_up', 'Whether the figures of the database could be read');

  private readonly runs = this.gauge('runs', 'Recorded runs; falls with retention', 'status');
  private readonly runsActive = this.gauge('runs_active', 'Runs that a worker is working on');
  private readonly lastSuccess = this.gauge(
    'run_last_success_timestamp_seconds',
    'When the last run with the status SUCCESS ended',
    'type',
  );
  private readonly lastEnd = this.gauge('run_last_end_timestamp_seconds', 'When the last run ended', 'type');
  private readonly lastDuration = this.gauge(
    'run_last_duration_seconds',
    'Duration of the last run, from its start',
    'type',
  );
  private readonly lastStatus = this.gauge(
    'run_last_status',
    '1: the status of the last run',
    'type',
    'status',
  );
  private readonly lastItems = this.gauge('run_last_items', 'Movies of the last run', 'type', 'result');

  private readonly movies = this.gauge('movies', 'Stored movies; gone ones count in each state', 'state');
  private readonly olderThan = this.gauge(
    'movies_outdated',
    'Movies whose details are older, without gone ones; TMDB allows 180 days',
    'days',
  );
  private readonly oldestAge = this.gauge(
    'movies_oldest_age_seconds',
    'Age of the oldest details, without gone movies',
  );

  private readonly schedulerRunning = this.gauge('scheduler_running', 'Whether the schedules are started');
  private readonly scheduleEnabled = this.gauge('schedule_enabled', 'Whether the job is enabled', 'schedule');
  private readonly scheduleNext = this.gauge(
    'schedule_next_timestamp_seconds',
    'The next occurrence; absent while the job does not fire',
    'schedule',
  );
  private readonly scheduleLate = this.gauge(
    'schedule_late_seconds',
    'By how much an occurrence is late that has not fired',
    'schedule',
  );

  private readonly queueJobs = this.gauge('queue_jobs', 'Jobs in the queue', 'queue', 'state');
  private readonly queueWait = this.gauge(
    'queue_oldest_waiting_seconds',
    'How long the oldest waiting job has been due',
    'queue',
  );

  constructor(registry: Registry) {
    for (const gauge of this.gauges) registry.registerMetric(gauge);
  }

  /** @param figures null: they could not be read, and all other gauges are absent */
  set(figures: DatabaseFigures | null, now: Date): void {
    for (const gauge of this.gauges) gauge.reset();
    this.up.set(figures === null ? 0 : 1);
    if (figures === null) {
      // A gauge without labels has the value 0 after a reset, which would be a wrong figure.
      for (const gauge of [this.runsActive, this.oldestAge, this.schedulerRunning]) gauge.remove();
      return;
    }
    this.setRuns(figures.runs);
    this.setMovies(figures.movies, now);
    this.setSchedules(figures.schedules);
    this.setQueues(figures.queues);
  }

  private setRuns({ byStatus, last, lastSuccess }: RunFigures): void {
    for (const { status, runs } of byStatus) this.runs.set({ status }, runs);
    this.runsActive.set(byStatus.find(({ status }) => status === 'RUNNING')?.runs ?? 0);
    for (const run of last) this.setLastRun(run);
    for (const { type, finishedAt } of lastSuccess) {
      if (finishedAt !== null) this.lastSuccess.set({ type }, seconds(finishedAt));
    }
  }

  private setLastRun({ type, status, finishedAt, durationSeconds, items }: LastRun): void {
    this.lastStatus.set({ type, status }, 1);
    if (finishedAt !== null) this.lastEnd.set({ type }, seconds(finishedAt));
    if (durationSeconds !== null) this.lastDuration.set({ type }, durationSeconds);
    for (const [result, movies] of Object.entries(items)) this.lastItems.set({ type, result }, movies);
  }

  private setMovies(figures: MovieFigures, now: Date): void {
    this.movies.set({ state: 'enriched' }, figures.enriched);
    this.movies.set({ state: 'never_enriched' }, figures.neverEnriched);
    this.movies.set({ state: 'gone' }, figures.gone);
    this.olderThan.set({ days: '150' }, figures.olderThan150Days);
    this.olderThan.set({ days: '180' }, figures.olderThan180Days);
    this.oldestAge.set(figures.oldest === null ? 0 : Math.max(0, seconds(now) - seconds(figures.oldest)));
  }

  private setSchedules(schedules: ScheduleFigures | null): void {
    if (schedules === null) {
      this.schedulerRunning.remove();
      return;
    }
    this.schedulerRunning.set(schedules.running ? 1 : 0);
    for (const { id: schedule, enabled, next, lateSeconds } of schedules.jobs) {
      this.scheduleEnabled.set({ schedule }, enabled ? 1 : 0);
      if (next !== null) this.scheduleNext.set({ schedule }, seconds(next));
      this.scheduleLate.set({ schedule }, lateSeconds);
    }
  }

  private setQueues(queues: readonly QueueFigures[]): void {
    for (const { queue, waiting, active, failed, waitingSeconds } of queues) {
      this.queueJobs.set({ queue, state: 'waiting' }, waiting);
      this.queueJobs.set({ queue, state: 'active' }, active);
      this.queueJobs.set({ queue, state: 'failed' }, failed);
      this.queueWait.set({ queue }, waitingSeconds);
    }
  }

  private gauge(name: string, help: string, ...labelNames: string[]): Gauge<string> {
    const gauge = new Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers: [] });
    this.gauges.push(gauge);
    return gauge;
  }
}

function seconds(time: Date): number {
  return time.getTime() / 1_000;
}
