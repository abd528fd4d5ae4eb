import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './built.js';
import type { Stage } from './fleet.js';
import { startEmbedded, startSystem, type Postgres } from './postgres.js';
import { killAll } from './replica.js';
import { SandboxProcess } from './sandbox-process.js';

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What all that is played shares. */
export class Theatre {
  private closing: Promise<void> | null = null;

  private constructor(
    private readonly cwd: string,
    private readonly movies: number,
    private readonly sandbox: SandboxProcess,
    private readonly servers: readonly Postgres[],
  ) {}

  static async open({ movies, server }: { movies: number; server: string }): Promise<Theatre> {
    const cwd = await mkdtemp(join(tmpdir(), 'movie-pipeline-chaos-'));
    // PostgreSQL does not run as root: its user has to get in.
    await chmod(cwd, 0o755);
    return new Theatre(cwd, movies, await SandboxProcess.start(movies, 1), await startServers(cwd, server));
  }

  /** One for each server. */
  get stages(): readonly Stage[] {
    const { sandbox, movies, cwd } = this;
    return this.servers.map((postgres) => ({ postgres, sandbox, movies, cwd }));
  }

  /** By turns. */
  stage(turn: number): Stage {
    const stage = this.stages[turn % this.servers.length];
    if (stage === undefined) throw new Error('There is no server to run on.');
    return stage;
  }

  /** Whatever is still played fails then. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
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
    say("Skipped on the system's PostgreSQL: pg_config names none. Install its server to include it.");
  else servers.push(system);
  return servers;
}

/** Says what went wrong, and where the logs are left; nothing where nothing did. */
export async function sayFaults(
  name: string,
  { faults, logs }: { readonly faults: readonly string[]; readonly logs: Readonly<Record<string, string>> },
): Promise<void> {
  if (faults.length === 0) return;
  for (const fault of faults) say(`  ${fault}`);
  const folder = join(ROOT, '.data', 'chaos', name);
  await mkdir(folder, { recursive: true });
  for (const [process, log] of Object.entries(logs)) await writeFile(join(folder, `${process}.log`), log);
  say(`  logs: ${folder}`);
}
