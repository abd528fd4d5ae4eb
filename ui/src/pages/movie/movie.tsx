import type { JSX } from 'preact';
import { get } from '../../api/client';
import { useResource } from '../../api/use-resource';
import { Card } from '../../components/card';
import { Icon } from '../../components/icons';
import { MovieGrid } from '../../components/movie-grid';
import { Page } from '../../components/page';
import { ResponseOf } from '../../components/response-of';
import { Empty, Loaded } from '../../components/states';
import { Ago } from '../../components/time';
import { movieTitle } from '../../movie-words';
import type { MovieDto } from '../../generated/types.gen';
import type { Parameters } from '../../pages';
import { tmdbPage } from '../../tmdb-links';
import { Elsewhere } from './elsewhere';
import { Facts } from './facts';
import { Hero } from './hero';
import { Cast, Crew } from './people';
import { Places, Stored } from './stored';
import './movie.css';

/** Everything that is stored about one movie. */
export function MoviePage({ id = '' }: Parameters): JSX.Element {
  const movie = useResource((signal) => get<MovieDto>(`/movies/${encodeURIComponent(id)}`, {}, signal), [id]);
  const { data } = movie;
  return (
    <Page
      title={data === null ? `Movie ${id}` : movieTitle(data)}
      actions={data === null ? null : <Links movie={data} />}
    >
      <div class="movie">
        <Loaded of={movie} lines={10}>
          {(found) => <Movie movie={found} />}
        </Loaded>
      </div>
    </Page>
  );
}

function Links({ movie }: { readonly movie: MovieDto }): JSX.Element {
  const { id, trailer_key: trailer = null, imdb_id: imdbId = null } = movie;
  const links: readonly (readonly [string, string | null])[] = [
    ['TMDB', tmdbPage(id)],
    ['IMDb', imdbId === null ? null : `https://www.imdb.com/title/${encodeURIComponent(imdbId)}/`],
  ];
  return (
    <>
      {trailer === null ? null : (
        <a
          class="button button-primary"
          href={`https://www.youtube.com/watch?v=${encodeURIComponent(trailer)}`}
          target="_blank"
          rel="noreferrer"
        >
          <Icon name="play" />
          Trailer at YouTube
        </a>
      )}
      {links.map(([name, to]) =>
        to === null ? null : (
          <a key={name} class="button" href={to} target="_blank" rel="noreferrer">
            {name}
          </a>
        ),
      )}
    </>
  );
}

function Movie({ movie }: { readonly movie: MovieDto }): JSX.Element {
  const { gone_at: goneAt = null, enriched_at: enrichedAt = null } = movie;
  return (
    <>
      {goneAt === null ? null : (
        <p class="notice tone-warn movie-wide">
          <Icon name="alert" />
          <span>
            TMDB removed this movie; the service noticed it <Ago at={goneAt} />.
          </span>
        </p>
      )}
      <Hero movie={movie} />
      {enrichedAt === null ? <NoDetails /> : <Cast cast={movie.cast ?? []} />}
      <div class="movie-aside">
        <Facts movie={movie} />
        <Places movie={movie} />
        <Stored movie={movie} />
      </div>
      <div class="movie-main">
        <Crew crew={movie.crew ?? []} />
        <Elsewhere movie={movie} />
      </div>
      <Similar id={movie.id} />
      <ResponseOf address={`/movies/${movie.id}`} body={movie} />
    </>
  );
}

function NoDetails(): JSX.Element {
  return (
    <Card title="Details" class="movie-wide">
      <Empty title="The details are not stored yet.">
        <p>Cast, crew, runtime and more come with the next run that fetches details.</p>
      </Empty>
    </Card>
  );
}

function Similar({ id }: { readonly id: number }): JSX.Element | null {
  const similar = useResource((signal) => get<MovieDto[]>(`/movies/${id}/similar`, {}, signal), [id]);
  if (similar.data?.length === 0) return null;
  return (
    <Card title="Similar movies" note="those that are stored" class="movie-wide">
      <Loaded of={similar}>{(movies) => <MovieGrid movies={movies} label="Similar movies" />}</Loaded>
    </Card>
  );
}
