import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Query, request } from '../../api/client';
import { nextPage } from '../../api/links';
import { useResource } from '../../api/use-resource';
import { MovieGrid, type TileMovie } from '../../components/movie-grid';
import { Empty, Loaded } from '../../components/states';
import { notify } from '../../components/toasts';
import { href, query } from '../../router';
import { FilterBar } from './filter-bar';
import { filtersOf, isFiltered } from './filters';

const PAGE = { limit: 36, fields: 'title,release_date,poster_path,vote_average' };

interface MoviesPage {
  readonly movies: readonly TileMovie[];
  /** The address of the next page; null on the last one. */
  readonly next: string | null;
}

async function load(path: string, parameters: Query, signal?: AbortSignal): Promise<MoviesPage> {
  const { body, headers } = await request<TileMovie[]>(path, { query: parameters, signal });
  return { movies: body, next: nextPage(headers) };
}

/** All movies that match the filters, page after page. */
export function Browse(): JSX.Element {
  const filters = filtersOf(query.value);
  const first = useResource(
    (signal) => load('/movies', { ...filters, ...PAGE }, signal),
    [JSON.stringify(filters)],
  );
  return (
    <>
      <FilterBar filters={filters} />
      <Loaded of={first} lines={8}>
        {(page) =>
          page.movies.length === 0 ? (
            <NoMovies isFiltered={isFiltered(filters)} />
          ) : (
            <Pages key={page.movies.map(({ id }) => id).join()} first={page} isBusy={first.isLoading} />
          )
        }
      </Loaded>
    </>
  );
}

interface PagesProps {
  readonly first: MoviesPage;
  readonly isBusy: boolean;
}

function Pages({ first, isBusy }: PagesProps): JSX.Element {
  const [shown, setShown] = useState(first);
  const [isLoading, setLoading] = useState(false);
  const more = async (from: string): Promise<void> => {
    setLoading(true);
    try {
      const { movies, next } = await load(from, {});
      setShown((before) => ({ movies: [...before.movies, ...movies], next }));
    } catch (error) {
      notify(error instanceof Error ? error.message : String(error), 'bad');
    }
    setLoading(false);
  };
  const { movies, next } = shown;
  return (
    <>
      <MovieGrid movies={movies} label="Movies" isBusy={isBusy} />
      {next === null ? null : (
        <button type="button" class="button load-more" disabled={isLoading} onClick={() => void more(next)}>
          {isLoading ? 'Loading …' : 'Load more'}
        </button>
      )}
    </>
  );
}

function NoMovies({ isFiltered: isAny }: { readonly isFiltered: boolean }): JSX.Element {
  if (isAny) {
    return (
      <Empty title="No movie matches these filters.">
        <p>Choose other values, or clear the filters.</p>
      </Empty>
    );
  }
  return (
    <Empty title="No movie is stored yet.">
      <p>
        The first run brings them in. The <a href={href('/')}>overview</a> shows when the next one starts.
      </p>
    </Empty>
  );
}
