import type { ComponentChildren, JSX } from 'preact';
import { Card } from '../../components/card';
import { decimal } from '../../format';
import type { MovieDto } from '../../generated/types.gen';
import { countryName, languageName, money } from '../../movie-words';
import { href } from '../../router';

/** What is known of a movie; what is unknown has no row. */
export function Facts({ movie }: { readonly movie: MovieDto }): JSX.Element {
  const rows: readonly (readonly [string, ComponentChildren])[] = [
    ['Status', movie.status],
    ['Original language', known(movie.original_language, originalLanguage)],
    ['Spoken', list(movie.spoken_languages?.map(languageName))],
    ['Countries', list((movie.production_countries ?? movie.origin_country)?.map(countryName))],
    ['Companies', list(movie.production_companies?.map(({ name }) => name))],
    ['Collection', movie.collection?.name],
    ['Budget', known(movie.budget, money)],
    ['Revenue', known(movie.revenue, money)],
    ['Popularity', known(movie.popularity, decimal)],
    ['Website', known(movie.homepage, website)],
    ['Keywords', list(movie.keywords)],
  ];
  return (
    <Card title="Facts">
      <dl class="facts">
        {rows.map(([name, value]) =>
          value === null || value === undefined ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </Card>
  );
}

function known<T>(value: T | null | undefined, write: (value: T) => ComponentChildren): ComponentChildren {
  return value === null || value === undefined ? null : write(value);
}

function originalLanguage(language: string): ComponentChildren {
  return <a href={href('/movies', { original_language: language })}>{languageName(language)}</a>;
}

function list(values: readonly string[] | null | undefined): string | null {
  return values === null || values === undefined || values.length === 0 ? null : values.join(', ');
}

/** As a link only where it is an address of the web: TMDB's users write it. */
function website(text: string): ComponentChildren {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return text;
  return (
    <a href={url.href} target="_blank" rel="noreferrer">
      {url.host}
    </a>
  );
}
