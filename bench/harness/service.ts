import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startFlags } from '../../scripts/start-flags.mjs';
import type { RunPlan } from '../../src/runs/run-plan.js';
import type { RunCounts, RunStatus } from '../../src/runs/run.js';
import { endChild, startChild } from './child.js';
import type { Target } from './target.js';

export type Action =
  | { readonly do: 'listen' }
  /** A shared run's enrichment is distributed to the workers of all processes. In this working copy, every run is shared. */
  | { readonly do: 'run'; readonly plan: RunPlan; readonly isShared: boolean }
  /** Cancels the current run and every later one. */
  | { readonly do: 'cancel' }
  | { readonly do: 'end' };

export type Command = Action & { readonly id: number };

export interface Reply {
  /** The command's id; 0 once the service has started. */
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

export interface MeasuredRun {
  readonly run: RunCounts & { readonly status: RunStatus; readonly errorMessage: string | null };
  /** From the recorded start of the run to its recorded end, without its time in the queue. */
  readonly seconds: number;
  /** CPU time of all threads of the process during the run. */
  readonly cpuSeconds: number;
  /** The largest resident set of the process since it started. */
  readonly peakMb: number;
  readonly loopDelayP99Ms: number;
}

export interface ServiceSettings {
  readonly databaseUrl: string;
  readonly sandboxUrl: string;
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The whole environment of the service, without its database. */
export function serviceEnvironment(settings: Omit<ServiceSettings, 'databaseUrl'>): Record<string, string> {
  return {
    TMDB_API_KEY: '0'.repeat(32),
    TMDB_BASE_URL: settings.sandboxUrl,
    JWT_SECRET: 'for the benches on loopback only',
    DATA_DIR: settings.dataDir,
    PORT: '0',
    SCHEDULER_ENABLED: 'false',
    LOG_LEVEL: 'error',
    ...settings.env,
  };
}

/** The service of a target in a process of its own. */
export class Service {
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private commands = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (reply: Reply) => {
      this.waiting.get(reply.id)?.(reply);
    });
    child.once('exit', () => {
      for (const [id, settle] of this.waiting) settle({ id, error: 'The service has exited.' });
    });
    child.stdout?.pipe(process.stderr);
  }

  /** Does not wait: see `ready`. */
  static start(target: Target, settings: ServiceSettings): Service {
    const env = { DATABASE_URL: settings.databaseUrl, ...serviceEnvironment(settings) };
    const file = join(import.meta.dirname, 'subject.js');
    // The working directory has no .env file.
    return new Service(
      startChild({ file, args: [target.root], env, cwd: settings.dataDir, flags: startFlags(target.root) }),
    );
  }

  async ready(): Promise<void> {
    await this.reply(0);
  }

  /** Returns the address. */
  async listen(): Promise<string> {
    return (await this.call({ do: 'listen' })) as string;
  }

  /** Resolves once the run has ended, with any status. */
  async run(plan: RunPlan, { isShared = false } = {}): Promise<MeasuredRun> {
    return (await this.call({ do: 'run', plan, isShared })) as MeasuredRun;
  }

  /** Cancels the current run and every later one. */
  async cancel(): Promise<void> {
    await this.call({ do: 'cancel' });
  }

  async end(): Promise<void> {
    const exit = once(this.child, 'exit');
    await this.call({ do: 'end' });
    await exit;
  }

  /** SIGKILL. */
  kill(): Promise<void> {
    return endChild(this.child, 'SIGKILL');
  }

  private call(action: Action): Promise<unknown> {
    this.commands += 1;
    const result = this.reply(this.commands);
    this.child.send({ id: this.commands, ...action } satisfies Command);
    return result;
  }

  private async reply(id: number): Promise<unknown> {
    const reply = await new Promise<Reply>((resolve) => {
      this.waiting.set(id, resolve);
    });
    this.waiting.delete(id);
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.result;
  }
}
