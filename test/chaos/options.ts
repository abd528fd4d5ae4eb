import { parseArgs } from 'node:util';

export const USAGE = `npm run test:chaos -- [--rounds 50] [--seed 1] [--movies 2000] [--server both|embedded|system]
npm run test:chaos -- --rolling [--movies 600] [--server …]
npm run test:chaos -- --soak MINUTES [--seed 1] [--movies 600] [--server …]

Without --rolling or --soak, the suite runs rounds and then a rolling restart.

A round is one run while faults are injected: killed (SIGKILL), suspended and stopped workers, database restarts, bursts
of 429, dropped and truncated responses. What it stores must equal what a run without faults stores. The seed determines
the faults: --rounds 1 --seed 7 repeats the round of seed 7.

--rolling  only the rolling restart: on each server, three replicas are restarted one after another under load
--soak     back-to-back runs in processes that never restart; their memory and the database must not grow
--server   the embedded PostgreSQL, the one installed on the system, or both (default); rounds alternate between them`;

const SERVERS = ['both', 'embedded', 'system'];

export interface Options {
  readonly rounds: number;
  readonly seed: number;
  readonly movies: number;
  readonly server: string;
  /** The minutes of a soak test; null: no soak test. */
  readonly soak: number | null;
  /** Only the rolling restart. */
  readonly rolling: boolean;
  readonly help: boolean;
}

/** @throws Error when an option is unknown, has an invalid value or excludes another */
export function readOptions(): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: {
      ...{ rounds: text, seed: text, movies: text, server: text, soak: text },
      ...{ rolling: flag, help: flag },
    },
  });
  const { rounds = '50', seed = '1', server = 'both', soak, rolling, help } = values;
  if (!SERVERS.includes(server))
    throw new Error(`--server must be one of ${SERVERS.join(', ')}, not ${server}.`);
  if (soak !== undefined && rolling) throw new Error('--soak and --rolling exclude each other.');
  const movies = values.movies ?? (soak !== undefined || rolling ? '600' : '2000');
  return {
    ...{ rounds: whole('rounds', rounds), seed: whole('seed', seed), movies: whole('movies', movies) },
    ...{ server, rolling, help, soak: soak === undefined ? null : whole('soak', soak) },
  };
}

function whole(option: string, value: string): number {
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw new Error(`--${option} must be a whole number from 1 to 9999999, not ${value}.`);
}
