import type { JSX } from 'preact';
import { Card } from '../../components/card';
import { Ago } from '../../components/time';
import { count, words } from '../../format';
import type { MovieDto } from '../../generated/types.gen';

/** Where the movie is in TMDB's lists. */
export function Places({ movie }: { readonly movie: MovieDto }): JSX.Element {
  const lists = movie.lists ?? [];
  return (
    <Card title="In TMDB’s lists">
      {lists.length === 0 ? <p class="muted">In none of the lists, as they were last read.</p> : null}
      <dl class="facts">
        {lists.map(({ category, position, seen_at: seenAt }) => (
          <div key={category}>
            <dt>{words(category)}</dt>
            <dd>
              <span class="number">#{count(position)}</span>{' '}
              <span class="muted">
                seen <Ago at={seenAt} />
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

/** When the service stored what it has. */
export function Stored({ movie }: { readonly movie: MovieDto }): JSX.Element {
  const times: readonly (readonly [string, string | null | undefined])[] = [
    ['Details refreshed', movie.enriched_at],
    ['Last change', movie.updated_at],
    ['First stored', movie.created_at],
  ];
  return (
    <Card title="In this service" note={`TMDB id ${movie.id}`}>
      <dl class="facts">
        {times.map(([name, at]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{at === null || at === undefined ? 'never' : <Ago at={at} />}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
