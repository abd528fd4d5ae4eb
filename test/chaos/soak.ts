import { setTimeout as sleep } from 'node:timers/promises';
import { Dice } from './built.js';
import { disturb, EVERYDAY_FAULTS } from './disturbances.js';
import { Fleet, type Stage, wideRun } from './fleet.js';
import { until } from './patience.js';
import { query } from './postgres.js';
import { figuresOf, takeSample } from './samples.js';
import { judge, type Sample } from './trend.js';

export interface SoakReport {
  /** Lines: what the processes and the database took up, by quarters of the time. */
  readonly table: readonly string[];
  /** How many runs ended so, by status. */
  readonly runs: Readonly<Record<string, number>>;
  readonly restarts: number;
  readonly faults: readonly string[];
  /** What the processes printed. */
  readonly logs: Readonly<Record<string, string>>;
}

const REQUESTS_PER_SECOND = 100;
const SAMPLE_SECONDS = 10;
const RESTART_SECONDS = 180;
const TRIGGER_SECONDS = 90;

/** Runs back to back in processes that are never ended, amid faults of TMDB and of the database. */
export class Soak {
  private readonly faults: string[] = [];
  private readonly samples: Sample[] = [];
  private readonly over = new AbortController();
  private restarts = 0;

  private constructor(
    private readonly stage: Stage,
    private readonly fleet: Fleet,
    private readonly seconds: number,
    private readonly dice: { readonly runs: Dice; readonly answers: Dice },
  ) {}

  static async run(stage: Stage, minutes: number, seed: number): Promise<SoakReport> {
    const fleet = await Fleet.withWorkers(stage, REQUESTS_PER_SECOND);
    const soak = new Soak(stage, fleet, 60 * minutes, {
      runs: new Dice(seed, 8),
      answers: new Dice(seed, 9),
    });
    try {
      await stage.sandbox.setFaults(EVERYDAY_FAULTS);
      await soak.allTogether();
      soak.faults.push(...(await fleet.faultsOfQueue()));
    } finally {
      soak.faults.push(...(await fleet.stop()));
    }
    const { table, faults } = judge(soak.samples, figuresOf(fleet.replicas));
    const runs = await soak.runsByStatus();
    faults.push(...soak.faults);
    return { ...{ table, runs, faults, restarts: soak.restarts }, logs: fleet.logs };
  }

  private async allTogether(): Promise<void> {
    const pids = this.fleet.replicas.map(({ pid }) => pid);
    const ending = this.pause(this.seconds).then(() => {
      this.over.abort();
    });
    await Promise.all([
      ending,
      this.whileOn(() => this.oneRun()),
      this.whileOn(() => this.spoilAnswers()),
      this.whileOn(() => this.restartDatabase()),
      this.whileOn(() => this.sample()),
    ]);
    this.fleet.replicas.forEach(({ name, pid }, place) => {
      if (pid !== pids[place]) this.faults.push(`${name} ended in mid-soak.`);
    });
  }

  /** Again and again until the time is over; what fails is a fault. */
  private async whileOn(work: () => Promise<void>): Promise<void> {
    while (!this.over.signal.aborted) {
      await work().catch((error: unknown) => {
        this.faults.push(String(error));
      });
    }
  }

  /** Three in four are wide; in the others nothing is due. */
  private async oneRun(): Promise<void> {
    const body = this.dice.runs.chance(0.75) ? wideRun(this.stage.movies) : { update_type: 'daily' };
    // The service may have no database just now.
    const id = await until('The request for a run', TRIGGER_SECONDS, () => this.fleet.trigger(body));
    await this.fleet.end(id);
  }

  private async spoilAnswers(): Promise<void> {
    await this.pause(this.dice.answers.int(20, 60));
    if (this.over.signal.aborted) return;
    const kind = this.dice.answers.chance(0.5) ? 'storm' : 'truncate';
    await disturb({ kind, at: 0, whom: 0, seconds: this.dice.answers.int(2, 8) }, this.scene);
  }

  /** In order: with each crash PostgreSQL forgets which pages are free, and what is stored until it has vacuumed takes new ones. */
  private async restartDatabase(): Promise<void> {
    await this.pause(Math.min(RESTART_SECONDS, this.seconds / 3));
    if (this.over.signal.aborted) return;
    await this.stage.postgres.restart('fast');
    this.restarts += 1;
  }

  /** None while the database is away. */
  private async sample(): Promise<void> {
    await this.pause(Math.min(SAMPLE_SECONDS, this.seconds / 50));
    const sample = await takeSample(this.fleet.replicas, this.stage.postgres.url).catch(() => null);
    if (sample !== null) this.samples.push(sample);
  }

  private get scene(): Parameters<typeof disturb>[1] {
    return { ...this.stage, workers: this.fleet.workers };
  }

  /** Shorter when the time is over. */
  private async pause(seconds: number): Promise<void> {
    await sleep(1_000 * seconds, undefined, { signal: this.over.signal }).catch(() => undefined);
  }

  private async runsByStatus(): Promise<Record<string, number>> {
    const { url } = this.stage.postgres;
    const bad = await query<{ what: string }>(
      url,
      `SELECT format('Run %s ended %s: %s', id, status, error_message) AS what
         FROM pipeline_runs WHERE status NOT IN ('SUCCESS', 'PARTIAL') ORDER BY id`,
    );
    this.faults.push(...bad.map(({ what }) => what));
    const counts = await query<{ status: string; runs: number }>(
      url,
      'SELECT status, count(*)::int AS runs FROM pipeline_runs GROUP BY status ORDER BY status',
    );
    return Object.fromEntries(counts.map(({ status, runs }) => [status, runs]));
  }
}
