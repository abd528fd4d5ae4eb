import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './built.js';
import { startEmbedded, startSystem, type Postgres } from './postgres.js';
import { killAll } from './replica.js';
import { Round, type RoundReport } from './round.js';
import { SandboxProcess } from './sandbox-process.js';
import { digest } from './tables.js';

const USAGE = `npm run test:chaos -- [--rounds 50] [--seed 1] [--films 2000] [--server both|embedded|system]

Runs that meet kill -9, stalls, shutdowns, database restarts, storms of 429, dropped and truncated answers. A round of
seed 7 is repeated by --rounds 1 --seed 7.`;

const number = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    rounds: number,
    seed: number,
    films: number,
    server: { type: 'string', default: 'both' },
    help: { type: 'boolean' },
  },
});

function given(value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw new Error(`Not a whole number from 1: ${value}\n${USAGE}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function startServers(cwd: string): Promise<Postgres[]> {
  const servers: Postgres[] = [];
  if (values.server !== 'system') servers.push(await startEmbedded(join(cwd, 'embedded')));
  if (values.server === 'embedded') return servers;
  const system = await startSystem(join(cwd, 'system'));
  if (system === null)
    say("Skipped on the system's PostgreSQL: pg_config names none. Install its server to include it.");
  else servers.push(system);
  return servers;
}

function lineOf(round: number, seed: number, server: string, report: RoundReport): string {
  const { seconds, done, timesResumed, detailsPerFilm, recoverySeconds, faults } = report;
  return [
    `round ${round} seed ${seed} ${server}: ${faults.length === 0 ? 'ok' : 'FAILED'}`,
    `${seconds.toFixed(0)} s`,
    `resumed ${timesResumed} times, within ${recoverySeconds.toFixed(1)} s`,
    `${detailsPerFilm.toFixed(3)} details a film`,
    done.map(({ what }) => what).join(', '),
  ].join('; ');
}

/** Where the logs of a failed round are left. */
async function keepLogs(seed: number, { logs }: RoundReport): Promise<string> {
  const folder = join(ROOT, '.data', 'chaos', `seed-${seed}`);
  await mkdir(folder, { recursive: true });
  for (const [name, log] of Object.entries(logs)) await writeFile(join(folder, `${name}.log`), log);
  return folder;
}

/** What all rounds share. */
class Theatre {
  private constructor(
    readonly cwd: string,
    readonly sandbox: SandboxProcess,
    private readonly servers: readonly Postgres[],
  ) {}

  static async open(films: number): Promise<Theatre> {
    const cwd = await mkdtemp(join(tmpdir(), 'movie-pipeline-chaos-'));
    // PostgreSQL does not run as root: its user has to get in.
    await chmod(cwd, 0o755);
    return new Theatre(cwd, await SandboxProcess.start(films, 1), await startServers(cwd));
  }

  /** By turns. */
  server(round: number): Postgres {
    const server = this.servers[round % this.servers.length];
    if (server === undefined) throw new Error('There is no server to run on.');
    return server;
  }

  async close(): Promise<void> {
    await killAll();
    await this.sandbox.stop();
    for (const server of this.servers) await server.stop();
    await rm(this.cwd, { recursive: true, force: true });
  }
}

/** Returns how many rounds failed. */
async function play(
  theatre: Theatre,
  { rounds, first, films }: { rounds: number; first: number; films: number },
): Promise<number> {
  const { cwd, sandbox } = theatre;
  const reference = await Round.reference({ postgres: theatre.server(0), sandbox, films, cwd });
  const stored = reference.tables.movies?.length ?? 0;
  say(`undisturbed: ${stored} films in ${reference.requests} requests (${digest(reference.tables)})`);
  let failed = 0;
  for (let round = 1; round <= rounds; round++) {
    const seed = first + round - 1;
    const postgres = theatre.server(seed);
    const report = await Round.disturbed({ postgres, sandbox, films, cwd }, seed, reference);
    say(lineOf(round, seed, postgres.name, report));
    if (report.faults.length === 0) continue;
    failed += 1;
    for (const fault of report.faults) say(`  ${fault}`);
    say(`  logs: ${await keepLogs(seed, report)}`);
  }
  return failed;
}

async function main(): Promise<number> {
  if (values.help === true) {
    say(USAGE);
    return 0;
  }
  const rounds = given(values.rounds, 50);
  const first = given(values.seed, 1);
  const films = given(values.films, 2_000);
  const theatre = await Theatre.open(films);
  const onSignal = (): void => {
    void theatre.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  let failed: number;
  try {
    failed = await play(theatre, { rounds, first, films });
  } finally {
    await theatre.close();
  }
  say(
    failed === 0
      ? `All ${rounds} rounds ok: nothing lost, nothing twice.`
      : `${failed} of ${rounds} rounds failed.`,
  );
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
