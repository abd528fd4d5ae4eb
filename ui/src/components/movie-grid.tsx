import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { decimal } from '../format';
import type { MovieDto } from '../generated/types.gen';
import { movieTitle } from '../movie-words';
import { href } from '../router';
import { Image } from './image';
import './movie-grid.css';

/** What a tile shows of a movie. */
export type TileMovie = Pick<MovieDto, 'id' | 'title' | 'release_date' | 'poster_path' | 'vote_average'>;

interface MovieGridProps {
  readonly movies: readonly TileMovie[];
  readonly label: string;
  readonly isBusy?: boolean;
}

export function MovieGrid({ movies, label, isBusy = false }: MovieGridProps): JSX.Element {
  return (
    <ul class="movie-grid" aria-label={label} aria-busy={isBusy}>
      {movies.map((movie) => (
        <li key={movie.id}>
          <Tile movie={movie} />
        </li>
      ))}
    </ul>
  );
}

function Tile({ movie }: { readonly movie: TileMovie }): JSX.Element {
  const { id, poster_path: path = null } = movie;
  const [failed, setFailed] = useState<string | null>(null);
  const title = movieTitle(movie);
  const isMissing = path === null || failed === path;
  return (
    <a class="tile" href={href(`/movies/${id}`)}>
      <Image
        of={id}
        path={path}
        size="w342"
        width={342}
        height={513}
        class="poster"
        onMissing={() => {
          setFailed(path);
        }}
      >
        <span class="poster-title">{title}</span>
      </Image>
      {/* The placeholder shows it. */}
      <span class={isMissing ? 'visually-hidden' : 'tile-title'}>{title}</span>
      <span class="tile-note muted">
        <span>{movie.release_date?.slice(0, 4) ?? 'No date'}</span>
        <Rating value={movie.vote_average} />
      </span>
    </a>
  );
}

/** The average vote, from 0 to 10. */
export function Rating({ value }: { readonly value: number | null | undefined }): JSX.Element | null {
  if (value === null || value === undefined) return null;
  return (
    <span class="number">
      <span aria-hidden="true">★ </span>
      <span class="visually-hidden">rated </span>
      {decimal(value)}
    </span>
  );
}
