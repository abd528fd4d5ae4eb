import type { JSX } from 'preact';
import { pipeline } from '../../api/live';
import { Figure, RunProgress, Stages } from '../../components/run-progress';
import { PipelinePending } from '../../components/states';
import { StatusBadge } from '../../components/status-badge';
import { Ago } from '../../components/time';
import { count, duration } from '../../format';
import type { PipelineStatusDto, RunDto, RunProgressDto } from '../../generated/types.gen';
import { href } from '../../router';
import { runName } from '../../run-words';

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
      <RunProgress run={run} />
    </>
  );
}
