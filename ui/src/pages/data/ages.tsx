import type { JSX } from 'preact';
import { Card } from '../../components/card';
import { Icon } from '../../components/icons';
import { count, plural } from '../../format';
import type { AgeClassDto, CoverageDto } from '../../generated/types.gen';
import { Bars } from './bars';

/** TMDB's terms allow no content to be kept for longer without a refresh. */
const LIMIT_DAYS = 180;
/** A full update refreshes all details that are older than this. */
const OVERDUE_DAYS = 150;

/** Enriched movies by the age of their details. */
export function Ages({ data }: { readonly data: CoverageDto }): JSX.Element {
  const over = data.by_age.find(({ up_to_days: days }) => days === null)?.movies ?? 0;
  return (
    <Card title="Age of the details" note={`of ${plural(data.enriched, 'movie')}`}>
      <p class="muted data-lead">
        TMDB’s terms allow its content to be kept for six months without a refresh. A full update refreshes
        every movie whose details are older than {OVERDUE_DAYS} days.
      </p>
      {over === 0 ? null : (
        <p class="notice tone-bad">
          <Icon name="alert" />
          <span>
            {plural(over, 'movie')} passed {LIMIT_DAYS} days. Start a full update, and read its errors.
          </span>
        </p>
      )}
      <Bars
        caption="Movies by the age of their details"
        heads={['Age', 'Share', 'Movies']}
        rows={data.by_age.map((age, index) => ({
          key: String(age.up_to_days),
          name: nameOf(age, data.by_age[index - 1]?.up_to_days ?? 0),
          share: data.enriched === 0 ? 0 : age.movies / data.enriched,
          value: count(age.movies),
          tone: age.up_to_days === null ? 'bad' : age.up_to_days === LIMIT_DAYS ? 'warn' : 'active',
        }))}
      />
    </Card>
  );
}

function nameOf({ up_to_days: days }: AgeClassDto, from: number): string {
  if (days === null) return `over ${from} days`;
  return from === 0 ? `up to ${days} days` : `${from} to ${days} days`;
}
