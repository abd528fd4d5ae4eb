import type { INestApplicationContext } from '@nestjs/common';
import { PrismaService } from '../../src/database/prisma.service.js';
import type { RunPlan } from '../../src/runs/run-plan.js';
import { RunQueue } from '../../src/pipeline/execution/run-queue.js';
import { Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { type CommandResult, runCommand } from './command-line.js';
import { Program } from './program.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { openContext, testEnvironment, PEOPLE } from './test-pipeline.js';
import { until } from './until.js';

export type RunRow = Readonly<Record<string, unknown>>;

/** A queue of runs with as many workers as a test starts. */
export class TestWorkers {
  private readonly workers = new Set<INestApplicationContext>();
  private readonly programs: Program[] = [];

  private constructor(
    readonly sandbox: Sandbox,
    readonly database: TestDatabase,
    /** Queues runs, and works on none. */
    readonly front: INestApplicationContext,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** @param made dropped in the end, as a database of its own would be @param further variables of every process */
  static async start(
    catalogue: SandboxOptions = {},
    made: Promise<TestDatabase> = createTestDatabase(),
    further: Readonly<Record<string, string>> = {},
  ): Promise<TestWorkers> {
    const [database, sandbox] = await Promise.all([made, Sandbox.start({ people: PEOPLE, ...catalogue })]);
    const env = { ...testEnvironment(sandbox, database), ...further };
    return new TestWorkers(sandbox, database, await openContext(env, ['scheduler']), env);
  }

  /** Returns the id of the run. */
  queue(plan: RunPlan): Promise<number> {
    const origin = { trigger: 'api', triggeredBy: 'tester' } as const;
    return this.front
      .get(PrismaService)
      .$transaction((tx) => this.front.get(RunQueue).enqueue(tx, plan, origin));
  }

  async worker(): Promise<INestApplicationContext> {
    const worker = await openContext(this.env, ['worker']);
    this.workers.add(worker);
    return worker;
  }

  /** As SIGTERM does. */
  async stop(worker: INestApplicationContext): Promise<void> {
    this.workers.delete(worker);
    await worker.close();
  }

  /** The program as a process of its own, which a test may kill. */
  program(...args: string[]): Program {
    const env = { ...this.env, LOG_LEVEL: 'info' };
    const program = Program.start(args, { env });
    this.programs.push(program);
    return program;
  }

  /** A command of the program, in this process. */
  command(...args: string[]): Promise<CommandResult> {
    return runCommand(args, { env: this.env });
  }

  /** Jobs whose worker has died are free again; the queue finds that by itself after ten seconds of silence. */
  async freeJobs(): Promise<void> {
    await this.database.query(
      `UPDATE movie_pipeline_jobs.job SET state = 'retry', retry_count = retry_count + 1, heartbeat_on = NULL
        WHERE state = 'active'`,
    );
  }

  async run(id: number): Promise<RunRow> {
    const [row] = await this.database.query<RunRow>('SELECT * FROM pipeline_runs WHERE id = $1', [id]);
    if (row === undefined) throw new Error(`There is no run ${id}.`);
    return row;
  }

  /** The run once it has ended. */
  async end(id: number): Promise<RunRow> {
    let run = await this.run(id);
    await until(
      async () => {
        run = await this.run(id);
        return run.status !== 'QUEUED' && run.status !== 'RUNNING';
      },
      { deadlineMs: 50_000, what: `run ${id} ends` },
    );
    return run;
  }

  /** Resolves once so many details have been stored. */
  async enriched(movies: number): Promise<void> {
    await this.stored('enriched_at IS NOT NULL', movies);
  }

  /** Resolves once as many rows of `movies` meet a condition of SQL. */
  async stored(condition: string, movies: number): Promise<void> {
    const count = `SELECT count(*)::int AS n FROM movies WHERE ${condition}`;
    await until(async () => ((await this.database.query<{ n: number }>(count))[0]?.n ?? 0) >= movies, {
      deadlineMs: 50_000,
      what: `${movies} movies are stored`,
    });
  }

  async close(): Promise<void> {
    for (const program of this.programs) {
      program.kill('SIGKILL');
      await program.end();
    }
    for (const worker of this.workers) await worker.close();
    await this.front.close();
    await this.sandbox.stop();
    await this.database.drop();
  }
}
