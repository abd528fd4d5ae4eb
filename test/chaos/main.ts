import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './built.js';
import { startEmbedded, startSystem, type Postgres } from './postgres.js';
import { type Reference, Round, type RoundReport } from './round.js';
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

async function main(): Promise<number> {
  if (values.help === true) {
    say(USAGE);
    return 0;
  }
  const [rounds, first, films] = [
    given(values.rounds, 50),
    given(values.seed, 1),
    given(values.films, 2_000),
  ];
  const cwd = await mkdtemp(join(tmpdir(), 'movie-pipeline-chaos-'));
  // PostgreSQL does not run as root: its user has to get in.
  await chmod(cwd, 0o755);
  const sandbox = await SandboxProcess.start(films, 1);
  const servers = await startServers(cwd);
  let failed = 0;
  try {
    let reference: Reference | null = null;
    for (let round = 1; round <= rounds; round++) {
      const postgres = servers[round % servers.length];
      if (postgres === undefined) throw new Error('There is no server to run on.');
      const stage = { postgres, sandbox, films, cwd };
      if (reference === null) {
        reference = await Round.reference(stage);
        say(
          `undisturbed: ${reference.tables.movies?.length ?? 0} films in ${reference.requests} requests (${digest(reference.tables)})`,
        );
      }
      const seed = first + round - 1;
      const report = await Round.disturbed(stage, seed, reference);
      say(lineOf(round, seed, postgres.name, report));
      if (report.faults.length === 0) continue;
      failed += 1;
      for (const fault of report.faults) say(`  ${fault}`);
      say(`  logs: ${await keepLogs(seed, report)}`);
    }
  } finally {
    await sandbox.stop();
    for (const server of servers) await server.stop();
    await rm(cwd, { recursive: true, force: true });
  }
  say(
    failed === 0
      ? `All ${rounds} rounds ok: nothing lost, nothing twice.`
      : `${failed} of ${rounds} rounds failed.`,
  );
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
