import { randomBytes } from 'node:crypto';
import { Program } from '../support/program.js';
import { built } from './built.js';

const PASSWORD = randomBytes(16).toString('hex');
const SECRET = randomBytes(32).toString('hex');

const AGAIN_MS = 500;

/** The last word of a process that ends at its start because it finds no database; one that goes away is waited for. */
const DATABASE_AWAY =
  /it does not answer|it accepts no connections|the connection was lost|shared memory block .* is still in use/;

export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  /** Where there is no .env. */
  readonly cwd: string;
  /** Where it listens, if it does. */
  readonly port: number;
}

const running = new Set<Program>();
let closed = false;

/** Ends, without their consent, all that were started; none starts any more. */
export async function killAll(): Promise<void> {
  closed = true;
  for (const program of running) program.kill('SIGKILL');
  await Promise.all([...running].map((program) => program.end()));
}

/** One of the program's processes, which is ended and started again. */
export class Replica {
  private program: Program | null = null;
  private stalled = false;
  private ending = false;
  private again: NodeJS.Timeout | undefined;
  /** How it ended where it should not have. */
  readonly crashes: string[] = [];
  /** What earlier processes of it printed. */
  private printed = '';

  constructor(
    readonly name: string,
    /** A part of the program; null: all of them in one. */
    private readonly command: string | null,
    private readonly surroundings: Surroundings,
  ) {}

  /** Whoever ends at its start because the database is away is started again, as any orchestrator does. */
  start(): void {
    if (closed) return;
    const program = this.launch();
    this.program = program;
    running.add(program);
    void program.end().then((end) => {
      running.delete(program);
      if (this.program !== program || this.ending) return;
      if (!DATABASE_AWAY.test(program.stderr))
        this.crashes.push(`${this.name} ended with ${end}: ${program.stderr.slice(-500)}`);
      this.printed = this.log;
      this.program = null;
      this.again = setTimeout(() => {
        this.start();
      }, AGAIN_MS);
    });
  }

  private launch(): Program {
    const { env, cwd, port } = this.surroundings;
    const settings = {
      env: {
        TMDB_API_KEY: '0'.repeat(32),
        JWT_SECRET: SECRET,
        ADMIN_USERNAME: 'admin',
        ADMIN_PASSWORD: PASSWORD,
        PORT: String(port),
        ...env,
      },
      cwd,
    };
    return this.command === null
      ? Program.node([built('main.js')], settings)
      : Program.start([this.command], settings);
  }

  /** Neither ended, nor about to, nor stopped in its tracks. */
  get isUp(): boolean {
    return this.program !== null && !this.stalled && !this.ending;
  }

  /** Null while it is not there. */
  get pid(): number | null {
    return this.program?.pid ?? null;
  }

  get address(): string {
    return `http://127.0.0.1:${this.surroundings.port}`;
  }

  get log(): string {
    return `${this.printed}${this.program?.stdout ?? ''}${this.program?.stderr ?? ''}`;
  }

  /** When it took the run, each time, in milliseconds. */
  get takings(): number[] {
    return [...this.log.matchAll(/"time":"([^"]+)".*"event":"run\.taken"/g)].map(([, time = '']) =>
      Date.parse(time),
    );
  }

  /** When it took a run last, in ISO 8601; '' if it never did, or has given it back. */
  get tookRunAt(): string {
    const last =
      (this.program?.stdout ?? '').match(/^.*"event":"run\.(?:taken|left|handed_back)".*$/gm)?.at(-1) ?? '';
    return last.includes('run.taken') ? (/"time":"([^"]+)"/.exec(last)?.[1] ?? '') : '';
  }

  /** As a machine that swaps, or sleeps. */
  stall(): void {
    this.program?.kill('SIGSTOP');
    this.stalled = true;
  }

  wake(): void {
    this.program?.kill('SIGCONT');
    this.stalled = false;
  }

  /** As a machine that fails. */
  async kill(): Promise<void> {
    this.program?.kill('SIGKILL');
    await this.over();
  }

  /** In good order. Returns how it ended, and after how many seconds. */
  async stop(): Promise<{ readonly end: number | NodeJS.Signals; readonly seconds: number }> {
    const begun = performance.now();
    this.program?.kill('SIGTERM');
    const end = await this.over();
    return { end, seconds: (performance.now() - begun) / 1_000 };
  }

  private async over(): Promise<number | NodeJS.Signals> {
    clearTimeout(this.again);
    const { program } = this;
    if (program === null) return 0;
    this.ending = true;
    const end = await program.end();
    this.printed = this.log;
    this.program = null;
    this.ending = false;
    this.stalled = false;
    return end;
  }
}

/** What a user logs in for, at any of the replicas. */
export async function logIn(address: string): Promise<string> {
  const { access_token: token } = await post<{ access_token: string }>(`${address}/auth/login`, {
    username: 'admin',
    password: PASSWORD,
  });
  return token;
}

/** Asks the service for a run, as a user does. Returns its id. */
export async function triggerRun(address: string, token: string, body: object): Promise<number> {
  const { run_id: id } = await post<{ run_id: number }>(`${address}/pipeline/run`, body, {
    Authorization: `Bearer ${token}`,
  });
  return id;
}

async function post<Answer>(url: string, body: object, headers = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
