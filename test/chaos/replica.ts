import { randomBytes } from 'node:crypto';
import { Program } from '../support/program.js';
import { built } from './built.js';

/** The first admin of every replica's database. */
export const ADMIN = { username: 'admin', password: randomBytes(16).toString('hex') } as const;
const JWT_SECRET = randomBytes(32).toString('hex');

const RESTART_DELAY_MS = 500;
/** What a process prints when it exits at startup because the database is unavailable. */
const DATABASE_UNAVAILABLE =
  /Can't use the database at .*: (?:it does not answer|it accepts no connections|its socket does not exist|the connection was lost)|shared memory block .* is still in use/;

/** Ten seconds, and one for a busy machine. */
const MAX_STOP_SECONDS = 11;

export interface ReplicaOptions {
  readonly env: Readonly<Record<string, string>>;
  /** A folder without a .env file. */
  readonly cwd: string;
  /** The port of its API, if it serves one. */
  readonly port: number;
}

const running = new Set<Program>();
let isSuiteEnding = false;

/** Kills every replica's process. No replica starts after that. */
export async function killAll(): Promise<void> {
  isSuiteEnding = true;
  for (const program of running) program.kill('SIGKILL');
  await Promise.all([...running].map((program) => program.end()));
}

/** One process of the product, which is ended and started again during a test. */
export class Replica {
  private program: Program | null = null;
  private isSuspended = false;
  private isEnding = false;
  private restart: NodeJS.Timeout | undefined;
  /** One message for each unexpected exit. */
  readonly crashes: string[] = [];
  /** The output of its earlier processes. */
  private earlierOutput = '';

  constructor(
    readonly name: string,
    /** The command of the product to run; null runs the whole service. */
    private readonly command: string | null,
    private readonly options: ReplicaOptions,
  ) {}

  /** Starts a process, and another whenever one exits because the database is unavailable, as an orchestrator does. */
  start(): void {
    if (isSuiteEnding) return;
    const program = this.launch();
    this.program = program;
    running.add(program);
    void program.end().then((end) => {
      running.delete(program);
      if (this.program !== program || this.isEnding) return;
      if (!DATABASE_UNAVAILABLE.test(program.stderr))
        this.crashes.push(`${this.name} exited with ${end}: ${program.stderr.slice(-500)}`);
      this.earlierOutput = this.log;
      this.program = null;
      this.restart = setTimeout(() => {
        this.start();
      }, RESTART_DELAY_MS);
    });
  }

  private launch(): Program {
    const { env, cwd, port } = this.options;
    const settings = {
      env: {
        TMDB_API_KEY: '0'.repeat(32),
        JWT_SECRET,
        ADMIN_USERNAME: ADMIN.username,
        ADMIN_PASSWORD: ADMIN.password,
        PORT: String(port),
        ...env,
      },
      cwd,
    };
    return this.command === null
      ? Program.node([built('main.js')], settings)
      : Program.start([this.command], settings);
  }

  /** Whether its process is there, not suspended and not about to exit. */
  get isUp(): boolean {
    return this.program !== null && !this.isSuspended && !this.isEnding;
  }

  /** Null while it has no process. */
  get pid(): number | null {
    return this.program?.pid ?? null;
  }

  get address(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  /** The output of all its processes. */
  get log(): string {
    return `${this.earlierOutput}${this.program?.stdout ?? ''}${this.program?.stderr ?? ''}`;
  }

  /** Each time when it acquired a run's lease, in milliseconds since the epoch. */
  get leaseAcquisitions(): number[] {
    return [...this.log.matchAll(/"time":"([^"]+)".*"event":"run\.acquired"/g)].map(([, time = '']) =>
      Date.parse(time),
    );
  }

  /** When its process acquired the lease that it holds, in ISO 8601; '' when it holds none. */
  get leaseAcquiredAt(): string {
    const last = (this.program?.stdout ?? '').match(/^.*"event":"run\.(?:acquired|left)".*$/gm)?.at(-1) ?? '';
    return last.includes('run.acquired') ? (/"time":"([^"]+)"/.exec(last)?.[1] ?? '') : '';
  }

  /** SIGSTOP: like a machine that swaps or sleeps. */
  suspend(): void {
    this.program?.kill('SIGSTOP');
    this.isSuspended = true;
  }

  resume(): void {
    this.program?.kill('SIGCONT');
    this.isSuspended = false;
  }

  /** SIGKILL: like a machine that fails. */
  async kill(): Promise<void> {
    this.program?.kill('SIGKILL');
    await this.exit();
  }

  /** SIGTERM. Returns the exit code or signal, and how long the shutdown took. */
  async stop(): Promise<{ readonly end: number | NodeJS.Signals; readonly seconds: number }> {
    const started = performance.now();
    this.program?.kill('SIGTERM');
    const end = await this.exit();
    return { end, seconds: (performance.now() - started) / 1_000 };
  }

  /** Waits for the exit of its process, after which it is not restarted. */
  private async exit(): Promise<number | NodeJS.Signals> {
    clearTimeout(this.restart);
    const { program } = this;
    if (program === null) return 0;
    this.isEnding = true;
    const end = await program.end();
    this.earlierOutput = this.log;
    this.program = null;
    this.isEnding = false;
    this.isSuspended = false;
    return end;
  }
}

/** @throws Error when the shutdown takes too long or fails */
export async function stopGracefully(replica: Replica): Promise<void> {
  const { end, seconds } = await replica.stop();
  if (seconds > MAX_STOP_SECONDS)
    throw new Error(`${replica.name} took ${seconds.toFixed(1)} s to shut down.`);
  // SIGTERM ends a process that has not yet installed its signal handler.
  if (end !== 0 && end !== 'SIGTERM') throw new Error(`${replica.name} exited with ${end} after SIGTERM.`);
}
