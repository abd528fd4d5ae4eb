import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaunchedSandbox } from '../../src/sandbox/launch.js';
import { launchSandbox, ROOT } from './built.js';
import type { Environment } from './cluster.js';
import { startEmbedded, startSystem, type Postgres } from './postgres.js';
import { killAll } from './replica.js';

const SANDBOX_SEED = 1;
/** In milliseconds. */
const SANDBOX_LATENCY = { latencyMs: 15, jitterMs: 15 };

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The sandbox, the PostgreSQL servers and the folder that all tests of the suite share. */
export class Harness {
  private closing: Promise<void> | null = null;

  private constructor(
    private readonly cwd: string,
    private readonly movies: number,
    private readonly sandbox: LaunchedSandbox,
    private readonly servers: readonly Postgres[],
  ) {}

  /** @param server `embedded`, `system` or `both` */
  static async open({ movies, server }: { movies: number; server: string }): Promise<Harness> {
    const cwd = await mkdtemp(join(tmpdir(), 'movie-pipeline-chaos-'));
    // PostgreSQL refuses to run as root. The user that it runs as needs access to its data folder in here.
    await chmod(cwd, 0o755);
    const sandbox = await launchSandbox({ movies, seed: SANDBOX_SEED, ...SANDBOX_LATENCY });
    return new Harness(cwd, movies, sandbox, await startServers(cwd, server));
  }

  /** One for each server. */
  get environments(): readonly Environment[] {
    const { sandbox, movies, cwd } = this;
    return this.servers.map((postgres) => ({ postgres, sandbox, movies, cwd }));
  }

  /** Alternates between the servers. */
  environment(index: number): Environment {
    const environment = this.environments[index % this.servers.length];
    if (environment === undefined) throw new Error('No PostgreSQL server is available.');
    return environment;
  }

  /** Tests that are still running fail. */
  close(): Promise<void> {
    this.closing ??= this.stop();
    return this.closing;
  }

  private async stop(): Promise<void> {
    await killAll();
    await this.sandbox.stop();
    const stopped = await Promise.allSettled(this.servers.map((server) => server.stop()));
    await rm(this.cwd, { recursive: true, force: true });
    const failed = stopped.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}

async function startServers(cwd: string, wanted: string): Promise<Postgres[]> {
  const servers: Postgres[] = [];
  if (wanted !== 'system') servers.push(await startEmbedded(join(cwd, 'embedded')));
  if (wanted === 'embedded') return servers;
  const system = await startSystem(join(cwd, 'system'));
  if (system === null)
    print("The system's PostgreSQL is skipped: pg_config finds no server. Install one to include it.");
  else servers.push(system);
  return servers;
}

/** Prints the failures of a test and saves the logs. Does nothing when there are none. */
export async function reportFailures(
  test: string,
  {
    failures,
    logs,
  }: { readonly failures: readonly string[]; readonly logs: Readonly<Record<string, string>> },
): Promise<void> {
  if (failures.length === 0) return;
  for (const failure of failures) print(`  ${failure}`);
  const folder = join(ROOT, '.data', 'chaos', test);
  await mkdir(folder, { recursive: true });
  for (const [replica, log] of Object.entries(logs)) await writeFile(join(folder, `${replica}.log`), log);
  print(`  logs: ${folder}`);
}
