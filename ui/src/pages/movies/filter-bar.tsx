import type { JSX } from 'preact';
import { get } from '../../api/client';
import { useResource } from '../../api/use-resource';
import { count } from '../../format';
import type { GenreDto } from '../../generated/types.gen';
import { setQuery } from '../../router';
import { type Filters, NO_FILTERS, type Option, OPTIONS } from './filters';

/** A chip for each filter, which shows what is chosen. */
export function FilterBar({ filters }: { readonly filters: Filters }): JSX.Element {
  const genres = useResource((signal) => get<GenreDto[]>('/genres', {}, signal));
  const named = (genres.data ?? []).map(({ name, movies }): Option => [name, `${name} (${count(movies)})`]);
  return (
    <div class="filter-bar" role="group" aria-label="Filters">
      <Chip name="genre" label="Genre" any="Any genre" value={filters.genre} options={named} />
      <Chip name="year" label="Year" any="Any year" value={filters.year} options={OPTIONS.year} />
      <Chip
        name="original_language"
        label="Original language"
        any="Any language"
        value={filters.original_language}
        options={OPTIONS.original_language}
      />
      <Chip
        name="rating_min"
        label="Rating"
        any="Any rating"
        value={filters.rating_min}
        options={OPTIONS.rating_min}
      />
      <Chip name="sort" label="Order" any="Most popular" value={filters.sort} options={OPTIONS.sort} />
      {Object.values(filters).every((value) => value === null) ? null : (
        <button
          type="button"
          class="button button-quiet"
          onClick={() => {
            setQuery({ ...NO_FILTERS });
          }}
        >
          Clear filters
        </button>
      )}
    </div>
  );
}

interface ChipProps {
  readonly name: keyof Filters;
  readonly label: string;
  /** The option without a value. */
  readonly any: string;
  readonly value: string | null;
  readonly options: readonly Option[];
}

function Chip({ name, label, any, value, options }: ChipProps): JSX.Element {
  // An address may have a value that is not offered, such as two genres.
  const isKnown = value === null || options.some(([option]) => option === value);
  return (
    <select
      class={`chip ${value === null ? '' : 'chip-on'}`}
      aria-label={label}
      value={value ?? ''}
      onChange={(event) => {
        setQuery({ [name]: event.currentTarget.value === '' ? null : event.currentTarget.value });
      }}
    >
      <option value="">{any}</option>
      {isKnown ? null : <option value={value}>{value}</option>}
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  );
}
