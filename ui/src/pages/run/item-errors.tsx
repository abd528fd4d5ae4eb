import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Card } from '../../components/card';
import { Ago } from '../../components/time';
import { count, words } from '../../format';
import type { ItemErrorDto, RunDetailsDto } from '../../generated/types.gen';

const SHOWN_FIRST = 10;

/** What the run could not store, and why. */
export function ItemErrors({ run }: { readonly run: RunDetailsDto }): JSX.Element | null {
  const [isWhole, setWhole] = useState(false);
  const { errors, errors_total: total } = run;
  if (total === 0) return null;
  const shown = isWhole ? errors : errors.slice(0, SHOWN_FIRST);
  return (
    <Card title="What failed" note={`${count(shown.length)} of ${count(total)}`}>
      {errors.length === 0 ? <p class="muted">The single failures were not recorded.</p> : null}
      {errors.length === 0 ? null : <ErrorTable errors={shown} />}
      {shown.length < errors.length ? (
        <button
          type="button"
          class="button more"
          onClick={() => {
            setWhole(true);
          }}
        >
          Show all {count(errors.length)}
        </button>
      ) : null}
    </Card>
  );
}

function ErrorTable({ errors }: { readonly errors: readonly ItemErrorDto[] }): JSX.Element {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Why</th>
          <th scope="col" class="optional">
            When
          </th>
        </tr>
      </thead>
      <tbody>
        {errors.map((error, index) => (
          <tr key={index}>
            <td class="nowrap">
              <What error={error} />
            </td>
            <td class="error-message" title={error.code}>
              {error.message}
            </td>
            <td class="optional nowrap muted">
              <Ago at={error.occurred_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function What({ error }: { readonly error: ItemErrorDto }): JSX.Element {
  const { movie_id: movie, source, page } = error;
  const list = source === null ? '' : `${words(source)}${page === null ? '' : `, page ${count(page)}`}`;
  if (movie === null) return <>{list === '' ? 'The run' : list}</>;
  return (
    <a href={`https://www.themoviedb.org/movie/${movie}`} target="_blank" rel="noreferrer">
      Movie {movie}
    </a>
  );
}
