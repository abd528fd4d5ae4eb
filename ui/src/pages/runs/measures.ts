import { count, duration, plural } from '../../format';
import type { RunInHistoryDto } from '../../generated/types.gen';

/** What one chart shows of a run. */
export interface Measure {
  readonly name: string;
  readonly of: (run: RunInHistoryDto) => number;
  readonly write: (value: number) => string;
  /** Of the values, in the order of the runs. */
  readonly summary: (values: readonly number[]) => string;
  /** Distances between the lines of the axis. */
  readonly steps: readonly number[];
}

/** Only runs that have ended are drawn. */
export type EndedRun = RunInHistoryDto & { readonly status: (typeof ENDED)[number] };

export const ENDED = ['SUCCESS', 'PARTIAL', 'FAILED', 'CANCELLED'] as const;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const SECONDS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];
const COUNTS = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

export const MEASURES: readonly Measure[] = [
  {
    name: 'Duration',
    of: (run) => run.duration_seconds ?? 0,
    write: duration,
    summary: (values) => `median ${duration(median(values))}, longest ${duration(Math.max(...values))}`,
    steps: SECONDS,
  },
  {
    name: 'Movies',
    of: (run) => run.movies_processed,
    write: count,
    summary: (values) => `${count(sum(values))} stored, at most ${count(Math.max(...values))} in a run`,
    steps: COUNTS,
  },
  {
    name: 'TMDB requests',
    of: (run) => run.tmdb_requests,
    write: count,
    summary: (values) => `${count(sum(values))} sent, at most ${count(Math.max(...values))} in a run`,
    steps: COUNTS,
  },
  {
    name: 'Failures',
    of: (run) => run.failed,
    write: count,
    summary: (values) =>
      `${plural(sum(values), 'movie, page or list', 'movies, pages and lists')} in ${plural(values.filter((value) => value > 0).length, 'run')}`,
    steps: COUNTS,
  },
];

export function isEnded(run: RunInHistoryDto): run is EndedRun {
  return (ENDED as readonly string[]).includes(run.status);
}
