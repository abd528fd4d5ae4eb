import type { JSX } from 'preact';
import { get } from '../../api/client';
import { useResource } from '../../api/use-resource';
import { now } from '../../clock';
import { Card } from '../../components/card';
import { Icon } from '../../components/icons';
import { Loaded } from '../../components/states';
import { Ago } from '../../components/time';
import { plural } from '../../format';
import type { FailingMovieDto } from '../../generated/types.gen';
import { href } from '../../router';
import { tmdbPage } from '../../tmdb-links';

/** The most that the API returns. */
const LIMIT = 100;

/** @param ended changes when a run starts or ends */
export function Failing({ ended }: { readonly ended: string }): JSX.Element {
  const movies = useResource(
    (signal) => get<FailingMovieDto[]>('/pipeline/failing', { limit: LIMIT }, signal),
    [ended],
  );
  const isCut = movies.data?.length === LIMIT;
  return (
    <Card title="Failing movies" note={isCut ? `the ${LIMIT} with the most failures` : undefined}>
      <Loaded of={movies}>{(failing) => <Movies failing={failing} />}</Loaded>
    </Card>
  );
}

function Movies({ failing }: { readonly failing: readonly FailingMovieDto[] }): JSX.Element {
  if (failing.length === 0) {
    return (
      <p class="all-well">
        <Icon name="check" />
        No movie failed twice in a row.
      </p>
    );
  }
  return (
    <ul class="rows">
      {failing.map((movie) => (
        <Row key={movie.movie_id} movie={movie} />
      ))}
    </ul>
  );
}

function Row({ movie }: { readonly movie: FailingMovieDto }): JSX.Element {
  const { movie_id: id, title, last_error: error, retry_at: retryAt, gone_at: goneAt } = movie;
  return (
    <li class="failing">
      <p class="failing-title">
        <a class="row-title" href={href(`/movies/${id}`)}>
          {title ?? `Movie ${id}`}
        </a>{' '}
        <a class="failing-tmdb" href={tmdbPage(id)} target="_blank" rel="noreferrer">
          TMDB <span class="visually-hidden">page of {title ?? `movie ${id}`}</span>
        </a>
      </p>
      <p class="failing-reason">
        {error?.message ?? 'The run with the reason is no longer recorded.'}
        {error === null ? null : (
          <>
            {' '}
            <a href={href(`/runs/${error.run_id}`)}>Run {error.run_id}</a>
          </>
        )}
      </p>
      <p class="muted failing-next">
        {plural(movie.failures, 'failure')} in a row ·{' '}
        {goneAt === null ? <NextTry at={retryAt} /> : 'TMDB no longer has it'}
      </p>
    </li>
  );
}

function NextTry({ at }: { readonly at: string | null }): JSX.Element {
  if (at === null || new Date(at).getTime() <= now.value) return <>next try in the next run</>;
  return (
    <>
      next try <Ago at={at} />
    </>
  );
}
