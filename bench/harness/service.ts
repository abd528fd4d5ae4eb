import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startFlags } from '../../scripts/start-flags.mjs';
import type { RunPlan } from '../../src/runs/run-plan.js';
import type { RunCounts, RunStatus } from '../../src/runs/run.js';
import { endChild, startChild } from './child.js';
import type { Target } from './target.js';

export type Order =
  | { readonly do: 'listen' }
  | { readonly do: 'run' | 'queue'; readonly plan: RunPlan }
  /** The run under way, and every later one. */
  | { readonly do: 'cancel' }
  | { readonly do: 'end' };

export type Command = Order & { readonly id: number };

export interface Reply {
  /** The command's; 0 once the service is up. */
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

export interface MeasuredRun {
  readonly run: RunCounts & { readonly status: RunStatus; readonly errorMessage: string | null };
  /** From the request for the run to its end. */
  readonly seconds: number;
  /** As it is on record: from the start, not from the queue. */
  readonly durationSeconds: number | null;
  /** Of all threads of the process, meanwhile. */
  readonly cpuSeconds: number;
  /** The largest resident set of the process since its start. */
  readonly peakMb: number;
  readonly loopDelayP99Ms: number;
}

export interface ServiceSettings {
  readonly databaseUrl: string;
  readonly sandboxUrl: string;
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What the service is started with; it reads nothing else. */
export function serviceEnvironment(settings: Omit<ServiceSettings, 'databaseUrl'>): Record<string, string> {
  return {
    TMDB_API_KEY: '0'.repeat(32),
    TMDB_BASE_URL: settings.sandboxUrl,
    JWT_SECRET: 'for the benches, on loopback alone',
    DATA_DIR: settings.dataDir,
    PORT: '0',
    SCHEDULER_ENABLED: 'false',
    LOG_LEVEL: 'error',
    ...settings.env,
  };
}

/** The service of a target, in a process of its own. */
export class Service {
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private commands = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (reply: Reply) => {
      this.waiting.get(reply.id)?.(reply);
    });
    child.once('exit', () => {
      for (const [id, settle] of this.waiting) settle({ id, error: 'The service ended.' });
    });
    child.stdout?.pipe(process.stderr);
  }

  /** Begins to start; `ready` waits for it. */
  static start(target: Target, settings: ServiceSettings): Service {
    const env = { DATABASE_URL: settings.databaseUrl, ...serviceEnvironment(settings) };
    const file = join(import.meta.dirname, 'subject.js');
    // Where there is no .env.
    return new Service(
      startChild({ file, args: [target.root], env, cwd: settings.dataDir, flags: startFlags(target.root) }),
    );
  }

  async ready(): Promise<void> {
    await this.answerTo(0);
  }

  /** Returns the address. */
  async listen(): Promise<string> {
    return (await this.call({ do: 'listen' })) as string;
  }

  async run(plan: RunPlan): Promise<MeasuredRun> {
    return (await this.call({ do: 'run', plan })) as MeasuredRun;
  }

  /** Has the run done by its worker, through the queue. Only once it listens. */
  async queue(plan: RunPlan): Promise<MeasuredRun> {
    return (await this.call({ do: 'queue', plan })) as MeasuredRun;
  }

  /** The run under way ends, and with it what awaits it. */
  async cancel(): Promise<void> {
    await this.call({ do: 'cancel' });
  }

  async end(): Promise<void> {
    const exit = once(this.child, 'exit');
    await this.call({ do: 'end' });
    await exit;
  }

  /** Without its consent. */
  kill(): Promise<void> {
    return endChild(this.child, 'SIGKILL');
  }

  private call(order: Order): Promise<unknown> {
    this.commands += 1;
    const answer = this.answerTo(this.commands);
    this.child.send({ id: this.commands, ...order } satisfies Command);
    return answer;
  }

  private async answerTo(id: number): Promise<unknown> {
    const reply = await new Promise<Reply>((resolve) => {
      this.waiting.set(id, resolve);
    });
    this.waiting.delete(id);
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.result;
  }
}
