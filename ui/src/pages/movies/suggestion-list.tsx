import type { JSX } from 'preact';
import { Image } from '../../components/image';
import type { SuggestionDto } from '../../generated/types.gen';
import { movieTitle } from '../../movie-words';
import type { Suggestions } from './use-suggestions';

interface SuggestionListProps {
  readonly id: string;
  /** Null while there is nothing to suggest. */
  readonly found: Suggestions | null;
  /** Index of the suggestion that Enter opens; -1: none. */
  readonly chosen: number;
  readonly onOpen: (movie: SuggestionDto) => void;
}

/** The list below the search field. The focus stays in the field. */
export function SuggestionList({ id, found, chosen, onOpen }: SuggestionListProps): JSX.Element {
  const movies = found?.movies ?? [];
  return (
    <div class="suggestions" hidden={found === null}>
      <ul id={id} role="listbox" aria-label="Suggested movies" hidden={movies.length === 0}>
        {movies.map((movie, index) => (
          <li
            key={movie.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseDown={(event) => {
              // A click must not take the focus before it opens the movie.
              event.preventDefault();
            }}
            onClick={() => {
              onOpen(movie);
            }}
          >
            <Image of={movie.id} path={movie.poster_path} size="w92" width={32} height={48} class="thumbnail">
              {''}
            </Image>
            <span class="suggestion-title">{movieTitle(movie)}</span>
            <span class="muted number">{movie.year}</span>
          </li>
        ))}
      </ul>
      <p class="muted suggestions-note" role="status">
        {found === null ? '' : noteOf(movies.length, found.error)}
      </p>
    </div>
  );
}

function noteOf(movies: number, error: string | null): string {
  if (error !== null) return error;
  return movies === 0 ? 'No title begins like this. Enter searches more widely.' : 'Enter shows all results.';
}
