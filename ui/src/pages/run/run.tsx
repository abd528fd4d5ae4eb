import type { JSX } from 'preact';
import { get } from '../../api/client';
import { pipeline } from '../../api/live';
import { useResource } from '../../api/use-resource';
import { Card } from '../../components/card';
import { Icon } from '../../components/icons';
import { Page } from '../../components/page';
import { ResponseOf } from '../../components/response-of';
import { RunProgress, SourceRow, Stages } from '../../components/run-progress';
import { Loaded } from '../../components/states';
import { STATUS_TONE, StatusBadge } from '../../components/status-badge';
import { Ago } from '../../components/time';
import { duration, momentOf } from '../../format';
import type { RunDetailsDto, RunProgressDto } from '../../generated/types.gen';
import type { Parameters } from '../../pages';
import { runName, TRIGGER_WORD } from '../../run-words';
import { CancelRun } from './cancel-run';
import { Counts } from './counts';
import { ItemErrors } from './item-errors';
import { planInWords } from './plan-words';
import './run.css';

/** While a run is active, its counts are loaded again at this interval. */
const COUNTS_EVERY_MS = 5_000;

/** One run: what was asked, how it goes or went, and what it could not store. */
export function RunPage({ id = '' }: Parameters): JSX.Element {
  const progress = pipeline.value?.current_run ?? null;
  const active = progress?.run_id === Number(id) ? progress : null;
  const resource = useResource(
    (signal) => get<RunDetailsDto>(`/pipeline/runs/${encodeURIComponent(id)}`, {}, signal),
    [id, phaseOf(active), pipeline.value?.last_run?.status],
  );
  const run = resource.data;
  return (
    <Page
      title={run === null ? `Run ${id}` : `${runName(run.update_type)} #${run.id}`}
      actions={run !== null && isActive(run) ? <CancelRun run={run} /> : undefined}
    >
      <Loaded of={resource} lines={8}>
        {(data) => <Content run={data} active={active} />}
      </Loaded>
    </Page>
  );
}

const isActive = ({ status }: RunDetailsDto): boolean => status === 'RUNNING' || status === 'QUEUED';

function phaseOf(active: RunProgressDto | null): string {
  if (active === null) return '';
  const tick = active.at === null ? 0 : Math.floor(Date.parse(active.at) / COUNTS_EVERY_MS);
  return `${active.status} ${active.stage} ${tick}`;
}

interface ContentProps {
  readonly run: RunDetailsDto;
  readonly active: RunProgressDto | null;
}

function Content({ run, active }: ContentProps): JSX.Element {
  return (
    <div class="stack">
      <Summary run={run} />
      {run.error_message === null ? null : <Reason run={run} reason={run.error_message} />}
      {active === null ? null : (
        <section class="card" aria-label="Progress">
          <Stages run={active} />
          <RunProgress run={active} />
        </section>
      )}
      <div class="run-columns">
        <Card title="Asked for">
          <Plan run={run} />
        </Card>
        {active === null ? <Sources run={run} /> : null}
      </div>
      <ItemErrors run={run} />
      <div class="run-columns">
        <Counts run={run} />
      </div>
      <ResponseOf address={`/pipeline/runs/${run.id}`} body={run} />
    </div>
  );
}

function Summary({ run }: { readonly run: RunDetailsDto }): JSX.Element {
  const at = run.started_at ?? run.run_date;
  return (
    <p class="run-summary">
      <StatusBadge status={run.status} />
      <span>
        {run.started_at === null ? 'Queued' : 'Started'} {momentOf(new Date(at))}, <Ago at={at} />
      </span>
      <span>{byWhom(run)}</span>
      {run.duration_seconds === null ? null : <span>Took {duration(run.duration_seconds)}</span>}
      {run.late_seconds === null ? null : <span>{duration(run.late_seconds)} late</span>}
    </p>
  );
}

/** The API names the user to signed-in users only. */
function byWhom({ trigger, triggered_by: user }: RunDetailsDto): string {
  const by = user === null || user === undefined ? '' : `, by ${user}`;
  return trigger === null ? 'Trigger unknown' : `Trigger: ${TRIGGER_WORD[trigger]}${by}`;
}

const NEXT_STEP = {
  PARTIAL: 'What succeeded is stored. The next run requests what failed again.',
  FAILED: 'Once the cause is removed, start the run again, or wait for its next scheduled time.',
  CANCELLED: 'What the run stored stays.',
  ...{ QUEUED: null, RUNNING: null, SUCCESS: null },
} as const satisfies Record<RunDetailsDto['status'], string | null>;

function Reason({ run, reason }: { readonly run: RunDetailsDto; readonly reason: string }): JSX.Element {
  const next = NEXT_STEP[run.status];
  return (
    <div class={`reason tone-${STATUS_TONE[run.status]}`}>
      <Icon name="alert" />
      <div>
        <p class="reason-text">{reason}</p>
        {next === null ? null : <p>{next}</p>}
      </div>
    </div>
  );
}

function Plan({ run }: { readonly run: RunDetailsDto }): JSX.Element {
  if (run.plan === null) return <p class="muted">An older version did not record it.</p>;
  return (
    <ul class="plan">
      {planInWords(run.plan).map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function Sources({ run }: { readonly run: RunDetailsDto }): JSX.Element | null {
  if (run.sources.length === 0) return null;
  return (
    <Card title="Lists">
      <ul class="lists">
        {run.sources.map((source) => (
          <>
            <SourceRow key={source.source} source={source} />
            {source.error === null ? null : (
              <li key={`${source.source} error`} class="source-error">
                {source.error}
              </li>
            )}
          </>
        ))}
      </ul>
    </Card>
  );
}
