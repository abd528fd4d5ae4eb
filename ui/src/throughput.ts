import { effect, signal } from '@preact/signals';
import { pipeline } from './api/live';
import type { RunProgressDto } from './generated/types.gen';

/** The rate is that of the last 20 seconds. */
const WINDOW_MS = 20_000;

interface Sample {
  readonly atMs: number;
  readonly done: number;
}

interface Throughput {
  readonly perSecond: number;
  /** Null while the total is not known. */
  readonly secondsLeft: number | null;
}

let run = '';
let samples: readonly Sample[] = [];

/** How fast the active run advances; null before two samples that differ. */
export const throughput = signal<Throughput | null>(null);

/** The movies that the present stage of a run has brought so far. */
function doneOf({ stage, enrichment, sources }: RunProgressDto): number {
  if (stage === 'enriching' && enrichment !== null) return enrichment.done + enrichment.failed;
  return sources.reduce((sum, { movies }) => sum + movies, 0);
}

export function measureThroughput(): void {
  effect(() => {
    const progress = pipeline.value?.current_run ?? null;
    throughput.value = progress === null ? null : measure(progress);
  });
}

function measure(progress: RunProgressDto): Throughput | null {
  const key = `${progress.run_id} ${progress.stage}`;
  const sample = {
    atMs: progress.at === null ? Date.now() : Date.parse(progress.at),
    done: doneOf(progress),
  };
  samples =
    key === run ? [...samples, sample].filter(({ atMs }) => sample.atMs - atMs <= WINDOW_MS) : [sample];
  run = key;
  const [first = sample] = samples;
  const seconds = (sample.atMs - first.atMs) / 1_000;
  const gained = sample.done - first.done;
  if (seconds < 1 || gained <= 0) return null;
  const perSecond = gained / seconds;
  const { enrichment } = progress;
  const left = enrichment === null ? null : enrichment.total - enrichment.done - enrichment.failed;
  return { perSecond, secondsLeft: left === null ? null : left / perSecond };
}
