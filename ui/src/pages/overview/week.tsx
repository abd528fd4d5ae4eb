import type { JSX } from 'preact';
import { Card } from '../../components/card';
import { Loaded } from '../../components/states';
import { STATUS_TONE, STATUS_WORD } from '../../components/status-badge';
import type { Resource } from '../../api/use-resource';
import { dayKey, momentOf, plural, weekdayOf } from '../../format';
import type { RunDto } from '../../generated/types.gen';
import { href } from '../../router';
import { runName } from '../../run-words';
import { recentDays } from './recent-runs';

/** More would not fit; the link of the day leads to all of them. */
const SHOWN = 24;

/** The runs of the last seven days, a mark each. */
export function Week({ runs }: { readonly runs: Resource<readonly RunDto[]> }): JSX.Element {
  return (
    <Card title="Last seven days" note={<a href={href('/runs')}>Runs</a>}>
      <Loaded of={runs}>{(all) => <Days runs={all} />}</Loaded>
    </Card>
  );
}

function Days({ runs }: { readonly runs: readonly RunDto[] }): JSX.Element {
  return (
    <>
      <ol class="week">
        {recentDays().map((day) => (
          <Day
            key={day.getTime()}
            day={day}
            runs={runs.filter((run) => dayKey(new Date(run.run_date)) === dayKey(day))}
          />
        ))}
      </ol>
      <p class="muted">{summary(runs)}</p>
    </>
  );
}

function summary(runs: readonly RunDto[]): string {
  const of = (status: RunDto['status']): number => runs.filter((run) => run.status === status).length;
  const parts = [plural(runs.length, 'run'), `${of('SUCCESS')} successful`];
  if (of('PARTIAL') > 0) parts.push(`${of('PARTIAL')} partial`);
  if (of('FAILED') > 0) parts.push(`${of('FAILED')} failed`);
  return parts.join(' · ');
}

function Day({ day, runs }: { readonly day: Date; readonly runs: readonly RunDto[] }): JSX.Element {
  const next = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1);
  const failures = runs.filter(({ status }) => status === 'FAILED' || status === 'PARTIAL').length;
  const address = href('/runs', {
    since: day.toISOString(),
    until: new Date(next.getTime() - 1).toISOString(),
  });
  return (
    <li class="day">
      {/* Out of the tab order, which the link of the day stands for. */}
      <span class="day-runs" aria-hidden="true">
        {runs
          .slice(0, SHOWN)
          .toReversed()
          .map((run) => (
            <a
              key={run.id}
              class={`mark tone-${STATUS_TONE[run.status]}`}
              href={href(`/runs/${run.id}`)}
              tabIndex={-1}
              title={`${runName(run.update_type)}: ${STATUS_WORD[run.status]}, ${momentOf(new Date(run.run_date))}`}
            />
          ))}
      </span>
      <a
        class="day-name"
        href={address}
        aria-label={`${weekdayOf(day)}: ${plural(runs.length, 'run')}, ${failures === 0 ? 'none' : failures} failed`}
      >
        {weekdayOf(day)}
      </a>
    </li>
  );
}
