import type { JSX } from 'preact';
import { STATUS_WORD } from '../../components/status-badge';
import { dayKey, words } from '../../format';
import { setQuery } from '../../router';
import { TRIGGER_WORD } from '../../run-words';
import { NO_FILTERS, type RunFilters } from './filters';

const TYPES = ['quick', 'daily', 'full', 'catalogue', 'custom'].map((type): [string, string] => [
  type,
  words(type),
]);

/** The filters, which are in the address. */
export function FilterBar({ filters }: { readonly filters: RunFilters }): JSX.Element {
  const isFiltered = Object.values(filters).some((value) => value !== null);
  return (
    <form
      class="filters"
      role="search"
      aria-label="Filter the runs"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <Choice name="status" label="Status" value={filters.status} options={Object.entries(STATUS_WORD)} />
      <Choice name="update_type" label="Type" value={filters.update_type} options={TYPES} />
      <Choice name="trigger" label="Trigger" value={filters.trigger} options={Object.entries(TRIGGER_WORD)} />
      <Day name="since" label="From" value={filters.since} />
      <Day name="until" label="To" value={filters.until} />
      {isFiltered ? (
        <button
          type="button"
          class="button button-quiet"
          onClick={() => {
            setQuery(NO_FILTERS);
          }}
        >
          Clear filters
        </button>
      ) : null}
    </form>
  );
}

interface FilterProps {
  readonly name: keyof RunFilters;
  readonly label: string;
  readonly value: string | null;
}

function Choice({
  name,
  label,
  value,
  options,
}: FilterProps & { readonly options: readonly (readonly [string, string])[] }): JSX.Element {
  const chosen = options.find(([option]) => option.toLowerCase() === value?.toLowerCase())?.[0] ?? '';
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={chosen}
        onChange={(event) => {
          setQuery({ [name]: event.currentTarget.value || null, cursor: null });
        }}
      >
        <option value="">Any</option>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A day of the viewer's zone: its start for `since`, its end for `until`. */
function Day({ name, label, value }: FilterProps & { readonly name: 'since' | 'until' }): JSX.Element {
  const time = new Date(value ?? '');
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="date"
        value={Number.isNaN(time.getTime()) ? '' : dayKey(time)}
        onChange={(event) => {
          const day = event.currentTarget.value;
          const at = new Date(`${day}T${name === 'since' ? '00:00:00' : '23:59:59.999'}`);
          setQuery({ [name]: Number.isNaN(at.getTime()) ? null : at.toISOString(), cursor: null });
        }}
      />
    </label>
  );
}
