import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { get, NotSignedInError } from '../../api/client';
import { useResource } from '../../api/use-resource';
import { useSettled } from '../../api/use-settled';
import { notify } from '../../components/toasts';
import type { PreviewDto, ScheduledJobDto } from '../../generated/types.gen';
import { jobName } from '../../run-words';
import { changeJob } from './change-job';
import { CronWords } from './cron-words';
import { NextTimes } from './next-times';

/** A pause in typing after which the API validates. */
const TYPING_PAUSE_MS = 250;

interface EditJobProps {
  readonly job: ScheduledJobDto;
  readonly close: () => void;
}

/** The form of a job's schedule, which the API validates as the user types. */
export function EditJob({ job, close }: EditJobProps): JSX.Element {
  const id = useId();
  const [cron, setCron] = useState(job.trigger);
  const [timezone, setTimezone] = useState(job.timezone);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      await changeJob(job.id, { cron, timezone });
      notify(`${jobName(job)} is changed.`, 'good');
      close();
    } catch (error) {
      setBusy(false);
      if (!(error instanceof NotSignedInError)) setRefusal((error as Error).message);
    }
  };

  return (
    <form
      class="job-edit"
      aria-label={`Schedule of ${jobName(job)}`}
      onSubmit={(event) => void save(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <div class="form">
        <Field
          label="Cron (minute, hour, day, month, day of the week)"
          class="code"
          value={cron}
          maxLength={100}
          autofocus
          describedBy={id}
          change={setCron}
        />
        <Field
          label="Time zone"
          value={timezone}
          maxLength={64}
          list="time-zones"
          describedBy={id}
          change={setTimezone}
        />
        <p class="form-error" role="alert">
          {refusal}
        </p>
        <Actions isBusy={isBusy} close={close} />
      </div>
      <div id={id} role="status">
        <Preview cron={useSettled(cron, TYPING_PAUSE_MS)} timezone={useSettled(timezone, TYPING_PAUSE_MS)} />
      </div>
    </form>
  );
}

function Actions({ isBusy, close }: { readonly isBusy: boolean; readonly close: () => void }): JSX.Element {
  return (
    <div class="form-actions">
      <button type="button" class="button" onClick={close}>
        Cancel
      </button>
      <button type="submit" class="button button-primary" disabled={isBusy}>
        {isBusy ? 'Saving …' : 'Save'}
      </button>
    </div>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly maxLength: number;
  /** The element that says what the value means, or why it is refused. */
  readonly describedBy: string;
  readonly change: (value: string) => void;
  readonly class?: string;
  readonly list?: string;
  readonly autofocus?: boolean;
}

function Field({ label, describedBy, change, ...input }: FieldProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        {...input}
        type="text"
        autocomplete="off"
        spellcheck={false}
        required
        aria-describedby={describedBy}
        onInput={(event) => {
          change(event.currentTarget.value);
        }}
      />
    </label>
  );
}

/** What the schedule means and when it comes, or why the API refuses it. */
function Preview({
  cron,
  timezone,
}: {
  readonly cron: string;
  readonly timezone: string;
}): JSX.Element | null {
  const { data, error } = useResource(
    async (signal) => ({
      cron,
      timezone,
      ...(await get<PreviewDto>('/pipeline/scheduler/preview', { cron, timezone }, signal)),
    }),
    [cron, timezone],
  );
  if (error !== null) return <p class="form-error">{error.message}</p>;
  if (data === null) return null;
  return (
    <>
      <p class="job-words">
        <CronWords cron={data.cron} />
      </p>
      <NextTimes times={data.next_runs} timezone={data.timezone} />
    </>
  );
}
