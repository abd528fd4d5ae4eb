import type { JSX } from 'preact';
import { Card } from '../../components/card';
import { count, duration } from '../../format';
import type { RunDetailsDto } from '../../generated/types.gen';

type Row = readonly [name: string, value: string, note?: string];

/** All counts of a run, in two cards. */
export function Counts({ run }: { readonly run: RunDetailsDto }): JSX.Element {
  return (
    <>
      <CountsCard
        title="Movies"
        rows={[
          ['Named by the lists', count(run.fetched), 'repeats included'],
          ['Stored', count(run.movies_processed)],
          ['New', count(run.inserted)],
          ['Changed', count(run.updated)],
          ['Unchanged', count(run.unchanged)],
          ['Enriched', count(run.enriched)],
          ['Still fresh', count(run.skipped_fresh), 'details not requested'],
          ['Changed unannounced', count(run.feed_missed), 'not named by the change feed'],
          ['Gone from TMDB', count(run.gone)],
          ['Failed', count(run.failed), 'movies, pages and lists'],
        ]}
      />
      <CountsCard
        title="TMDB"
        rows={[
          ['Requests', count(run.tmdb_requests), 'repeats included'],
          ['Repeated', count(run.tmdb_retries)],
          ['Rate-limited', count(run.rate_limited), 'status 429'],
          ['Waited', duration(run.waited_seconds), 'over parallel requests'],
          ['Resumed', count(run.times_resumed), 'after an interruption'],
        ]}
      />
    </>
  );
}

function CountsCard({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }): JSX.Element {
  return (
    <Card title={title}>
      <dl class="counts">
        {rows.map(([name, value, note]) => (
          <div key={name}>
            <dt>
              {name}
              {note === undefined ? null : <span class="muted"> {note}</span>}
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
