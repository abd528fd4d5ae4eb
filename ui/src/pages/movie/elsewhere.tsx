import type { ComponentChildren, JSX } from 'preact';
import { Card } from '../../components/card';
import { plural } from '../../format';
import type { MovieDto, ReleaseDto } from '../../generated/types.gen';
import { countryName, dayOf, languageName } from '../../movie-words';

const RELEASE_TYPES: Readonly<Record<number, string>> = {
  ...{ 1: 'Premiere', 2: 'Limited', 3: 'Theatrical', 4: 'Digital', 5: 'Physical', 6: 'TV' },
};
const SHOWN_FIRST = 8;

/** Releases, translations and titles of other countries, each where it is stored. */
export function Elsewhere({ movie }: { readonly movie: MovieDto }): JSX.Element {
  const { releases = [], translations = [] } = movie;
  return (
    <>
      <Rows
        title="Releases"
        rows={releases.map((release) => [countryName(release.region), <Release release={release} />])}
      />
      <Rows
        title="Translations"
        rows={translations.map(({ language, region, title, overview }) => [
          `${languageName(language)}${region === '' ? '' : `, ${countryName(region)}`}`,
          <>
            <span lang={language}>{title ?? movie.original_title}</span>
            {overview === null ? null : (
              <span class="muted row-note" lang={language}>
                {overview}
              </span>
            )}
          </>,
        ])}
      />
      <Rows
        title="Alternative titles"
        rows={(movie.alternative_titles ?? []).map(({ country, title, type }) => [
          countryName(country),
          <>
            {title} {type === null ? null : <span class="muted">{type}</span>}
          </>,
        ])}
      />
    </>
  );
}

function Release({ release }: { readonly release: ReleaseDto }): JSX.Element {
  const { type, date, certification, note } = release;
  return (
    <>
      {dayOf(date)}{' '}
      <span class="muted">
        {[RELEASE_TYPES[type], certification, note]
          .filter((part) => part !== null && part !== undefined && part !== '')
          .join(' · ')}
      </span>
    </>
  );
}

interface RowsProps {
  readonly title: string;
  readonly rows: readonly (readonly [string, ComponentChildren])[];
}

/** The first rows, and the others on demand. */
function Rows({ title, rows }: RowsProps): JSX.Element | null {
  if (rows.length === 0) return null;
  const rest = rows.slice(SHOWN_FIRST);
  return (
    <Card title={title}>
      <FactList rows={rows.slice(0, SHOWN_FIRST)} />
      {rest.length === 0 ? null : (
        <details class="rest">
          <summary>Show {plural(rest.length, 'more', 'more')}</summary>
          <FactList rows={rest} />
        </details>
      )}
    </Card>
  );
}

function FactList({ rows }: Pick<RowsProps, 'rows'>): JSX.Element {
  return (
    <dl class="facts">
      {rows.map(([name, value], index) => (
        <div key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
