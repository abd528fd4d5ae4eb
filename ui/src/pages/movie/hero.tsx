import type { JSX } from 'preact';
import { Image } from '../../components/image';
import { Rating } from '../../components/movie-grid';
import { count } from '../../format';
import type { MovieDto } from '../../generated/types.gen';
import { dayOf, movieTitle, runtime } from '../../movie-words';
import { href } from '../../router';

/** The backdrop with the poster, the main facts and the overview. */
export function Hero({ movie }: { readonly movie: MovieDto }): JSX.Element {
  const { id, tagline, genres, overview } = movie;
  const title = movieTitle(movie);
  return (
    <section class="hero movie-wide" aria-label="Overview">
      <Image of={id} path={movie.backdrop_path} size="w1280" width={1280} height={720} class="backdrop">
        {''}
      </Image>
      <div class="hero-content">
        <Image of={id} path={movie.poster_path} size="w342" width={342} height={513} class="poster">
          <span class="poster-title">{title}</span>
        </Image>
        <div class="hero-text">
          {movie.original_title === null || movie.original_title === movie.title ? null : (
            <p class="hero-original" lang={movie.original_language ?? undefined}>
              {movie.original_title}
            </p>
          )}
          <MainFacts movie={movie} />
          {genres === null || genres === undefined || genres.length === 0 ? null : (
            <ul class="tags" aria-label="Genres">
              {genres.map((genre) => (
                <li key={genre}>
                  <a class="tag" href={href('/movies', { genre })}>
                    {genre}
                  </a>
                </li>
              ))}
            </ul>
          )}
          {tagline === null || tagline === undefined ? null : <p class="tagline">{tagline}</p>}
          <p class="overview-text">{overview ?? 'There is no overview.'}</p>
        </div>
      </div>
    </section>
  );
}

function MainFacts({ movie }: { readonly movie: MovieDto }): JSX.Element {
  const {
    release_date: released,
    runtime: minutes,
    certification,
    vote_average: rating,
    vote_count: votes,
  } = movie;
  return (
    <ul class="main-facts">
      <li>{released === null || released === undefined ? 'No release date' : dayOf(released)}</li>
      {minutes === null || minutes === undefined ? null : <li>{runtime(minutes)}</li>}
      {certification === null || certification === undefined ? null : <li>{certification}</li>}
      {rating === null || rating === undefined ? null : (
        <li>
          <Rating value={rating} /> <span class="muted">of {count(votes ?? 0)} votes</span>
        </li>
      )}
    </ul>
  );
}
