import type { ComponentChildren, JSX } from 'preact';
import { Card } from '../../components/card';
import { decimal } from '../../format';
import type { MovieDto } from '../../generated/types.gen';
import { countryName, languageName, money } from '../../movie-words';
import { href } from '../../router';

/** What is known of a movie; what is unknown has no row. */
export function Facts({ movie }: { readonly movie: MovieDto }): JSX.Element {
  const { original_language: language = null, budget = null, revenue = null, popularity = null } = movie;
  const rows: readonly (readonly [string, ComponentChildren])[] = [
    ['Status', movie.status],
    [
      'Original language',
      language === null ? null : (
        <a href={href('/movies', { original_language: language })}>{languageName(language)}</a>
      ),
    ],
    ['Spoken', list(movie.spoken_languages?.map(languageName))],
    ['Countries', list((movie.production_countries ?? movie.origin_country)?.map(countryName))],
    ['Companies', list(movie.production_companies?.map(({ name }) => name))],
    ['Collection', movie.collection?.name],
    ['Budget', budget === null ? null : money(budget)],
    ['Revenue', revenue === null ? null : money(revenue)],
    ['Popularity', popularity === null ? null : decimal(popularity)],
    ['Website', movie.homepage === null || movie.homepage === undefined ? null : website(movie.homepage)],
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
