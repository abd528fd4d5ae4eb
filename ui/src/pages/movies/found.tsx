import type { JSX } from 'preact';
import { get } from '../../api/client';
import { type Resource, useResource } from '../../api/use-resource';
import { MovieGrid } from '../../components/movie-grid';
import { Empty, Loaded } from '../../components/states';
import { plural } from '../../format';
import type { SearchHitDto } from '../../generated/types.gen';
import { setQuery } from '../../router';

/** The most that the API returns. */
const LIMIT = 50;

interface FoundProps {
  readonly text: string;
  /** Of the release; null: any. */
  readonly year: string | null;
}

/** The movies whose titles match, the best match first. */
export function Found({ text, year }: FoundProps): JSX.Element {
  const hits = useResource(
    (signal) => get<SearchHitDto[]>('/search/movies', { q: text, year, limit: LIMIT }, signal),
    [text, year],
  );
  return (
    <>
      <div class="filter-bar">
        <p role="status">
          {headOf(hits)} for “{text}”{year === null ? '' : ` of ${year}`}
        </p>
        <button
          type="button"
          class="button button-quiet"
          onClick={() => {
            setQuery({ q: null });
          }}
        >
          Clear search
        </button>
      </div>
      <Loaded of={hits} lines={6}>
        {(movies) =>
          movies.length === 0 ? (
            <Empty title="No title matches.">
              <p>Check the spelling, or use fewer words. Only stored movies are searched.</p>
            </Empty>
          ) : (
            <MovieGrid movies={movies} label={`Movies for ${text}`} isBusy={hits.isLoading} />
          )
        }
      </Loaded>
    </>
  );
}

function headOf({ data, isLoading }: Resource<readonly SearchHitDto[]>): string {
  if (isLoading) return 'Searching';
  if (data === null) return 'Search';
  return data.length === LIMIT ? `The ${LIMIT} best results` : plural(data.length, 'result');
}
