import type { JSX } from 'preact';
import { lazy } from '../../components/lazy';
import { Empty } from '../../components/states';
import { STATUS_TONE, STATUS_WORD } from '../../components/status-badge';
import { count, plural } from '../../format';
import type { RunInHistoryDto } from '../../generated/types.gen';
import { ENDED, isEnded, MEASURES } from './measures';

const Charts = lazy(async () => (await import('./charts')).Charts, 8);

interface HistoryChartsProps {
  /** Newest first. */
  readonly runs: readonly RunInHistoryDto[];
  readonly days: number;
}

/** A chart for each measure, with a summary in words. What the charts show on hover is in the table of runs too. */
export function HistoryCharts({ runs, days }: HistoryChartsProps): JSX.Element {
  const ended = runs.filter(isEnded).toReversed();
  if (ended.length === 0) {
    return (
      <Empty title={`No run ended in the last ${days} days.`}>
        <p>With filters, only the runs that match them are counted.</p>
      </Empty>
    );
  }
  return (
    <>
      <ul class="chart-legend">
        <li>{plural(ended.length, 'run')}</li>
        {ENDED.map((status) => {
          const of = ended.filter((run) => run.status === status).length;
          return of === 0 ? null : (
            <li key={status}>
              <span class={`chart-mark tone-${STATUS_TONE[status]}`} aria-hidden="true" />
              {STATUS_WORD[status]} <span class="number muted">{count(of)}</span>
            </li>
          );
        })}
      </ul>
      <Charts runs={ended} days={days} measures={MEASURES} />
    </>
  );
}
