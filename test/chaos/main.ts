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

const SERVERS = ['both', 'embedded', 'system'];

interface Options {
  readonly rounds: number;
  readonly seed: number;
  readonly films: number;
  readonly server: string;
  readonly help: boolean;
}

/** @throws Error when they can't be understood */
function readOptions(): Options {
  const text = (otherwise: string): { type: 'string'; default: string } => ({
    type: 'string',
    default: otherwise,
  });
  const { values } = parseArgs({
    options: {
      ...{ rounds: text('50'), seed: text('1'), films: text('2000'), server: text('both') },
      help: { type: 'boolean', default: false },
    },
  });
  const { rounds, seed, films, server, help } = values;
  if (!SERVERS.includes(server)) throw new Error(`Not one of ${SERVERS.join(', ')}: ${server}`);
  return { rounds: whole(rounds), seed: whole(seed), films: whole(films), server, help };
}

function whole(value: string): number {
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw new Error(`Not a whole number from 1: ${value}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
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

  static async open({ films, server }: Options): Promise<Theatre> {
    const cwd = await mkdtemp(join(tmpdir(), 'movie-pipeline-chaos-'));
    // PostgreSQL does not run as root: its user has to get in.
    await chmod(cwd, 0o755);
    return new Theatre(cwd, await SandboxProcess.start(films, 1), await startServers(cwd, server));
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
async function play(theatre: Theatre, { rounds, seed: first, films }: Options): Promise<number> {
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

async function main(options: Options): Promise<number> {
  const theatre = await Theatre.open(options);
  const onSignal = (): void => {
    void theatre.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  let failed: number;
  try {
    failed = await play(theatre, options);
  } finally {
    await theatre.close();
  }
  const { rounds } = options;
  say(
    failed === 0
      ? `All ${rounds} rounds ok: nothing lost, nothing twice.`
      : `${failed} of ${rounds} rounds failed.`,
  );
  return failed === 0 ? 0 : 1;
}

/** Null when they can't be understood; what is wrong with them has been said. */
function optionsOrUsage(): Options | null {
  try {
    return readOptions();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return null;
  }
}

const options = optionsOrUsage();
if (options?.help === true) say(USAGE);
else process.exitCode = options === null ? 2 : await main(options);
