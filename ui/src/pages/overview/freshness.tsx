import type { JSX } from 'preact';
import { Card } from '../../components/card';
import { Empty, Loaded } from '../../components/states';
import type { Resource } from '../../api/use-resource';
import { count, percent } from '../../format';
import type { CoverageDto } from '../../generated/types.gen';
import { href } from '../../router';

/** TMDB's terms allow no content to be kept for longer without a refresh. */
const LIMIT_DAYS = 180;

interface Part {
  readonly name: string;
  readonly movies: number;
  readonly class: string;
}

/** The share of movies by the age of their details. */
export function Freshness({ coverage }: { readonly coverage: Resource<CoverageDto> }): JSX.Element {
  return (
    <Card title="Freshness" class="wide" note={<a href={href('/data')}>Data</a>}>
      <Loaded of={coverage}>{(data) => (data.stored === 0 ? <NoMovies /> : <Ages data={data} />)}</Loaded>
    </Card>
  );
}

function NoMovies(): JSX.Element {
  return (
    <Empty title="No movie is stored yet">
      <p>The first run brings them in.</p>
    </Empty>
  );
}

function partsOf({ by_age: ages, never_enriched: never }: CoverageDto): readonly Part[] {
  const parts = ages.map(({ up_to_days: days, movies }) => ({
    name: days === null ? `over ${LIMIT_DAYS} days` : `up to ${days} days`,
    movies,
    class: days === null ? 'age-over' : `age-${days}`,
  }));
  return [...parts, { name: 'without details', movies: never, class: 'age-never' }];
}

function Ages({ data }: { readonly data: CoverageDto }): JSX.Element {
  const parts = partsOf(data);
  const total = parts.reduce((sum, { movies }) => sum + movies, 0);
  const fresh = data.by_age.reduce(
    (sum, { up_to_days: days, movies }) => sum + (days === null ? 0 : movies),
    0,
  );
  return (
    <>
      <p class="headline">
        <strong>{percent(total === 0 ? 1 : fresh / total)}</strong> of {count(total)} movies refreshed within{' '}
        {LIMIT_DAYS} days
      </p>
      <div class="age-bar" aria-hidden="true">
        {parts.map(({ name, movies, class: age }) =>
          movies === 0 ? null : <span key={name} class={age} style={{ flexGrow: movies }} />,
        )}
      </div>
      <ul class="age-legend">
        {parts.map(({ name, movies, class: age }) => (
          <li key={name}>
            <span class={`age-mark ${age}`} aria-hidden="true" />
            {name} <span class="number muted">{count(movies)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
