import { parseArgs } from 'node:util';

export const USAGE = `npm run test:chaos -- [--rounds 50] [--seed 1] [--movies 2000] [--server both|embedded|system]
npm run test:chaos -- --rolling [--movies 600] [--server …]
npm run test:chaos -- --soak 30 [--seed 1] [--movies 600] [--server …]

Runs that meet kill -9, stalls, shutdowns, database restarts, storms of 429, dropped and truncated answers; then, on each
server, three replicas that are replaced one by one under load. A round of seed 7 is repeated by --rounds 1 --seed 7.
--rolling: the replacing alone. --soak: for so many minutes, runs back to back in processes that are never ended; what
they and the database take up may not grow.`;

const SERVERS = ['both', 'embedded', 'system'];

export interface Options {
  readonly rounds: number;
  readonly seed: number;
  readonly movies: number;
  readonly server: string;
  /** In minutes; null: no soak, but rounds. */
  readonly soak: number | null;
  /** No rounds, but replicas replaced under load. */
  readonly rolling: boolean;
  readonly help: boolean;
}

/** @throws Error when they can't be understood */
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
  if (!SERVERS.includes(server)) throw new Error(`Not one of ${SERVERS.join(', ')}: ${server}`);
  if (soak !== undefined && rolling) throw new Error('Either --soak or --rolling.');
  const movies = values.movies ?? (soak !== undefined || rolling ? '600' : '2000');
  return {
    ...{ rounds: whole(rounds), seed: whole(seed), movies: whole(movies), server, rolling, help },
    soak: soak === undefined ? null : whole(soak),
  };
}

function whole(value: string): number {
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw new Error(`Not a whole number from 1: ${value}`);
}
