import type { ComponentChildren, JSX } from 'preact';
import { count, decimal, duration, plural, words } from '../format';
import type { RunProgressDto, SourceReportDto } from '../generated/types.gen';
import { throughput } from '../throughput';
import { Icon } from './icons';
import { ProgressBar } from './progress-bar';
import { Countdown, Elapsed } from './time';
import './run-progress.css';

const LAST_STAGES = [
  ['enriching', 'Enrich movies'],
  ['finishing', 'Finish'],
] as const;

/** A catalogue run reads no list. */
function stagesOf({ update_type: type }: RunProgressDto): readonly (readonly [string, string])[] {
  const first =
    type === 'catalogue'
      ? (['importing', 'Import ids'] as const)
      : (['collecting', 'Collect lists'] as const);
  return [first, ...LAST_STAGES];
}

/** What an active run waits for, its lists, enrichment and rate. */
export function RunProgress({ run }: { readonly run: RunProgressDto }): JSX.Element {
  return (
    <>
      {run.waiting === null ? null : (
        <p class="now-waiting tone-warn">
          <Icon name="clock" />
          <span>{run.waiting.message}</span>
          <span class="number">
            <Countdown at={run.waiting.until} />
          </span>
        </p>
      )}
      {run.stage === 'queued' ? (
        <p class="muted">It starts as soon as a worker is free.</p>
      ) : (
        <Progress run={run} />
      )}
    </>
  );
}

/** How far an active run has come. */
export function Stages({ run }: { readonly run: RunProgressDto }): JSX.Element {
  const stages = stagesOf(run);
  const current = stages.findIndex(([stage]) => stage === run.stage);
  return (
    <ol class="stages">
      {stages.map(([stage, name], index) => (
        <li
          key={stage}
          class={index < current ? 'stage-done' : ''}
          aria-current={index === current ? 'step' : undefined}
        >
          {index < current ? <Icon name="check" /> : null}
          {name}
        </li>
      ))}
    </ol>
  );
}

function Progress({ run }: { readonly run: RunProgressDto }): JSX.Element {
  return (
    <div class="now-progress">
      <ul class="lists">
        {run.sources.map((source) => (
          <SourceRow key={source.source} source={source} />
        ))}
        <Enrichment run={run} />
      </ul>
      <Figures run={run} />
    </div>
  );
}

const SOURCE_TONE = {
  pending: 'neutral',
  fetching: 'active',
  done: 'good',
  partial: 'warn',
  failed: 'bad',
} as const;

export function SourceRow({ source }: { readonly source: SourceReportDto }): JSX.Element {
  const { pages_fetched: fetched, pages_planned: planned, movies, status } = source;
  const name = words(source.source);
  return (
    <li class="list-row" title={source.error ?? undefined}>
      <span>{name}</span>
      <ProgressBar
        label={name}
        value={status === 'done' ? planned : fetched}
        max={planned}
        text={`${fetched} of ${plural(planned, 'page')}, ${plural(movies, 'movie')}`}
        tone={SOURCE_TONE[status]}
      />
      <span class="list-value">{plural(movies, 'movie')}</span>
    </li>
  );
}

function Enrichment({ run }: { readonly run: RunProgressDto }): JSX.Element {
  const { enrichment } = run;
  const { done, total, failed } = enrichment ?? { done: 0, total: 0, failed: 0 };
  return (
    <li class="list-row list-row-main">
      <span>Enrichment</span>
      <ProgressBar
        label="Enrichment"
        value={done + failed}
        max={enrichment === null ? 1 : total}
        text={enrichment === null ? 'Not started' : `${count(done)} of ${plural(total, 'movie')}`}
      />
      <span class="list-value">
        {enrichment === null ? (
          <span class="muted">waits for the lists</span>
        ) : (
          `${count(done)} of ${count(total)}`
        )}
      </span>
    </li>
  );
}

function Figures({ run }: { readonly run: RunProgressDto }): JSX.Element {
  const speed = throughput.value;
  const left = speed?.secondsLeft ?? null;
  return (
    <dl class="figures figures-column">
      <Figure name="Movies/s" value={speed === null ? '–' : decimal(speed.perSecond)} />
      <Figure name="Time left" value={left === null ? '–' : duration(Math.max(1, Math.round(left)))} />
      <Figure name="Running for" value={run.started_at === null ? '–' : <Elapsed at={run.started_at} />} />
    </dl>
  );
}

export function Figure({
  name,
  value,
}: {
  readonly name: string;
  readonly value: ComponentChildren;
}): JSX.Element {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
