import type { JSX } from 'preact';
import { pipeline } from '../../api/live';
import { Icon } from '../../components/icons';
import { ProgressBar } from '../../components/progress-bar';
import { PipelinePending } from '../../components/states';
import { StatusBadge } from '../../components/status-badge';
import { Ago, Countdown, Elapsed } from '../../components/time';
import { count, decimal, duration, plural, words } from '../../format';
import type { PipelineStatusDto, RunDto, RunProgressDto, SourceReportDto } from '../../generated/types.gen';
import { href } from '../../router';
import { runName } from '../../run-words';
import { throughput } from '../../throughput';

/** The active run, live, or what the last one came to. */
export function Now(): JSX.Element {
  const status = pipeline.value;
  return (
    <section class="card now" aria-label="Now">
      {status === null ? <PipelinePending /> : <Content status={status} />}
    </section>
  );
}

function Content({ status }: { readonly status: PipelineStatusDto }): JSX.Element {
  const { current_run: active, last_run: last } = status;
  if (active !== null) return <ActiveRun run={active} />;
  if (last !== null) return <LastRun run={last} />;
  return (
    <>
      <h2 class="now-title">No run yet</h2>
      <p class="muted">
        The first one comes at the next scheduled time. To start one now:{' '}
        <code>npx movie-pipeline run quick</code>
      </p>
    </>
  );
}

function LastRun({ run }: { readonly run: RunDto }): JSX.Element {
  return (
    <>
      <div class="now-header">
        <h2 class="now-title">Nothing is running</h2>
        <span class="muted">
          Last: <a href={href(`/runs/${run.id}`)}>{runName(run.update_type)}</a>,{' '}
          <Ago at={run.finished_at ?? run.run_date} />
        </span>
        <StatusBadge status={run.status} />
      </div>
      <dl class="figures">
        <Figure name="Stored" value={count(run.movies_processed)} />
        <Figure name="New" value={count(run.inserted)} />
        <Figure name="Enriched" value={count(run.enriched)} />
        <Figure name="Failed" value={count(run.failed)} />
        <Figure name="Took" value={run.duration_seconds === null ? '–' : duration(run.duration_seconds)} />
      </dl>
    </>
  );
}

const STAGES = [
  ['collecting', 'Collect lists'],
  ['enriching', 'Enrich movies'],
  ['finishing', 'Finish'],
] as const;

function ActiveRun({ run }: { readonly run: RunProgressDto }): JSX.Element {
  return (
    <>
      <div class="now-header">
        <h2 class="now-title">
          <a href={href(`/runs/${run.run_id}`)}>{runName(run.update_type)}</a>
        </h2>
        <StatusBadge status={run.status} />
        <Stages run={run} />
      </div>
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

function Stages({ run }: { readonly run: RunProgressDto }): JSX.Element {
  const current = STAGES.findIndex(([stage]) => stage === run.stage);
  return (
    <ol class="stages">
      {STAGES.map(([stage, name], index) => (
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

function SourceRow({ source }: { readonly source: SourceReportDto }): JSX.Element {
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

function Figure({
  name,
  value,
}: {
  readonly name: string;
  readonly value: JSX.Element | string;
}): JSX.Element {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
