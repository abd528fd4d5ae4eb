import { FailingMovieDto } from '../pipeline/api/dto/failing-movie.dto.js';
import { RunDto } from '../pipeline/api/dto/run.dto.js';
import { FailingMovies } from '../runs/failing-movies.js';
import type { RunStatus } from '../runs/run.js';
import { RunsRepository } from '../runs/runs.repository.js';
import { SchedulesService } from '../scheduler/schedules.service.js';
import { PipelineStatusDto } from '../status/dto/pipeline-status.dto.js';
import { commandConfig, withApplication } from './context.js';
import { EXIT } from './exit-code.js';
import { duration, moment, number, print, table } from './format.js';

interface Output {
  readonly json: boolean;
}

/** What is running and how runs went so far. */
export async function statusCommand(output: Output): Promise<number> {
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const runs = await app.get(RunsRepository).overview();
    const status = PipelineStatusDto.from(runs, await app.get(SchedulesService).jobs());
    print(status, statusText(status), output);
    return EXIT.success;
  });
}

function statusText(status: PipelineStatusDto): string {
  const { current_run: current, last_run: last } = status;
  const progress = current?.enrichment ?? null;
  const waiting = current?.waiting ?? null;
  const enrichment = progress === null ? '' : `, ${progress.done} of ${progress.total} movies`;
  const average = status.average_duration_seconds;
  return [
    current === null
      ? `running    ${status.is_running ? 'yes' : 'no'}`
      : `running    run ${current.run_id}, ${current.stage}${enrichment}`,
    ...(waiting === null ? [] : [`waiting    ${waiting.message}`]),
    last === null
      ? 'last run   none yet'
      : `last run   ${last.id} (${last.update_type ?? 'unknown'}), ${last.status}, ${last.run_date}`,
    `runs       ${number(status.total_runs)}: ${number(status.successful_runs)} succeeded, ` +
      `${number(status.partial_runs)} partial, ${number(status.failed_runs)} failed`,
    `average    ${average === null ? 'unknown' : duration(average)}`,
    `next run   ${nextText(status)}`,
  ].join('\n');
}

const EVERY = { before: null, updateType: null, trigger: null, since: null, until: null };

function nextText({ scheduled_jobs: jobs }: PipelineStatusDto): string {
  const next = jobs
    .flatMap(({ id, next_run: at }) => (at === null ? [] : [{ id, at }]))
    .sort((one, other) => one.at.localeCompare(other.at))[0];
  return next === undefined ? 'none scheduled' : `${next.id}, ${moment(next.at)}`;
}

/** The runs on record, newest first. */
export async function runsCommand(
  query: { readonly limit: number; readonly status: RunStatus | null },
  output: Output,
): Promise<number> {
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const { runs } = await app.get(RunsRepository).list({ ...EVERY, ...query });
    const rows = runs.map((run) => RunDto.from(run));
    print(rows, runs.length === 0 ? 'No runs on record.' : runsText(rows), output);
    return EXIT.success;
  });
}

function runsText(runs: readonly RunDto[]): string {
  return table(
    ['id', 'date', 'type', 'status', 'movies', 'enriched', 'failed', 'took', 'message'],
    runs.map((run) => [
      run.id,
      moment(run.run_date),
      run.update_type ?? '',
      run.status,
      run.movies_processed,
      run.enriched,
      run.failed,
      run.duration_seconds === null ? '' : duration(run.duration_seconds),
      (run.error_message ?? '').slice(0, 60),
    ]),
  );
}

/** The movies that fail again and again, those with the most failures first. */
export async function failingCommand({ limit }: { readonly limit: number }, output: Output): Promise<number> {
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const movies = (await app.get(FailingMovies).list(limit)).map((movie) => FailingMovieDto.from(movie));
    print(movies, movies.length === 0 ? 'No movie fails again and again.' : failingText(movies), output);
    return EXIT.success;
  });
}

function failingText(movies: readonly FailingMovieDto[]): string {
  return table(
    ['id', 'title', 'failures', 'tried', 'again from', 'last failure'],
    movies.map((movie) => [
      // An id is a name, not a quantity.
      String(movie.movie_id),
      // Others wrote the title: it is not to steer the terminal.
      (movie.title ?? '').replaceAll(/\p{Cc}/gu, ' ').slice(0, 40),
      movie.failures,
      movie.tried_at === null ? '' : moment(movie.tried_at),
      movie.retry_at === null ? '' : moment(movie.retry_at),
      movie.last_error?.message ?? '',
    ]),
  );
}
