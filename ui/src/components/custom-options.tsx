import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { words } from '../format';
import type { Category, TriggerRunDto } from '../generated/types.gen';

const CATEGORIES: readonly Category[] = ['popular', 'top_rated', 'upcoming', 'now_playing'];

/** Which movies get their details fetched. */
type Details = 'none' | 'due' | 'collected' | 'incomplete' | 'all';

const DETAILS: readonly (readonly [Details, string])[] = [
  ['none', 'None'],
  ['due', 'Collected movies that are due'],
  ['collected', 'All collected movies, due or not'],
  ['incomplete', 'Stored movies that lack newer columns first, then due ones'],
  ['all', 'Every stored movie again'],
];

/** The options of a custom run, as the fields of a form. */
export function CustomOptions(): JSX.Element {
  const [details, setDetails] = useState<Details>('none');
  return (
    <div class="custom-options">
      <fieldset class="checks wide">
        <legend>Lists</legend>
        {CATEGORIES.map((category) => (
          <label key={category} class="check">
            <input type="checkbox" name="categories" value={category} defaultChecked />
            {words(category)}
          </label>
        ))}
        <label class="check">
          <input type="checkbox" name="include_trending" defaultChecked />
          Trending (three pages)
        </label>
      </fieldset>
      <label class="field wide">
        <span>Details</span>
        <select
          name="details"
          value={details}
          onChange={(event) => {
            setDetails(event.currentTarget.value as Details);
          }}
        >
          {DETAILS.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Pages of each list</span>
        <input type="number" name="pages_per_category" min={1} max={500} required defaultValue="5" />
      </label>
      {details === 'none' || details === 'all' ? null : (
        <label class="field">
          <span>Movies at most</span>
          <input type="number" name="max_enrichment" min={1} max={100_000} required defaultValue="50" />
        </label>
      )}
    </div>
  );
}

/** The body of the request that a form with these fields describes. */
export function optionsOf(form: FormData): Omit<TriggerRunDto, 'update_type'> {
  const details = form.get('details') as Details;
  const limited = { enrich_data: true, max_enrichment: Number(form.get('max_enrichment')) };
  return {
    categories: form.getAll('categories') as Category[],
    pages_per_category: Number(form.get('pages_per_category')),
    include_trending: form.has('include_trending'),
    ...{
      none: { enrich_data: false },
      due: limited,
      collected: { ...limited, incremental: false },
      incomplete: { ...limited, refresh_incomplete: true },
      all: { refresh_all: true },
    }[details],
  };
}
